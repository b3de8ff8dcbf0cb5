//! What is done to accounts with more rights than a member has. All of it stands in the audit log.

use sqlx::{Postgres, Transaction};

use super::audit::{self, Action};
use super::{Role, session, two_factor};
use crate::error::Error;

/// The longest reason for a suspension, in characters.
pub const REASON_LENGTH: usize = 500;

/// An account may do more, or less, from now on. It is logged out everywhere: what has more rights begins with a login of its
/// own. False when it had that role before, and then nothing changed. Without an actor it is done on the command line.
pub async fn change_role(
    tx: &mut Transaction<'_, Postgres>,
    actor: Option<i64>,
    account: i64,
    role: Role,
) -> Result<bool, Error> {
    let before = sqlx::query_scalar!(
        r#"SELECT role AS "role: Role" FROM accounts WHERE id = $1 AND deleted_at IS NULL FOR UPDATE"#,
        account
    )
    .fetch_one(&mut **tx)
    .await?;
    if before == role {
        return Ok(false);
    }
    sqlx::query!("UPDATE accounts SET role = $2 WHERE id = $1", account, role as Role).execute(&mut **tx).await?;
    session::end_others(tx, account, None).await?;
    let detail = format!("from {} to {}", before.name(), role.name());
    audit::record(tx, actor, Action::RoleChanged, account, &detail).await?;
    Ok(true)
}

/// An account may not log in any more, and is logged out everywhere. `reason` is what its owner is told when they log in.
/// False when it is suspended already: the reason is the new one then. `Invalid` when the reason is missing or too long.
pub async fn suspend(
    tx: &mut Transaction<'_, Postgres>,
    actor: Option<i64>,
    account: i64,
    reason: &str,
) -> Result<bool, Error> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "Say why; the member will read it."));
    }
    let length = reason.chars().count();
    if length > REASON_LENGTH {
        let message = format!("Shorten the reason to {REASON_LENGTH} characters; it has {length}.");
        return Err(Error::invalid("reason", message));
    }
    if reason.contains('\0') {
        return Err(Error::invalid("reason", "Remove the invisible characters from the reason."));
    }
    let before = sqlx::query_scalar!(
        r#"SELECT suspended_at IS NOT NULL AS "suspended!" FROM accounts WHERE id = $1 AND deleted_at IS NULL FOR UPDATE"#,
        account
    )
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE accounts SET suspended_at = coalesce(suspended_at, now()), suspension = $2 WHERE id = $1",
        account,
        reason
    )
    .execute(&mut **tx)
    .await?;
    session::end_others(tx, account, None).await?;
    audit::record(tx, actor, Action::Suspended, account, reason).await?;
    Ok(!before)
}

/// An account may log in again. False when it was not suspended.
pub async fn unsuspend(tx: &mut Transaction<'_, Postgres>, actor: Option<i64>, account: i64) -> Result<bool, Error> {
    let ended = sqlx::query!(
        "UPDATE accounts SET suspended_at = NULL, suspension = NULL WHERE id = $1 AND suspended_at IS NOT NULL",
        account
    )
    .execute(&mut **tx)
    .await?;
    if ended.rows_affected() == 0 {
        return Ok(false);
    }
    audit::record(tx, actor, Action::Unsuspended, account, "").await?;
    Ok(true)
}

/// For members who have lost their app and their recovery codes: the password is enough again, and they are logged out
/// everywhere. False when two-factor was off.
pub async fn reset_two_factor(
    tx: &mut Transaction<'_, Postgres>,
    actor: Option<i64>,
    account: i64,
) -> Result<bool, Error> {
    if !two_factor::switch_off(tx, account).await? {
        return Ok(false);
    }
    session::end_others(tx, account, None).await?;
    audit::record(tx, actor, Action::TwoFactorReset, account, "").await?;
    Ok(true)
}
