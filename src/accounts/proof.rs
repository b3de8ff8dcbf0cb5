//! What somebody has shown of themselves, and whether it still holds when it is used.
//!
//! A password is compared before the transaction that it is good for, since that takes a while. Meanwhile the password may be
//! changed, two-factor switched on, or the account suspended. So whoever relies on a [`Proof`] locks the account and compares
//! again, in the transaction that acts on it. Everybody who changes what a proof stands on writes the account's row, or locks
//! it first ([`lock`]): either the change comes before, and the proof is worthless, or it comes after, and sees what was done.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, Postgres, Transaction};

use super::lock;
use super::throttle::{self, Brake};
use super::two_factor::{self, Code, CodeCheck, Vault};
use crate::error::Error;

/// Somebody knew the password; where two-factor is on, they had a code too. Only what compares them makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    account: i64,
    password: Fingerprint,
    shown: Shown,
    /// Free again once somebody is in: the first has all its turns back, the others one.
    brakes: Vec<Brake>,
}

/// Beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    Code,
}

/// What became of a proof that a member gave for something dear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// It holds until the end of the transaction, and the code is used up with it.
    Right,
    /// The code does not show that it is them.
    Code(CodeCheck),
    /// Something about the account or its session has changed since the password was compared.
    Changed,
}

impl Proof {
    /// This stored password was compared and is theirs.
    pub(super) fn of_password(account: i64, password_hash: &str, brakes: Vec<Brake>) -> Self {
        Proof { account, password: Fingerprint::of(password_hash), shown: Shown::Nothing, brakes }
    }

    /// A code was used up in the transaction that this proof is for.
    pub(super) fn with_code(account: i64, password: Fingerprint, brakes: Vec<Brake>) -> Self {
        Proof { account, password, shown: Shown::Code, brakes }
    }

    /// Whose it is.
    pub fn account(&self) -> i64 {
        self.account
    }

    /// Does it still let somebody in? That cannot change any more until the end of the transaction.
    pub(super) async fn holds(&self, tx: &mut Transaction<'_, Postgres>) -> Result<bool, sqlx::Error> {
        lock::account(tx, self.account).await?;
        // Statements of their own: they see what was committed while the first one waited.
        if !self.password.is_current(tx, self.account).await? {
            return Ok(false);
        }
        let guarded = two_factor::is_on(tx, self.account).await?;
        Ok(guarded == (self.shown == Shown::Code))
    }

    /// Gives the turns of guessing back: with what the proof was good for, or not at all. The last thing before the commit, as
    /// others wait for the brakes that they share; in the order in which attempts take them, the own one ("login:") last.
    pub async fn release(&self, tx: &mut Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
        let Some((own, shared)) = self.brakes.split_first() else {
            return Ok(());
        };
        throttle::give_back(tx, shared).await?;
        throttle::clear(tx, &own.key).await
    }

    /// For what is dear: the password still is what was compared, the member's session has not been ended, and where
    /// two-factor is on, the code is right. Nobody changes any of it until the end of the transaction.
    pub async fn confirm(
        &self,
        tx: &mut Transaction<'_, Postgres>,
        session: i64,
        vault: &Vault,
        code: Option<&Code>,
        now: DateTime<Utc>,
    ) -> Result<Confirmation, Error> {
        if !is_in(tx, self.account, session).await? || !self.password.is_current(tx, self.account).await? {
            return Ok(Confirmation::Changed);
        }
        Ok(match (two_factor::is_on(tx, self.account).await?, code) {
            (false, _) => Confirmation::Right,
            (true, None) => Confirmation::Changed,
            (true, Some(code)) => match two_factor::verify(tx, vault, self.account, code, now).await? {
                CodeCheck::Right | CodeCheck::Recovered => Confirmation::Right,
                refused => Confirmation::Code(refused),
            },
        })
    }
}

/// Of a stored password: tells whether it is still the same one, and nothing about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Fingerprint(String);

impl Fingerprint {
    pub(super) fn of(password_hash: &str) -> Self {
        Fingerprint(hex::encode(&Sha256::digest(password_hash)[..16]))
    }

    /// Is it the password's of an account that may come in?
    pub(super) async fn is_current(&self, conn: &mut PgConnection, account: i64) -> Result<bool, sqlx::Error> {
        let stored = sqlx::query_scalar!(
            "SELECT password_hash FROM accounts WHERE id = $1 AND suspended_at IS NULL AND deleted_at IS NULL",
            account
        )
        .fetch_optional(conn)
        .await?;
        Ok(stored.flatten().is_some_and(|hash| Fingerprint::of(&hash) == *self))
    }
}

/// Is the member still logged in with this session? Locks the account, so that nobody ends it until the transaction does.
pub async fn is_in(tx: &mut Transaction<'_, Postgres>, account: i64, session: i64) -> Result<bool, sqlx::Error> {
    lock::account(tx, account).await?;
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM sessions s JOIN accounts a ON a.id = s.account
                          WHERE s.id = $1 AND s.account = $2 AND s.expires_at > now() AND a.suspended_at IS NULL
                            AND a.deleted_at IS NULL) AS "in!""#,
        session,
        account
    )
    .fetch_one(&mut **tx)
    .await
}
