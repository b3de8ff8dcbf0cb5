//! How far a long job has come.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

/// What a job that goes through many things has done of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct JobProgress {
    /// All things up to this number are done.
    pub position: i64,
    /// The number at which it ends.
    pub last: i64,
    /// How many are done.
    pub done: i64,
    /// How many there were when it began.
    pub total: i64,
    /// How many of the done ones had to be left as they were.
    pub skipped: i64,
    /// When it last came further; nothing when it has not yet.
    pub updated_at: Option<DateTime<Utc>>,
}

/// How far this job has come; nothing when it does not say.
pub async fn progress(conn: &mut PgConnection, job: i64) -> Result<Option<JobProgress>, sqlx::Error> {
    sqlx::query_as!(
        JobProgress,
        "SELECT position, last, done, total, skipped, updated_at FROM job_progress WHERE job = $1",
        job
    )
    .fetch_optional(conn)
    .await
}
