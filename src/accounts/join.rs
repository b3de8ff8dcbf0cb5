//! Becoming a member.

use sqlx::{Postgres, Transaction};

use super::{DisplayName, Email, Username, settings};
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
/// learns, by mail. `Invalid` when the username is taken.
pub async fn join(tx: &mut Transaction<'_, Postgres>, newcomer: &Newcomer) -> Result<i64, Error> {
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
    let id = id.ok_or_else(taken)?;
    settings::ensure(tx, id).await?;
    mail::send(tx, Letter::VerifyEmail { account: id }).await?;
    Ok(id)
}

fn taken() -> Error {
    Error::invalid("username", "This username is taken. Choose another one.")
}
