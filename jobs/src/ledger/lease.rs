//! Being alive, saying so, and taking over from those who no longer do.

use std::sync::Arc;
use std::time::Duration;

use log::{error, warn};
use sqlx::PgPool;

use super::settle::{self, Outcome};
use super::take::{Held, Row};
use super::{Shared, lines, stops};

/// Enters this process among the workers; its number is its name in every claim.
pub(crate) async fn register(pool: &PgPool, slots: u32, kinds: &[String]) -> Result<i64, sqlx::Error> {
    let host = std::env::var("HOSTNAME").ok().or_else(|| std::fs::read_to_string("/etc/hostname").ok());
    sqlx::query_scalar!(
        "INSERT INTO workers (host, pid, slots, version, kinds, rss_bytes) VALUES ($1, $2, $3, $4, $5, $6) RETURNING number",
        host.as_deref().map_or("unknown", str::trim),
        i32::try_from(std::process::id()).unwrap_or_default(),
        i32::try_from(slots).unwrap_or(i32::MAX),
        env!("CARGO_PKG_VERSION"),
        kinds,
        resident_bytes(),
    )
    .fetch_one(pool)
    .await
}

/// Resident memory of this process; nothing where the system does not tell.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Says that this process has stopped.
pub(crate) async fn sign_off(pool: &PgPool, worker: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE workers SET stopped_at = now(), seen_at = now() WHERE number = $1", worker)
        .execute(pool)
        .await
        .map(drop)
}

/// Extends the leases and rescues orphans, three times in a lease.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut ticks = tokio::time::interval(shared.settings.lease / 3);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut looks = tokio::time::interval(stops::EVERY);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = looks.tick() => {
                if let Err(error) = stops::look(&shared).await {
                    error!("cannot look which jobs are to stop: {error}");
                }
                continue;
            }
        }
        // Our own leases first: after an outage they have all run out.
        let round = async {
            beat(&shared).await?;
            shared.pace.flush(&shared.pool).await?;
            let held: Vec<_> = shared.held().values().cloned().collect();
            lines::write(&shared.pool, &held).await?;
            while rescue_one(&shared).await? {}
            Ok::<_, sqlx::Error>(())
        };
        if let Err(error) = round.await {
            error!("cannot renew leases: {error}");
        }
    }
}

/// A row that is locked is passed over: whoever locks it is ending the job.
async fn beat(shared: &Shared) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = shared.held().keys().copied().collect();
    sqlx::query!(
        r#"
        WITH seen AS (
            UPDATE workers SET seen_at = now(), rss_bytes = coalesce($4, rss_bytes), resting = $5 WHERE number = $1
        ), mine AS (
            SELECT id FROM fang_tasks
            WHERE id = ANY($2) AND lease_owner = $1 AND state = 'in_progress'
            FOR UPDATE SKIP LOCKED
        )
        UPDATE fang_tasks t
        SET lease_until = now() + make_interval(secs => $3)
        FROM mine
        WHERE t.id = mine.id
        "#,
        shared.worker,
        &ids,
        shared.settings.lease.as_secs_f64(),
        resident_bytes(),
        &shared.breaker.resting(),
    )
    .execute(&shared.pool)
    .await
    .map(drop)
}

/// Ends the attempt of one worker that has died. It counts, so that a job that kills its worker ends as failed.
async fn rescue_one(shared: &Shared) -> Result<bool, sqlx::Error> {
    let mut tx = shared.pool.begin().await?;
    let orphan = sqlx::query_as!(
        Row,
        r#"
        SELECT id, number, attempt, coalesce(lease_owner, 0) AS "worker!", kind, retries AS failures, max_attempts,
            uniq_hash AS unique, metadata -> 'job' AS arguments, 0::float8 AS "waited!"
        FROM fang_tasks
        WHERE state = 'in_progress' AND kind = ANY($1) AND (lease_until IS NULL OR lease_until < now())
        ORDER BY kind, number -- of all indexes only one has this order, and in it only what runs is read
        LIMIT 1
        FOR UPDATE SKIP LOCKED
        "#,
        &shared.kinds,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(orphan) = orphan else {
        return Ok(false);
    };
    let held = Held::read(orphan, &*shared.jobs);
    let claim = &held.claim;
    let error = format!("worker {} stopped without ending it", claim.worker);
    let asked = stops::asked(&mut tx, claim.id).await?;
    if let Some(why) = &asked {
        settle::stop(&mut tx, &held, why).await?;
    } else if claim.is_last() {
        settle::fail(&mut tx, &held, Outcome::Lost, &error).await?;
    } else {
        settle::put_back(&mut tx, claim, Outcome::Lost, Some(&error), Duration::ZERO).await?;
    }
    tx.commit().await?;
    warn!("job {} ({}): {}", claim.number, claim.kind, asked.unwrap_or(error));
    shared.wake();
    Ok(true)
}
