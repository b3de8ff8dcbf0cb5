//! What has not been sent yet, and how far we are.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Connection, PgConnection};

/// What was set aside is kept for whoever looks into it, the newest so many.
const KEPT: i64 = 1_000;

/// A point as it is stored.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its place in the order of sending.
    pub number: i64,
    pub measurement: String,
    pub at: DateTime<Utc>,
    pub tags: Value,
    pub fields: Value,
}

/// How it goes with a store.
#[derive(Debug, Clone)]
pub struct Progress {
    /// When something was sent last.
    pub moved_at: DateTime<Utc>,
    /// Points that it would not take, ever.
    pub refused: i64,
    /// Why nothing is sent, if nothing is.
    pub trouble: Option<String>,
    /// Since when.
    pub trouble_since: Option<DateTime<Utc>>,
}

/// The next points, in order. Whoever writes points holds the lock shared until the commit, so that whoever has had it alone
/// sees every number up to the last.
pub(super) async fn next(conn: &mut PgConnection, store: &str, most: i64) -> Result<Vec<Row>, sqlx::Error> {
    let mut tx = conn.begin().await?;
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('ratemyderp: metric_points', 0))")
        .fetch_one(&mut *tx)
        .await?;
    let last = sqlx::query_scalar!("SELECT number FROM metric_points ORDER BY number DESC LIMIT 1")
        .fetch_optional(&mut *tx)
        .await?;
    // Others wait for this lock: the reading is done without it.
    tx.commit().await?;
    sqlx::query_as!(
        Row,
        "SELECT number, measurement, at, tags, fields FROM metric_points
         WHERE number > coalesce((SELECT c.number FROM metric_cursors c WHERE c.store = $1), 0) AND number <= $2
         ORDER BY number LIMIT $3",
        store,
        last.unwrap_or(0),
        most
    )
    .fetch_all(conn)
    .await
}

/// All up to this one are sent, or will never be.
pub(super) async fn moved(conn: &mut PgConnection, store: &str, number: i64, refused: u64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO metric_cursors AS c (store, number, refused) VALUES ($1, $2, $3)
         ON CONFLICT (store) DO UPDATE SET number = greatest(c.number, excluded.number), moved_at = now(),
             refused = c.refused + excluded.refused, trouble = NULL, trouble_since = NULL",
        store,
        number,
        i64::try_from(refused).unwrap_or(i64::MAX)
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Notes why nothing is sent.
pub(super) async fn troubled(conn: &mut PgConnection, store: &str, why: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO metric_cursors AS c (store, number, trouble, trouble_since) VALUES ($1, 0, $2, now())
         ON CONFLICT (store) DO UPDATE SET trouble = excluded.trouble, trouble_since = coalesce(c.trouble_since, now())",
        store,
        why
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Keeps a point that the store would not take, with its reason.
pub(super) async fn set_aside(conn: &mut PgConnection, row: &Row, reason: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO metric_refusals (number, measurement, at, tags, fields, reason) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (number) DO NOTHING",
        row.number,
        row.measurement,
        row.at,
        row.tags,
        row.fields,
        reason
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM metric_refusals WHERE number <= (SELECT number FROM metric_refusals ORDER BY number DESC OFFSET $1 LIMIT 1)",
        KEPT
    )
    .execute(conn)
    .await
    .map(drop)
}

/// From when the first point is that has not been sent, or nothing if all are.
pub async fn oldest(conn: &mut PgConnection, store: &str) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT at FROM metric_points
         WHERE number > coalesce((SELECT c.number FROM metric_cursors c WHERE c.store = $1), 0) ORDER BY number LIMIT 1",
        store
    )
    .fetch_optional(conn)
    .await
}

/// How it goes with a store; nothing if nothing was ever tried.
pub async fn progress(conn: &mut PgConnection, store: &str) -> Result<Option<Progress>, sqlx::Error> {
    sqlx::query_as!(
        Progress,
        "SELECT moved_at, refused, trouble, trouble_since FROM metric_cursors WHERE store = $1",
        store
    )
    .fetch_optional(conn)
    .await
}
