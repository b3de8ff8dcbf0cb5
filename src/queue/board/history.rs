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
    /// The program that it was, likewise.
    pub version: Option<String>,
    /// When it could have begun; nothing for attempts of older programs.
    pub due_at: Option<DateTime<Utc>>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended, or was found to have ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// `finished`, `failed`, `lost` (its process died), `returned` (its process was asked to stop) or `postponed` (now was not the
    /// time: it was not tried, and it does not count).
    pub outcome: Option<String>,
    /// What went wrong, or why it was postponed.
    pub error: Option<String>,
    /// The group of that error.
    pub error_group: Option<i64>,
}

/// Every start of a job, the first one first.
pub async fn attempts(conn: &mut PgConnection, number: i64) -> Result<Vec<Attempt>, sqlx::Error> {
    sqlx::query_as!(
        Attempt,
        r#"
        SELECT a.attempt, a.worker, w.host || ', process ' || w.pid AS process, w.version AS "version?", a.due_at, a.started_at,
            a.ended_at, a.outcome, a.error, a.error_group
        FROM job_attempts a LEFT JOIN workers w ON w.number = a.worker
        WHERE a.job = $1
        ORDER BY a.attempt
        "#,
        number,
    )
    .fetch_all(conn)
    .await
}

/// What a handler said while it worked.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// In which attempt.
    pub attempt: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub text: String,
}

/// All lines of a job, the first one first; at most a thousand.
pub async fn lines(conn: &mut PgConnection, number: i64) -> Result<Vec<Line>, sqlx::Error> {
    sqlx::query_as!(
        Line,
        "SELECT attempt, at, text FROM job_lines WHERE job = $1 ORDER BY attempt, n LIMIT 1000",
        number
    )
    .fetch_all(conn)
    .await
}

/// Jobs about the same photo or account: the five before a job and the five after it, the newest first.
pub async fn neighbours(conn: &mut PgConnection, number: i64) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        SELECT near.number AS "number!"
        FROM fang_tasks mine, LATERAL (
            (SELECT t.number FROM fang_tasks t WHERE (t.submission, t.number) > (mine.submission, mine.number)
                AND t.submission <= mine.submission ORDER BY t.submission, t.number LIMIT 5)
            UNION
            (SELECT t.number FROM fang_tasks t WHERE (t.submission, t.number) < (mine.submission, mine.number)
                AND t.submission >= mine.submission ORDER BY t.submission DESC, t.number DESC LIMIT 5)
            UNION
            (SELECT t.number FROM fang_tasks t WHERE (t.account, t.number) > (mine.account, mine.number)
                AND t.account <= mine.account ORDER BY t.account, t.number LIMIT 5)
            UNION
            (SELECT t.number FROM fang_tasks t WHERE (t.account, t.number) < (mine.account, mine.number)
                AND t.account >= mine.account ORDER BY t.account DESC, t.number DESC LIMIT 5)
        ) AS near
        WHERE mine.number = $1
        ORDER BY near.number DESC
        "#,
        number
    )
    .fetch_all(conn)
    .await
}
