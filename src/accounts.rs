//! People with a name here: how they join, come back and leave, and what they have chosen.

pub mod audit;
pub mod check;
pub mod deletion;
#[cfg(feature = "demo")]
pub mod demo;
pub mod directory;
pub mod email;
pub mod email_confirmation;
pub mod expiry;
pub mod export;
pub mod join;
pub mod lock;
pub mod login;
pub mod name;
pub mod password;
pub mod profile;
pub mod proof;
pub mod recovery;
pub mod rights;
pub mod security_log;
pub mod session;
pub mod settings;
pub mod throttle;
pub mod token;
pub mod two_factor;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

pub use email::Email;
pub use name::{DisplayName, Username};
pub use password::{Password, Passwords};
pub use settings::{Settings, Theme};

/// The account that the demo photos belong to.
pub const HOUSE: &str = "house";

/// What somebody may do beyond what everybody may. Roles have no order: ask for the right that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, serde::Serialize)]
#[sqlx(type_name = "account_role", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Member,
    /// Decides what is on show.
    Moderator,
    /// Sees how the site runs, and changes nothing.
    Observer,
    /// Keeps the site running, and moderates.
    Operator,
}

impl Role {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Role::Member => "member",
            Role::Moderator => "moderator",
            Role::Observer => "observer",
            Role::Operator => "operator",
        }
    }

    /// May they decide what is on show?
    pub fn moderates(self) -> bool {
        matches!(self, Role::Moderator | Role::Operator)
    }

    /// May they see how the site runs?
    pub fn observes(self) -> bool {
        matches!(self, Role::Observer | Role::Operator)
    }

    /// May they change how the site runs?
    pub fn operates(self) -> bool {
        self == Role::Operator
    }

    /// May they do more than a member? Then two-factor is asked of them, and their sessions are short.
    pub fn is_privileged(self) -> bool {
        self != Role::Member
    }
}

/// Somebody with a name here.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: i64,
    /// The name in URLs, unique among those who are here.
    pub username: String,
    /// The name as shown.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    /// Where mail goes; nothing for the house and for deleted accounts.
    pub email: Option<String>,
    /// Has somebody shown that they read that address?
    pub email_verified: bool,
    /// What they say about themselves; may be empty.
    pub about: String,
    /// Why they may not log in, in words to them.
    pub suspension: Option<String>,
    /// When the account will be deleted, if its owner asked for that.
    pub deletion_due_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl Account {
    /// What anybody might guess that their password is made of.
    pub fn names(&self) -> [&str; 3] {
        [&self.username, &self.display_name, self.email.as_deref().unwrap_or_default()]
    }

    /// Has its owner shown that they read this address?
    pub fn reads(&self, address: &str) -> bool {
        let same = |email: &String| email.to_lowercase() == address.to_lowercase();
        self.email_verified && self.email.as_ref().is_some_and(same)
    }
}

/// Accounts with this condition.
macro_rules! accounts {
    ($condition:tt, $bind:expr) => {
        sqlx::query_as!(
            Account,
            r#"SELECT id, username, display_name, role AS "role: Role", email,
                      email_verified_at IS NOT NULL AS "email_verified!", about, suspension, deletion_due_at, created_at
               FROM accounts WHERE "# + $condition,
            $bind
        )
    };
}

/// The account with this id; deleted ones are not found.
pub async fn find(conn: &mut PgConnection, id: i64) -> Result<Option<Account>, sqlx::Error> {
    accounts!("id = $1 AND deleted_at IS NULL", id).fetch_optional(conn).await
}

/// The account whose owner has shown that they read this address.
pub async fn find_by_address(conn: &mut PgConnection, address: &str) -> Result<Option<Account>, sqlx::Error> {
    accounts!("lower(email) = lower($1) AND email_verified_at IS NOT NULL", address).fetch_optional(conn).await
}

/// The account with this username, made if it is missing.
pub async fn ensure(
    tx: &mut Transaction<'_, Postgres>,
    username: &str,
    display_name: &str,
) -> Result<i64, sqlx::Error> {
    sqlx::query!(
        "INSERT INTO accounts (username, display_name) VALUES ($1, $2) ON CONFLICT (username) DO NOTHING",
        username,
        display_name
    )
    .execute(&mut **tx)
    .await?;
    let id = sqlx::query_scalar!("SELECT id FROM accounts WHERE username = $1", username).fetch_one(&mut **tx).await?;
    settings::ensure(tx, id).await?;
    Ok(id)
}
