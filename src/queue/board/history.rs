//! What happened to a job.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

/// One start of a job.
#[derive(Debug, Clone, Serialize)]
pub struct Attempt {
    /// Counts from one.
    pub attempt: i32,
    /// The process that ran it.
    pub worker: i64,
    /// Its machine and process id, while its row is kept.
    pub process: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended, or was found to have ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// `finished`, `failed`, `lost` (its process died), `returned` (its process was asked to stop) or `postponed` (now was not the
    /// time: it was not tried, and it does not count).
    pub outcome: Option<String>,
    /// What went wrong, or why it was postponed.
    pub error: Option<String>,
}

/// Every start of a job, the first one first.
pub async fn attempts(conn: &mut PgConnection, number: i64) -> Result<Vec<Attempt>, sqlx::Error> {
    sqlx::query_as!(
        Attempt,
        r#"
        SELECT a.attempt, a.worker, w.host || ', process ' || w.pid AS process, a.started_at, a.ended_at, a.outcome, a.error
        FROM job_attempts a LEFT JOIN workers w ON w.number = a.worker
        WHERE a.job = $1
        ORDER BY a.attempt
        "#,
        number,
    )
    .fetch_all(conn)
    .await
}
