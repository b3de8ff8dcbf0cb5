//! Leaving: asked for by the member, done after a grace period in which it can be taken back.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

use super::security_log::{self, SecurityEvent};
use super::session;

/// Plans the deletion and logs every browser out; gives the day.
pub async fn plan(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    grace_days: u32,
) -> Result<DateTime<Utc>, sqlx::Error> {
    let due = sqlx::query_scalar!(
        r#"UPDATE accounts SET deletion_due_at = now() + make_interval(days => $2) WHERE id = $1
           RETURNING deletion_due_at AS "due!""#,
        account,
        i32::try_from(grace_days).unwrap_or(i32::MAX)
    )
    .fetch_one(&mut **tx)
    .await?;
    session::end_others(tx, account, None).await?;
    security_log::record(tx, SecurityEvent::DeletionPlanned, Some(account), None).await?;
    Ok(due)
}

/// Takes the plan back.
pub async fn cancel(tx: &mut Transaction<'_, Postgres>, account: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE accounts SET deletion_due_at = NULL WHERE id = $1", account).execute(&mut **tx).await.map(drop)
}

/// Accounts whose grace has ended, the longest first.
pub async fn due(conn: &mut PgConnection) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id FROM accounts WHERE deletion_due_at <= now() AND deleted_at IS NULL
         ORDER BY deletion_due_at LIMIT 100"
    )
    .fetch_all(conn)
    .await
}

/// Forgets the person. Their username is free again, their ratings stay without a name. False when the
/// plan was taken back in the meantime, and then nothing changed.
pub async fn erase_account(tx: &mut Transaction<'_, Postgres>, account: i64) -> Result<bool, sqlx::Error> {
    let forgotten = sqlx::query!(
        "UPDATE accounts
         SET username = 'deleted-' || id, display_name = 'Somebody who left', email = NULL, email_verified_at = NULL,
             password_hash = NULL, about = '', avatar = NULL, logged_in_at = NULL, role = 'member', suspended_at = NULL, suspension = NULL,
             deletion_due_at = NULL, deleted_at = now()
         WHERE id = $1 AND deletion_due_at <= now() AND deleted_at IS NULL",
        account
    )
    .execute(&mut **tx)
    .await?;
    if forgotten.rows_affected() == 0 {
        return Ok(false);
    }
    session::end_others(tx, account, None).await?;
    // With its recovery codes.
    sqlx::query!("DELETE FROM two_factor WHERE account = $1", account).execute(&mut **tx).await?;
    sqlx::query!("DELETE FROM tokens WHERE account = $1", account).execute(&mut **tx).await?;
    sqlx::query!("DELETE FROM settings WHERE account = $1", account).execute(&mut **tx).await?;
    Ok(true)
}
