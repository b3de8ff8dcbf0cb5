//! Two-factor: logging in takes a code of an app on the member's phone (RFC 6238) besides the password.

mod code;
mod recovery;
mod totp;
mod vault;

use chrono::{DateTime, Duration, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

use super::lock;
use super::security_log::{self, SecurityEvent};
use super::throttle::{self, Key};
use crate::config::Allowance;
use crate::error::Error;
use crate::mail::{self, Notification};

pub use code::Code;
pub use recovery::{COUNT, RecoveryCode};
pub use totp::AppKey;
pub use vault::Vault;

/// Minutes from beginning to set it up to the first code, after which one has to begin again.
const PATIENCE_MINUTES: i64 = 30;

/// How an account is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwoFactorState {
    /// By its password alone.
    Off,
    /// The member is about to enter the key into an app.
    Pending,
    On {
        since: DateTime<Utc>,
        /// Recovery codes that are not used up.
        recovery_codes: i64,
    },
}

/// What a code has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeCheck {
    /// It is right, and used up with this transaction.
    Right,
    /// It is a recovery code, used up with this transaction.
    Recovered,
    /// It was right, and was used before.
    Used,
    Wrong,
}

/// How this account is guarded.
pub async fn state(conn: &mut PgConnection, account: i64) -> Result<TwoFactorState, sqlx::Error> {
    let found = sqlx::query!(
        r#"SELECT begun_at, confirmed_at,
                  (SELECT count(*) FROM recovery_codes r WHERE r.account = t.account AND r.used_at IS NULL) AS "left!"
           FROM two_factor t WHERE account = $1"#,
        account
    )
    .fetch_optional(conn)
    .await?;
    Ok(match found {
        Some(row) => match row.confirmed_at {
            Some(since) => TwoFactorState::On { since, recovery_codes: row.left },
            None if is_fresh(row.begun_at) => TwoFactorState::Pending,
            None => TwoFactorState::Off,
        },
        None => TwoFactorState::Off,
    })
}

/// Does logging in to this account take a code?
pub async fn is_on(conn: &mut PgConnection, account: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM two_factor WHERE account = $1 AND confirmed_at IS NOT NULL) AS "on!""#,
        account
    )
    .fetch_one(conn)
    .await
}

/// Makes a key for the member's app; one that waited for its first code is worthless from now on. `Conflict` when two-factor
/// is on already.
pub async fn begin(tx: &mut Transaction<'_, Postgres>, vault: &Vault, account: i64) -> Result<(), Error> {
    let key = AppKey::random();
    let begun = sqlx::query!(
        "INSERT INTO two_factor AS t (account, secret, salt) VALUES ($1, $2, $3)
         ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, salt = excluded.salt, begun_at = now()
             WHERE t.confirmed_at IS NULL",
        account,
        vault.seal(account, key.bytes())?,
        &recovery::salt()[..]
    )
    .execute(&mut **tx)
    .await?;
    if begun.rows_affected() == 0 { Err(Error::Conflict("Two-factor is on already.".into())) } else { Ok(()) }
}

/// The key that waits for its first code, if there is one.
pub async fn pending(conn: &mut PgConnection, vault: &Vault, account: i64) -> Result<Option<AppKey>, Error> {
    let found =
        sqlx::query!("SELECT secret, begun_at FROM two_factor WHERE account = $1 AND confirmed_at IS NULL", account)
            .fetch_optional(conn)
            .await?;
    let Some(row) = found.filter(|row| is_fresh(row.begun_at)) else {
        return Ok(None);
    };
    vault.open(account, &row.secret).map(AppKey::from_bytes).map(Some)
}

/// The first code of the app: two-factor is on from now on. Gives the recovery codes, which nobody can read again, or
/// `None` when the code is wrong. `NotFound` when nothing waits for a code.
pub async fn confirm(
    tx: &mut Transaction<'_, Postgres>,
    vault: &Vault,
    account: i64,
    typed: &Code,
    now: DateTime<Utc>,
) -> Result<Option<Vec<RecoveryCode>>, Error> {
    let key = pending(tx, vault, account).await?.ok_or(Error::NotFound)?;
    let Some(step) = typed.of_app().and_then(|code| key.step_of(code, now)) else {
        return Ok(None);
    };
    // Whoever is about to come in with the password alone comes before this, or not at all.
    lock::account(tx, account).await?;
    let confirmed = sqlx::query!(
        "UPDATE two_factor SET confirmed_at = now(), last_step = $2 WHERE account = $1 AND confirmed_at IS NULL",
        account,
        step
    )
    .execute(&mut **tx)
    .await?;
    if confirmed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    mail::enqueue(tx, Notification::TwoFactorChanged { account, on: true }).await?;
    security_log::record(tx, SecurityEvent::TwoFactorOn, Some(account), None).await?;
    recovery::renew(tx, account).await.map(Some)
}

/// Stops setting it up.
pub async fn abandon(tx: &mut Transaction<'_, Postgres>, account: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM two_factor WHERE account = $1 AND confirmed_at IS NULL", account)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Takes one of the account's turns to enter a code: `TooFast` when there is none left. To be taken before `verify`, and
/// outside its transaction, so that what is rolled back has been counted.
pub async fn throttle_codes(conn: &mut PgConnection, account: i64, allowance: Allowance) -> Result<(), Error> {
    throttle::take(conn, &turns(account), allowance).await
}

/// Is this a code of the account's app, or one of its recovery codes? A right one is used up with the transaction; of two
/// at once, in whichever processes, one is. The turns are given back after a right one; of a recovery code the member is told
/// by mail.
pub async fn verify(
    tx: &mut Transaction<'_, Postgres>,
    vault: &Vault,
    account: i64,
    typed: &Code,
    now: DateTime<Utc>,
) -> Result<CodeCheck, Error> {
    let verdict = match typed {
        Code::App(code) => verify_app(tx, vault, account, code, now).await?,
        Code::Recovery(code) => recovery::redeem(tx, account, code).await?,
    };
    if matches!(verdict, CodeCheck::Right | CodeCheck::Recovered) {
        throttle::clear(tx, &turns(account)).await?;
    }
    if matches!(verdict, CodeCheck::Recovered) {
        mail::enqueue(tx, Notification::RecoveryCodeUsed { account }).await?;
        security_log::record(tx, SecurityEvent::RecoveryCodeUsed, Some(account), None).await?;
    }
    Ok(verdict)
}

/// Ten new recovery codes; the old ones are worthless. Nobody can read them again.
pub async fn renew_recovery_codes(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
) -> Result<Vec<RecoveryCode>, Error> {
    let codes = recovery::renew(tx, account).await?;
    security_log::record(tx, SecurityEvent::RecoveryCodesRenewed, Some(account), None).await?;
    Ok(codes)
}

/// The password is enough from now on. False when it was before.
pub async fn switch_off(tx: &mut Transaction<'_, Postgres>, account: i64) -> Result<bool, Error> {
    lock::account(tx, account).await?;
    let off = sqlx::query!(
        r#"DELETE FROM two_factor WHERE account = $1 RETURNING confirmed_at IS NOT NULL AS "was_on!""#,
        account
    )
    .fetch_optional(&mut **tx)
    .await?;
    throttle::clear(tx, &turns(account)).await?;
    let was_on = off.is_some_and(|row| row.was_on);
    if was_on {
        mail::enqueue(tx, Notification::TwoFactorChanged { account, on: false }).await?;
        security_log::record(tx, SecurityEvent::TwoFactorOff, Some(account), None).await?;
    }
    Ok(was_on)
}

async fn verify_app(
    tx: &mut Transaction<'_, Postgres>,
    vault: &Vault,
    account: i64,
    code: &str,
    now: DateTime<Utc>,
) -> Result<CodeCheck, Error> {
    // Locked, so that a key that is replaced or switched off meanwhile is not taken for the one that was read.
    let stored = sqlx::query_scalar!(
        "SELECT secret FROM two_factor WHERE account = $1 AND confirmed_at IS NOT NULL FOR UPDATE",
        account
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(sealed) = stored else {
        return Ok(CodeCheck::Wrong);
    };
    let key = match vault.open(account, &sealed) {
        Ok(bytes) => AppKey::from_bytes(bytes),
        // The processes' key was changed: recovery codes still work.
        Err(cause) => {
            log::error!("the two-factor key of account {account} cannot be opened: {cause}");
            return Ok(CodeCheck::Wrong);
        }
    };
    let Some(step) = key.step_of(code, now) else {
        return Ok(CodeCheck::Wrong);
    };
    let spent =
        sqlx::query!("UPDATE two_factor SET last_step = $2 WHERE account = $1 AND last_step < $2", account, step)
            .execute(&mut **tx)
            .await?;
    Ok(if spent.rows_affected() == 1 { CodeCheck::Right } else { CodeCheck::Used })
}

fn turns(account: i64) -> Key {
    Key::new("code", &[&account.to_string()])
}

fn is_fresh(begun_at: DateTime<Utc>) -> bool {
    Utc::now() - begun_at < Duration::minutes(PATIENCE_MINUTES)
}
