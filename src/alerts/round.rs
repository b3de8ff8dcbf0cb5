//! One look, by whichever process holds the lock.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::{Connection, PgConnection, PgPool};

use super::outlets::Outlets;
use super::{KEPT_DAYS, findings, messages, record};
use crate::config::Config;
use crate::health::samples;

/// Looks, tells and notes. False when another process does that, or did within this time.
///
/// The lock belongs to a connection that is taken out of the pool and ends with this call, however that ends.
pub async fn look(pool: &PgPool, config: &Config, outlets: &Outlets, least: Duration) -> Result<bool, sqlx::Error> {
    let mut pooled = pool.acquire().await?;
    if !is_due(&mut pooled, least).await? {
        return Ok(false);
    }
    let mut conn = pooled.detach();
    let first =
        sqlx::query_scalar!(r#"SELECT pg_try_advisory_lock(hashtextextended('ratemyderp: alerts', 0)) AS "first!""#)
            .fetch_one(&mut conn)
            .await?;
    // Somebody may have ended a round just before the lock was ours.
    let looked = first && is_due(&mut conn, least).await?;
    if looked {
        round(&mut conn, config, outlets).await?;
    }
    if first {
        // The end of the connection takes the server a moment; the next round need not wait for that.
        sqlx::query!("SELECT pg_advisory_unlock(hashtextextended('ratemyderp: alerts', 0))")
            .fetch_one(&mut conn)
            .await?;
    }
    conn.close().await?;
    Ok(looked)
}

async fn is_due(conn: &mut PgConnection, least: Duration) -> Result<bool, sqlx::Error> {
    // Clocks of processes do not tick at the same moment: a little early is due.
    sqlx::query_scalar!(
        r#"SELECT NOT EXISTS (
            SELECT FROM alert_rounds WHERE looked_at > now() - make_interval(secs => $1)
        ) AS "due!""#,
        least.as_secs_f64() * 0.9
    )
    .fetch_one(conn)
    .await
}

async fn round(conn: &mut PgConnection, config: &Config, outlets: &Outlets) -> Result<(), sqlx::Error> {
    samples::record(conn).await?;
    let findings = findings::all(conn, config).await?;
    let hours = config.alerts.remind_hours;
    let remind = (hours > 0).then(|| TimeDelta::hours(hours.into()));
    let mut tx = conn.begin().await?;
    let news = record::note(&mut tx, &findings, remind).await?;
    messages::write(&mut tx, &news, outlets).await?;
    sqlx::query!(
        "INSERT INTO alert_rounds (looked_at, looked_by) VALUES (now(), $1)
         ON CONFLICT (one) DO UPDATE SET looked_at = now(), looked_by = $1",
        process()
    )
    .execute(&mut *tx)
    .await?;
    forget(&mut tx).await?;
    tx.commit().await?;
    messages::deliver(conn, outlets).await?;
    if outlets.beats() && findings.is_empty() {
        beat(conn, config, outlets).await?;
    }
    Ok(())
}

/// While all is well, at most so often.
async fn beat(conn: &mut PgConnection, config: &Config, outlets: &Outlets) -> Result<(), sqlx::Error> {
    let due = sqlx::query_scalar!(
        r#"SELECT NOT EXISTS (
            SELECT FROM alert_rounds WHERE beaten_at > now() - make_interval(secs => $1)
        ) AS "due!""#,
        f64::from(config.alerts.heartbeat_seconds) * 0.9
    )
    .fetch_one(&mut *conn)
    .await?;
    if !due {
        return Ok(());
    }
    let outcome = outlets.beat().await;
    sqlx::query!(
        "UPDATE alert_rounds SET beaten_at = CASE WHEN $1 THEN now() ELSE beaten_at END, beat_error = $2",
        outcome.is_ok(),
        outcome.err()
    )
    .execute(conn)
    .await
    .map(drop)
}

async fn forget(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM alerts WHERE resolved_at < now() - make_interval(days => $1)", KEPT_DAYS)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM alert_messages WHERE written_at < now() - make_interval(days => $1)", KEPT_DAYS)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM alert_silences WHERE until < now() - interval '1 day'").execute(conn).await.map(drop)
}

/// As in `derp-1, process 4711`.
fn process() -> String {
    let host = std::env::var("HOSTNAME").ok().or_else(|| std::fs::read_to_string("/etc/hostname").ok());
    format!("{}, process {}", host.as_deref().map_or("unknown", str::trim), std::process::id())
}
