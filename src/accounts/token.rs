//! Links in mails: 32 random bytes, of which only a hash is stored. Good once, for a while, for one address.

use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::{PgConnection, Postgres, Transaction};

use super::lock;

/// What a link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "token_purpose", rename_all = "snake_case")]
pub enum Purpose {
    /// Shows that the address given at joining is read.
    VerifyEmail,
    /// Makes another address the account's.
    ChangeEmail,
    /// Lets somebody choose a new password.
    ResetPassword,
}

impl Purpose {
    /// How long such a link is good.
    pub fn lifetime(self) -> Duration {
        const HOUR: u64 = 3600;
        Duration::from_secs(match self {
            Purpose::VerifyEmail => 72 * HOUR,
            Purpose::ChangeEmail => 24 * HOUR,
            Purpose::ResetPassword => HOUR,
        })
    }
}

/// The secret in a link. It is never logged or stored.
pub struct Token([u8; 32]);

impl Token {
    pub fn random() -> Self {
        Token(rand::random())
    }

    /// Reads the last part of a link.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Token(bytes))
    }

    /// As it stands in a link or cookie.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// What is stored of it.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }
}

/// What a link is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub account: i64,
    /// The address that it was sent to.
    pub email: String,
}

/// Makes a link for an account and an address.
pub async fn mint(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    purpose: Purpose,
    email: &str,
) -> Result<Token, sqlx::Error> {
    let token = Token::random();
    sqlx::query!(
        "INSERT INTO tokens (hash, account, purpose, email, expires_at)
         VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))",
        token.hash(),
        account,
        purpose as Purpose,
        email,
        purpose.lifetime().as_secs_f64()
    )
    .execute(&mut **tx)
    .await?;
    Ok(token)
}

/// What the link is about, if it is still good. Looking does not use it up, so that a mail program may look too.
pub async fn find(conn: &mut PgConnection, token: &Token, purpose: Purpose) -> Result<Option<Link>, sqlx::Error> {
    sqlx::query_as!(
        Link,
        "SELECT t.account, t.email FROM tokens t JOIN accounts a ON a.id = t.account
         WHERE t.hash = $1 AND t.purpose = $2 AND t.used_at IS NULL AND t.expires_at > now() AND a.deleted_at IS NULL",
        token.hash(),
        purpose as Purpose
    )
    .fetch_optional(conn)
    .await
}

/// Uses the link up; nothing when it is no good any more. Of two at once one succeeds. Locks the account first, as whoever
/// makes its links worthless does.
pub async fn redeem(
    tx: &mut Transaction<'_, Postgres>,
    token: &Token,
    purpose: Purpose,
) -> Result<Option<Link>, sqlx::Error> {
    let Some(link) = find(tx, token, purpose).await? else {
        return Ok(None);
    };
    lock::account(tx, link.account).await?;
    sqlx::query_as!(
        Link,
        "UPDATE tokens t SET used_at = now() FROM accounts a
         WHERE t.hash = $1 AND t.purpose = $2 AND t.used_at IS NULL AND t.expires_at > now()
           AND a.id = t.account AND a.deleted_at IS NULL
         RETURNING t.account, t.email",
        token.hash(),
        purpose as Purpose
    )
    .fetch_optional(&mut **tx)
    .await
}

/// What a link is about that was used up, or withdrawn, in the last minute: its form may be sent a second time.
pub(super) async fn just_used(
    conn: &mut PgConnection,
    token: &Token,
    purpose: Purpose,
) -> Result<Option<Link>, sqlx::Error> {
    sqlx::query_as!(
        Link,
        "SELECT t.account, t.email FROM tokens t JOIN accounts a ON a.id = t.account
         WHERE t.hash = $1 AND t.purpose = $2 AND t.used_at > now() - interval '1 minute' AND a.deleted_at IS NULL",
        token.hash(),
        purpose as Purpose
    )
    .fetch_optional(conn)
    .await
}

/// Makes every open link of this purpose worthless.
pub async fn withdraw(tx: &mut Transaction<'_, Postgres>, account: i64, purpose: Purpose) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE tokens SET used_at = now() WHERE account = $1 AND purpose = $2 AND used_at IS NULL",
        account,
        purpose as Purpose
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
