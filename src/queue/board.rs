//! What people see of the queue. Every read costs the same however many jobs have finished: it walks an index from group to
//! group (a state and a kind) and stops at a limit.

mod history;
mod pace;
mod position;
mod progress;
mod workers;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

pub use self::history::{Attempt, attempts};
pub use self::pace::{Pace, pace};
pub use self::position::{QueuePosition, queue_position};
pub use self::progress::{JobProgress, progress};
pub use self::workers::{LaneStatus, Worker, lanes, workers};
pub use super::JobState;
pub use super::counts::{JobCount, counts};

/// Which jobs to list, the newest first.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Only in this state.
    pub state: Option<JobState>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only older than this number: the last one of the page before.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

/// A job as operators see it.
#[derive(Debug, Clone, Serialize)]
pub struct JobRow {
    /// Its number.
    pub number: i64,
    /// What it does.
    pub kind: String,
    /// What it waits in.
    pub lane: String,
    /// Where it stands.
    pub state: JobState,
    /// How often it was started.
    pub attempt: i32,
    /// How many attempts failed.
    pub failures: i32,
    /// How many may fail before it counts as failed.
    pub max_attempts: i16,
    /// The arguments.
    pub arguments: Option<Value>,
    /// What went wrong last.
    pub error: Option<String>,
    /// The process that has it.
    pub worker: Option<i64>,
    /// The job that does it instead.
    pub superseded_by: Option<i64>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it may start.
    pub due_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// Jobs as operators see them: what stands before the select, and from where.
macro_rules! job_rows {
    ($with:tt, $from:tt, $($bind:expr),+) => {
        sqlx::query_as!(
            JobRow,
            $with + r#"
        SELECT number AS "number!", kind AS "kind!", task_type AS "lane!", state::text AS "state!: String",
            attempt AS "attempt!", retries AS "failures!", max_attempts AS "max_attempts!", metadata -> 'job' AS arguments,
            error_message AS error, lease_owner AS worker, superseded_by, created_at AS "created_at!",
            scheduled_at AS "due_at!", updated_at AS "updated_at!"
        "# + $from,
            $($bind),+
        )
    };
}

/// One page of jobs.
pub async fn list(conn: &mut PgConnection, filter: &JobFilter) -> Result<Vec<JobRow>, sqlx::Error> {
    job_rows!(
        r#"
        WITH RECURSIVE groups AS (
            (SELECT state, kind FROM fang_tasks ORDER BY state, kind LIMIT 1)
            UNION ALL
            SELECT next.state, next.kind
            FROM groups, LATERAL (
                SELECT state, kind FROM fang_tasks
                WHERE (state, kind) > (groups.state, groups.kind)
                ORDER BY state, kind LIMIT 1
            ) AS next
        ), page AS (
            SELECT newest.id
            FROM groups, LATERAL (
                SELECT t.id, t.number FROM fang_tasks t
                WHERE t.state = groups.state AND t.kind = groups.kind AND t.number < coalesce($3, 9223372036854775807)
                ORDER BY t.number DESC LIMIT $4
            ) AS newest
            WHERE ($1::text IS NULL OR groups.state::text = $1) AND ($2::text IS NULL OR groups.kind = $2)
            ORDER BY newest.number DESC LIMIT $4
        )
        "#,
        r#"
        FROM fang_tasks JOIN page USING (id)
        ORDER BY number DESC
        "#,
        filter.state.map(JobState::stored),
        filter.kind.as_deref(),
        filter.before,
        filter.limit
    )
    .fetch_all(conn)
    .await
}

/// One job.
pub async fn job(conn: &mut PgConnection, number: i64) -> Result<Option<JobRow>, sqlx::Error> {
    job_rows!("", "FROM fang_tasks WHERE number = $1", number).fetch_optional(conn).await
}
