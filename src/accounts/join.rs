//! Becoming a member.

use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::{DisplayName, Email, Username, session, settings};
use crate::error::Error;
use crate::mail::{self, Letter};

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
/// learns, by mail. `Invalid` when the username is taken. `before` is what the browser is known as: when it has just made this
/// account and been logged in, its form is sent a second time, and the account is the same.
pub async fn join(tx: &mut Transaction<'_, Postgres>, newcomer: &Newcomer, before: Uuid) -> Result<i64, Error> {
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
        return made_already(tx, &newcomer.username, before).await?.ok_or_else(taken);
    };
    settings::ensure(tx, id).await?;
    mail::send(tx, Letter::VerifyEmail { account: id }).await?;
    Ok(id)
}

async fn made_already(
    tx: &mut Transaction<'_, Postgres>,
    username: &Username,
    before: Uuid,
) -> Result<Option<i64>, sqlx::Error> {
    let account = sqlx::query_scalar!("SELECT id FROM accounts WHERE username = $1", username.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(match account {
        Some(account) if session::just_started(tx, account, before).await? => Some(account),
        _ => None,
    })
}

fn taken() -> Error {
    Error::invalid("username", "This username is taken. Choose another one.")
}
