//! The list of accounts, as whoever runs the site sees it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::Role;
use crate::queue::board::Known;

/// An account with what matters to operators.
#[derive(Debug, Clone, Serialize)]
pub struct AccountSummary {
    /// As in foreign keys.
    #[serde(skip)]
    pub id: i64,
    /// The name in URLs.
    pub username: String,
    /// The name as shown.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    pub email: Option<String>,
    /// Has somebody shown that they read that address?
    pub email_verified: bool,
    /// Does logging in take a code?
    pub two_factor: bool,
    /// Why they may not log in.
    pub suspension: Option<String>,
    /// When the account will be deleted, if its owner asked for that.
    pub deletion_due_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    /// When one of their browsers was last seen, of those that are logged in.
    pub seen_at: Option<DateTime<Utc>>,
    /// How many browsers are logged in.
    pub sessions: i64,
}

#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    pub role: Option<Role>,
    /// Only those that may not log in.
    pub suspended: bool,
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// Summaries of the accounts that are here, with this condition and order.
macro_rules! summaries {
    ($rest:tt, $($bind:expr),+) => {
        sqlx::query_as!(
            AccountSummary,
            r#"SELECT a.id, username, display_name, role AS "role: Role", email,
                      email_verified_at IS NOT NULL AS "email_verified!",
                      EXISTS (SELECT FROM two_factor t
                              WHERE t.account = a.id AND confirmed_at IS NOT NULL) AS "two_factor!",
                      suspension, deletion_due_at, a.created_at, s.seen_at, s.sessions AS "sessions!"
               FROM accounts a, LATERAL (
                   SELECT max(seen_at) AS seen_at, count(*) AS sessions FROM sessions
                   WHERE account = a.id AND expires_at > now()) s
               WHERE deleted_at IS NULL AND "# + $rest,
            $($bind),+
        )
    };
}

/// Accounts in the order of their usernames; deleted ones are left out.
pub async fn list(conn: &mut PgConnection, filter: &AccountFilter) -> Result<Vec<AccountSummary>, sqlx::Error> {
    summaries!(
        "($1::account_role IS NULL OR role = $1) AND (suspended_at IS NOT NULL OR NOT $2) AND username > $3
         ORDER BY username LIMIT $4",
        filter.role as Option<Role>,
        filter.suspended,
        filter.after.as_deref().unwrap_or_default(),
        filter.limit
    )
    .fetch_all(conn)
    .await
}

/// The account with this username.
pub async fn find(conn: &mut PgConnection, username: &str) -> Result<Option<AccountSummary>, sqlx::Error> {
    // PostgreSQL takes no zero bytes, and no username has one.
    if !username.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(None);
    }
    summaries!("username = lower($1)", username).fetch_optional(conn).await
}

/// The username of an account that is here.
pub async fn username(conn: &mut PgConnection, id: i64) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT username FROM accounts WHERE id = $1 AND deleted_at IS NULL", id)
        .fetch_optional(conn)
        .await
}

/// Looks up the usernames by which a filter of jobs asks for accounts.
pub async fn know<'a>(
    conn: &mut PgConnection,
    known: &mut Known,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), sqlx::Error> {
    let is_name = |value: &str| !value.is_empty() && !value.bytes().all(|byte| byte.is_ascii_digit());
    let name = parameters.into_iter().find(|(name, value)| *name == "account" && is_name(value.trim()));
    if let Some((_, name)) = name
        && let Some(account) = find(conn, name.trim()).await?
    {
        known.accounts.insert(name.trim().to_owned(), account.id);
    }
    Ok(())
}
