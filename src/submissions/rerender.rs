//! Making all renditions anew, photo by photo, so that it can go on where it stopped.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

use super::crop::Crop;
use super::processing::ProcessingRequest;
use crate::queue::board::JobProgress;

/// What one job that makes all renditions anew works through: every photo that was ready when it began.
pub async fn begin(conn: &mut PgConnection, job: i64) -> Result<JobProgress, sqlx::Error> {
    sqlx::query!(
        "INSERT INTO job_progress (job, position, last, total)
         SELECT $1, 0, coalesce(max(id), 0), count(*) FROM submissions
         WHERE state = 'ready' AND moderation <> 'removed' AND original_key IS NOT NULL
         ON CONFLICT (job) DO NOTHING",
        job
    )
    .execute(&mut *conn)
    .await?;
    crate::queue::board::progress(conn, job).await?.ok_or(sqlx::Error::RowNotFound)
}

/// The next photo behind this number, up to the last, with what is to be made of it.
pub async fn next(
    conn: &mut PgConnection,
    after: i64,
    last: i64,
) -> Result<Option<(i64, ProcessingRequest)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT id, original_key, crop AS "crop: Crop", stale_since, created_at FROM submissions
           WHERE id > $1 AND id <= $2 AND state = 'ready' AND moderation <> 'removed' AND original_key IS NOT NULL
           ORDER BY id LIMIT 1"#,
        after,
        last
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let wanted = ProcessingRequest {
            original_key: row.original_key,
            crop: row.crop,
            stale_since: row.stale_since,
            sent_at: row.created_at,
        };
        (row.id, wanted)
    }))
}

/// Asks for the renditions that are about to be published, and gives the request that they answer: the one that was there when
/// they were begun, or one of its own. A request that came meanwhile is not answered.
pub async fn request(
    tx: &mut Transaction<'_, Postgres>,
    id: i64,
    wanted: &ProcessingRequest,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    if wanted.stale_since.is_some() {
        return Ok(wanted.stale_since);
    }
    let own = sqlx::query_scalar!(
        "UPDATE submissions SET stale_since = clock_timestamp()
         WHERE id = $1 AND state = 'ready' AND moderation <> 'removed' AND stale_since IS NULL RETURNING stale_since",
        id
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(own.flatten())
}

/// One photo more is done, or was left as it is.
pub async fn step(
    tx: &mut Transaction<'_, Postgres>,
    job: i64,
    position: i64,
    skipped: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE job_progress SET position = $2, done = least(done + 1, total), skipped = skipped + $3::boolean::integer, updated_at = now()
         WHERE job = $1",
        job,
        position,
        skipped
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
