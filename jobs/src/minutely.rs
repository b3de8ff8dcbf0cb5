//! What happens once a minute in every process, whatever the queue does.

use chrono::Utc;
use log::{info, warn};
use ratemyderp::metrics::rollup;
use ratemyderp::queue::{counts, errors, hours};
use sqlx::PgPool;

/// One round. What fails is said, and tried again in a minute.
pub(crate) async fn run(pool: &PgPool) {
    if let Err(error) = compact(pool).await {
        warn!("counters could not be added up: {error}");
    }
    if let Err(error) = note_numbers(pool).await {
        warn!("the numbers of this hour could not be written down: {error}");
    }
    if let Err(error) = look_at_errors(pool).await {
        warn!("errors could not be added up: {error}");
    }
    if let Err(error) = forget(pool).await {
        warn!("old latencies could not be deleted: {error}");
    }
    if let Err(error) = add_up(pool).await {
        warn!("figures could not be added up: {error}");
    }
}

/// Minutes are kept for two days, hours for ninety.
async fn forget(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM job_pace WHERE (NOT hourly AND at < now() - interval '2 days') OR (hourly AND at < now() - interval '90 days')"
    )
    .execute(pool)
    .await
    .map(drop)
}

async fn compact(pool: &PgPool) -> Result<(), sqlx::Error> {
    counts::compact(&mut *pool.acquire().await?).await.map(drop)
}

async fn note_numbers(pool: &PgPool) -> Result<(), sqlx::Error> {
    hours::note(&mut *pool.acquire().await?).await
}

async fn look_at_errors(pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut conn = pool.acquire().await?;
    errors::compact(&mut conn).await?;
    for group in errors::unmute_changed(&mut conn).await? {
        info!("error group {group} has changed, and is muted no longer");
    }
    Ok(())
}

async fn add_up(pool: &PgPool) -> Result<(), sqlx::Error> {
    rollup::run(&mut *pool.acquire().await?, Utc::now()).await
}
