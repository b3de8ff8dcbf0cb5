//! What happened at the doors: who came in or did not, who was refused rights, and what was changed about how accounts are guarded.
//! No secrets and no typed names: whoever is unknown leaves their network alone. For what is done with more rights than a member
//! has see [`audit`](super::audit).

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

/// Days after which an entry is deleted.
pub const KEPT_DAYS: i32 = 90;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecurityEvent {
    /// A browser was logged in.
    LoggedIn,
    /// A wrong name or password.
    LoginFailed,
    /// Too many of them: not even looked at.
    LoginBraked,
    /// The password was right, and the code was not.
    CodeFailed,
    /// Too many of them.
    CodeBraked,
    /// A member who is logged in gave a wrong password where one is asked for again.
    ConfirmationFailed,
    /// Somebody asked for a page for which they have no rights.
    RightsRefused,
    /// Another password, chosen by the member.
    PasswordChanged,
    /// Another password, by a link in a mail.
    PasswordReset,
    /// Another address.
    EmailChanged,
    /// Logging in takes a code from now on.
    TwoFactorOn,
    /// It no longer does.
    TwoFactorOff,
    /// A recovery code was used up.
    RecoveryCodeUsed,
    /// The recovery codes were made anew.
    RecoveryCodesRenewed,
    /// The member wants to leave.
    DeletionPlanned,
}

impl SecurityEvent {
    /// All of them, in the order in which they are offered.
    pub const ALL: [SecurityEvent; 15] = [
        SecurityEvent::LoggedIn,
        SecurityEvent::LoginFailed,
        SecurityEvent::LoginBraked,
        SecurityEvent::CodeFailed,
        SecurityEvent::CodeBraked,
        SecurityEvent::ConfirmationFailed,
        SecurityEvent::RightsRefused,
        SecurityEvent::PasswordChanged,
        SecurityEvent::PasswordReset,
        SecurityEvent::EmailChanged,
        SecurityEvent::TwoFactorOn,
        SecurityEvent::TwoFactorOff,
        SecurityEvent::RecoveryCodeUsed,
        SecurityEvent::RecoveryCodesRenewed,
        SecurityEvent::DeletionPlanned,
    ];

    /// As stored, and as read by people.
    pub fn name(self) -> &'static str {
        match self {
            SecurityEvent::LoggedIn => "logged in",
            SecurityEvent::LoginFailed => "login failed",
            SecurityEvent::LoginBraked => "login braked",
            SecurityEvent::CodeFailed => "code failed",
            SecurityEvent::CodeBraked => "code braked",
            SecurityEvent::ConfirmationFailed => "confirmation failed",
            SecurityEvent::RightsRefused => "rights refused",
            SecurityEvent::PasswordChanged => "password changed",
            SecurityEvent::PasswordReset => "password reset",
            SecurityEvent::EmailChanged => "email changed",
            SecurityEvent::TwoFactorOn => "two-factor on",
            SecurityEvent::TwoFactorOff => "two-factor off",
            SecurityEvent::RecoveryCodeUsed => "recovery code used",
            SecurityEvent::RecoveryCodesRenewed => "recovery codes renewed",
            SecurityEvent::DeletionPlanned => "deletion planned",
        }
    }

    /// The event with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}

/// Failures that are written down of one network in an hour. Whoever goes on for longer fills no disk, and the brakes hold anyway.
pub const FAILURES_PER_HOUR: i64 = 120;

/// Writes an entry, in the transaction of what it is about.
pub async fn record(
    conn: &mut PgConnection,
    event: SecurityEvent,
    account: Option<i64>,
    network: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO security_log (event, account, network) VALUES ($1, $2, $3)",
        event.name(),
        account,
        network
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Writes an entry about something that was refused; at most [`FAILURES_PER_HOUR`] of each network.
pub async fn record_failure(
    conn: &mut PgConnection,
    event: SecurityEvent,
    account: Option<i64>,
    network: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO security_log (event, account, network)
         SELECT $1, $2, $3
         WHERE $4 > (
             SELECT count(*) FROM (
                 SELECT FROM security_log WHERE network = $3 AND at > now() - interval '1 hour' LIMIT $4
             ) recent
         )",
        event.name(),
        account,
        network,
        FAILURES_PER_HOUR
    )
    .execute(conn)
    .await
    .map(drop)
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct SecurityEntry {
    /// Later ones have higher numbers.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub event: String,
    /// Whose username; nothing for somebody unknown.
    pub account: Option<String>,
    /// From where, shortened.
    pub network: Option<String>,
}

/// Which part of the log.
#[derive(Debug, Clone, Copy, Default)]
pub struct SecurityFilter {
    /// What happened to this account.
    pub account: Option<i64>,
    /// Only this.
    pub event: Option<SecurityEvent>,
    /// Only entries before this one.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

/// Reads the log, the newest first.
pub async fn list(conn: &mut PgConnection, filter: SecurityFilter) -> Result<Vec<SecurityEntry>, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT l.id, l.at, l.event, a.username AS account, l.network
         FROM security_log l LEFT JOIN accounts a ON a.id = l.account
         WHERE l.id < ",
    );
    query.push_bind(filter.before.unwrap_or(i64::MAX));
    if let Some(account) = filter.account {
        query.push(" AND l.account = ").push_bind(account);
    }
    if let Some(event) = filter.event {
        query.push(" AND l.event = ").push_bind(event.name());
    }
    query.push(" ORDER BY l.id DESC LIMIT ").push_bind(filter.limit);
    query.build_query_as().fetch_all(conn).await
}

/// Deletes what is older than [`KEPT_DAYS`].
pub async fn delete_old(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query_scalar!("SELECT delete_old_security_events($1)", KEPT_DAYS).fetch_one(conn).await.map(drop)
}
