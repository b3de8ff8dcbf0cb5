//! Becoming a member.

use sqlx::{PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::proof::Proof;
use super::{DisplayName, Email, Passwords, Username, login, session, settings};
use crate::config::AccountsConfig;
use crate::error::Error;
use crate::mail::{self, Notification};

/// Somebody who wants to join.
pub struct Newcomer {
    /// Their name in URLs.
    pub username: Username,
    /// Their name as shown.
    pub display_name: DisplayName,
    /// Theirs, as they say.
    pub email: Email,
    /// Of a good password.
    pub password_hash: String,
}

/// Makes the account, always: usernames are public, and whether the address belongs to somebody already only its owner
/// learns, by mail. Nothing when the username is taken.
pub async fn join(tx: &mut Transaction<'_, Postgres>, newcomer: &Newcomer) -> Result<Option<Proof>, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO accounts (username, display_name, email, password_hash) VALUES ($1, $2, $3, $4)
         ON CONFLICT (username) DO NOTHING RETURNING id",
        newcomer.username.as_str(),
        newcomer.display_name.as_str(),
        newcomer.email.as_str(),
        newcomer.password_hash
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(id) = id else {
        return Ok(None);
    };
    settings::ensure(tx, id).await?;
    mail::enqueue(tx, Notification::VerifyEmail { account: id }).await?;
    Ok(Some(Proof::of_password(id, &newcomer.password_hash, vec![])))
}

/// The account that a browser, known as `before`, has made a moment ago with this password: its form is sent a second time, as by
/// a doubled click. `TooFast` after too many attempts.
pub async fn just_joined(
    pool: &PgPool,
    passwords: &Passwords,
    config: &AccountsConfig,
    username: &Username,
    typed: &str,
    before: Uuid,
) -> Result<Option<Proof>, Error> {
    let account = {
        let mut conn = pool.acquire().await?;
        let made = sqlx::query_scalar!(
            "SELECT id FROM accounts WHERE username = $1 AND created_at > now() - interval '1 minute'",
            username.as_str()
        )
        .fetch_optional(&mut *conn)
        .await?;
        match made {
            Some(made) if session::just_started(&mut conn, made, before).await? => made,
            _ => return Ok(None),
        }
    };
    login::confirm(pool, passwords, config, account, typed).await
}
