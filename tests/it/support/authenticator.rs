//! The app on a member's phone.

use chrono::{DateTime, Duration, Utc};
use ratemyderp::accounts::proof::Proof;
use ratemyderp::accounts::two_factor::{self, Code, Vault};
use ratemyderp::accounts::{Passwords, login};
use totp_rs::{Builder, Secret, Totp};

use super::World;

/// Knows the key of one account.
pub struct Authenticator {
    pub totp: Totp,
    /// As they were shown.
    pub recovery: Vec<String>,
}

impl Authenticator {
    /// With a key as pages show it.
    pub fn new(groups: &str) -> Self {
        let key = Secret::try_from_base32(groups.replace(' ', "")).expect("a key");
        Authenticator { totp: Builder::new().with_secret(key).build().expect("an app"), recovery: vec![] }
    }

    /// The code that it shows now.
    pub fn code(&self) -> String {
        self.code_at(Utc::now())
    }

    /// The code that it shows next; good already, and still good after the one of now.
    pub fn next_code(&self) -> String {
        self.code_at(Utc::now() + Duration::seconds(30))
    }

    pub fn code_at(&self, moment: DateTime<Utc>) -> String {
        self.totp.generate(moment.timestamp().try_into().expect("a time after 1970")).to_string()
    }
}

impl World {
    /// An account has had two-factor for an hour.
    pub async fn guard(&self, account: i64) -> Authenticator {
        let vault = Vault::new(self.config().secret().expect("a secret"));
        let then = Utc::now() - Duration::hours(1);
        let mut tx = self.pool.begin().await.expect("a transaction");
        two_factor::begin(&mut tx, &vault, account).await.expect("begun");
        let key = two_factor::pending(&mut tx, &vault, account).await.expect("a key").expect("a key");
        let mut app = Authenticator::new(&key.in_groups());
        let code = Code::parse(&app.code_at(then)).expect("a code");
        let codes = two_factor::confirm(&mut tx, &vault, account, &code, then).await.expect("confirmed");
        tx.commit().await.expect("commit");
        app.recovery = codes.expect("a right code").iter().map(ToString::to_string).collect();
        app
    }

    /// Of somebody who has typed [`PASSWORD`](super::PASSWORD).
    pub async fn proof(&self, account: i64) -> Proof {
        let (config, passwords) = (self.config().accounts, Passwords::new().expect("a hasher"));
        let proof = login::confirm(&self.pool, &passwords, &config, account, super::PASSWORD).await.expect("compared");
        proof.expect("the right password")
    }

    /// An account may do more.
    pub async fn grant(&self, account: i64, role: ratemyderp::accounts::Role) {
        let mut tx = self.pool.begin().await.expect("a transaction");
        ratemyderp::accounts::rights::change_role(&mut tx, None, account, role).await.expect("granted");
        tx.commit().await.expect("commit");
    }
}
