//! Confirming that a member reads their email address, and changing it.

use sqlx::{Postgres, Transaction};

use super::security_log::{self, SecurityEvent};
use super::token::{self, Purpose, Token};
use crate::accounts;
use crate::error::Error;
use crate::mail::{self, Notification};

/// What a link in a mail has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// The address given at joining is read.
    Joined,
    /// The account has another address from now on.
    Changed,
    /// The address belongs to another account by now.
    Taken,
    /// The link is no good: used, too old, or never ours.
    NoSuchLink,
}

/// Uses up a link that confirms an address.
pub async fn confirm(tx: &mut Transaction<'_, Postgres>, token: &Token) -> Result<Confirmed, Error> {
    let (link, confirmed) = match token::redeem(tx, token, Purpose::VerifyEmail).await? {
        Some(link) => (link, Confirmed::Joined),
        None => match token::redeem(tx, token, Purpose::ChangeEmail).await? {
            Some(link) => (link, Confirmed::Changed),
            None => return just_confirmed(tx, token).await,
        },
    };
    if is_taken(tx, link.account, &link.email).await? {
        return Ok(Confirmed::Taken);
    }
    let changed = match confirmed {
        // A link to the address that the account had when it was sent.
        Confirmed::Joined => verify(tx, link.account, &link.email).await?,
        _ => replace(tx, link.account, &link.email).await?,
    };
    Ok(if changed { confirmed } else { Confirmed::NoSuchLink })
}

/// Of a doubled click the second answer is the first one's: the account has the link's address, by this very link.
async fn just_confirmed(tx: &mut Transaction<'_, Postgres>, token: &Token) -> Result<Confirmed, Error> {
    for (purpose, confirmed) in [(Purpose::VerifyEmail, Confirmed::Joined), (Purpose::ChangeEmail, Confirmed::Changed)]
    {
        if let Some(link) = token::just_used(tx, token, purpose).await?
            && accounts::find(tx, link.account).await?.is_some_and(|account| account.reads(&link.email))
        {
            return Ok(confirmed);
        }
    }
    Ok(Confirmed::NoSuchLink)
}

/// Does the account have this address?
pub(super) async fn is_theirs(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    email: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM accounts WHERE id = $1 AND lower(email) = lower($2)) AS "theirs!""#,
        account,
        email
    )
    .fetch_one(&mut **tx)
    .await
}

/// Whoever got a mail at this address reads it. False when the account has another one by now.
pub(super) async fn verify(tx: &mut Transaction<'_, Postgres>, account: i64, email: &str) -> Result<bool, sqlx::Error> {
    let verified = sqlx::query!(
        "UPDATE accounts SET email_verified_at = coalesce(email_verified_at, now())
         WHERE id = $1 AND lower(email) = lower($2)",
        account,
        email
    )
    .execute(&mut **tx)
    .await?;
    Ok(verified.rows_affected() == 1)
}

/// The address changes: the old one is told, and links to it become worthless.
async fn replace(tx: &mut Transaction<'_, Postgres>, account: i64, email: &str) -> Result<bool, sqlx::Error> {
    let old = sqlx::query_scalar!("SELECT email FROM accounts WHERE id = $1 FOR UPDATE", account)
        .fetch_optional(&mut **tx)
        .await?
        .flatten();
    if let Some(address) = old {
        mail::enqueue(tx, Notification::EmailChanged { account, address }).await?;
    }
    for purpose in [Purpose::VerifyEmail, Purpose::ChangeEmail, Purpose::ResetPassword] {
        token::withdraw(tx, account, purpose).await?;
    }
    let replaced = sqlx::query!(
        "UPDATE accounts SET email = $2, email_verified_at = now() WHERE id = $1 AND deleted_at IS NULL",
        account,
        email
    )
    .execute(&mut **tx)
    .await?;
    if replaced.rows_affected() == 0 {
        return Ok(false);
    }
    security_log::record(tx, SecurityEvent::EmailChanged, Some(account), None).await?;
    Ok(true)
}

/// Has another account shown that it reads this address? One answer at a time for each address.
pub(super) async fn is_taken(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    email: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended(lower($1::text), 0))", email)
        .execute(&mut **tx)
        .await?;
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM accounts
                          WHERE lower(email) = lower($2) AND email_verified_at IS NOT NULL AND id <> $1) AS "taken!""#,
        account,
        email
    )
    .fetch_one(&mut **tx)
    .await
}
