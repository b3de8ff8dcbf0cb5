//! New passwords: chosen by a member, or through a link in a mail.

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Postgres, Transaction};

use super::security_log::{self, SecurityEvent};
use super::token::{self, Purpose, Token};
use super::{Passwords, email_confirmation, lock, login, session, two_factor};
use crate::config::AccountsConfig;
use crate::error::Error;

/// Whose password was changed, by a link that is used up with it. Every browser is logged out, and since the link was in
/// a mail, its address is verified. Nothing when the link is no good.
pub async fn reset(
    tx: &mut Transaction<'_, Postgres>,
    token: &Token,
    password_hash: &str,
) -> Result<Option<i64>, Error> {
    let Some(link) = token::redeem(tx, token, Purpose::ResetPassword).await? else {
        return Ok(None);
    };
    // A mail that was under way while the account got another address leads to nothing.
    if !email_confirmation::is_theirs(tx, link.account, &link.email).await? {
        return Ok(None);
    }
    if !email_confirmation::is_taken(tx, link.account, &link.email).await? {
        email_confirmation::verify(tx, link.account, &link.email).await?;
    }
    replace(tx, link.account, None, password_hash).await?;
    security_log::record(tx, SecurityEvent::PasswordReset, Some(link.account), None).await?;
    Ok(Some(link.account))
}

/// Has this link just given its account this password? Then its form is sent a second time, as by a doubled click.
/// `TooFast` after too many attempts.
pub async fn just_reset(
    pool: &PgPool,
    passwords: &Passwords,
    config: &AccountsConfig,
    token: &Token,
    typed: &str,
) -> Result<bool, Error> {
    let link = token::just_used(&mut *pool.acquire().await?, token, Purpose::ResetPassword).await?;
    match link {
        Some(link) => Ok(login::confirm(pool, passwords, config, link.account, typed).await?.is_some()),
        None => Ok(false),
    }
}

/// Has this password just become the account's? Then its form is sent a second time, as by a doubled click. `TooFast` after too
/// many attempts.
pub async fn just_changed(
    pool: &PgPool,
    passwords: &Passwords,
    config: &AccountsConfig,
    account: i64,
    typed: &str,
) -> Result<bool, Error> {
    let recent = sqlx::query_scalar!(
        r#"SELECT password_changed_at > now() - interval '1 minute' AS "recent" FROM accounts WHERE id = $1"#,
        account
    )
    .fetch_one(pool)
    .await?;
    Ok(recent.unwrap_or(false) && login::confirm(pool, passwords, config, account, typed).await?.is_some())
}

/// Was the password replaced since then? It cannot be from now on until the end of the transaction.
pub async fn is_changed_since(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    then: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query_scalar!(
        r#"SELECT password_changed_at >= $2 AS "changed" FROM accounts WHERE id = $1 FOR NO KEY UPDATE"#,
        account,
        then
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(changed.flatten().unwrap_or(false))
}

/// Another password, chosen by the member. Every browser but `session` is logged out, and open links for new passwords become worthless; those for
/// another address too, since whoever knew the old password may have asked for one, and so does a key that waits for its first
/// code.
pub async fn change(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    session: Option<i64>,
    password_hash: &str,
) -> Result<(), sqlx::Error> {
    replace(tx, account, session, password_hash).await?;
    security_log::record(tx, SecurityEvent::PasswordChanged, Some(account), None).await
}

async fn replace(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    session: Option<i64>,
    password_hash: &str,
) -> Result<(), sqlx::Error> {
    lock::account(tx, account).await?;
    // Not `now()`, which was before the lock: what somebody asked for while this waited for them was asked for before.
    sqlx::query!(
        "UPDATE accounts SET password_hash = $2, password_changed_at = clock_timestamp() WHERE id = $1",
        account,
        password_hash
    )
    .execute(&mut **tx)
    .await?;
    for purpose in [Purpose::ResetPassword, Purpose::ChangeEmail] {
        token::withdraw(tx, account, purpose).await?;
    }
    two_factor::abandon(tx, account).await?;
    session::end_others(tx, account, session).await?;
    Ok(())
}
