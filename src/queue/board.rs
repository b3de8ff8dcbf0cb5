//! What people see of the queue. Every read costs the same however many jobs have finished: it walks an index from group to
//! group (a state and a kind) and stops at a limit.

mod advance;
mod history;
mod pace;
mod progress;
mod workers;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

pub use self::advance::{Advance, advance};
pub use self::history::{Attempt, attempts};
pub use self::pace::{Pace, pace};
pub use self::progress::{Progress, of_submission};
pub use self::workers::{Lane, Worker, lanes, workers};

/// Groups with more jobs than this are not counted further.
pub const COUNT_LIMIT: i64 = 500_000;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It waits for its first attempt.
    Queued,
    /// A worker has it.
    Processing,
    /// It waits for another attempt, after one that failed or was given back.
    Retrying,
    /// It is done, or gave way to another job that does the same.
    Finished,
    /// Its attempts are used up, or it can never succeed.
    Failed,
}

impl State {
    /// Every state, in the order of a job's life.
    pub const ALL: [State; 5] = [State::Queued, State::Processing, State::Retrying, State::Failed, State::Finished];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Processing => "processing",
            State::Retrying => "retrying",
            State::Finished => "finished",
            State::Failed => "failed",
        }
    }

    /// fang's word for it, as stored.
    fn stored(self) -> &'static str {
        match self {
            State::Queued => "new",
            State::Processing => "in_progress",
            State::Retrying => "retried",
            State::Finished => "finished",
            State::Failed => "failed",
        }
    }
}

impl From<String> for State {
    fn from(stored: String) -> Self {
        match stored.as_str() {
            "in_progress" => State::Processing,
            "retried" => State::Retrying,
            "finished" => State::Finished,
            "failed" => State::Failed,
            _ => State::Queued, // the enum has no further value, and never gets one
        }
    }
}

/// How many jobs of a kind are in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The state.
    pub state: State,
    /// The kind, known here or not.
    pub kind: String,
    /// Exact, unless `more`.
    pub count: i64,
    /// There are more than `count`.
    pub more: bool,
}

/// Jobs by state and kind.
pub async fn counts(conn: &mut PgConnection) -> Result<Vec<Count>, sqlx::Error> {
    let rows = sqlx::query!(
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
        )
        SELECT groups.state::text AS "state!", groups.kind AS "kind!", (
            SELECT count(*) FROM (
                SELECT FROM fang_tasks t WHERE t.state = groups.state AND t.kind = groups.kind LIMIT $1::bigint + 1
            ) AS counted
        ) AS "count!"
        FROM groups
        "#,
        COUNT_LIMIT,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Count {
            state: State::from(row.state),
            kind: row.kind,
            count: row.count.min(COUNT_LIMIT),
            more: row.count > COUNT_LIMIT,
        })
        .collect())
}

/// Which jobs to list, the newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only in this state.
    pub state: Option<State>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only older than this number: the last one of the page before.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

/// A job as operators see it.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Its number.
    pub number: i64,
    /// What it does.
    pub kind: String,
    /// What it waits in.
    pub lane: String,
    /// Where it stands.
    pub state: State,
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

/// One page of jobs.
pub async fn list(conn: &mut PgConnection, filter: &Filter) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as!(
        Row,
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
        SELECT number AS "number!", kind AS "kind!", task_type AS "lane!", state::text AS "state!: String",
            attempt AS "attempt!", retries AS "failures!", max_attempts AS "max_attempts!", metadata -> 'job' AS arguments,
            error_message AS error, lease_owner AS worker, superseded_by, created_at AS "created_at!",
            scheduled_at AS "due_at!", updated_at AS "updated_at!"
        FROM fang_tasks JOIN page USING (id)
        ORDER BY number DESC
        "#,
        filter.state.map(State::stored),
        filter.kind.as_deref(),
        filter.before,
        filter.limit,
    )
    .fetch_all(conn)
    .await
}

/// One job.
pub async fn job(conn: &mut PgConnection, number: i64) -> Result<Option<Row>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        r#"
        SELECT number, kind, task_type AS lane, state::text AS "state!: String", attempt, retries AS failures, max_attempts,
            metadata -> 'job' AS arguments, error_message AS error, lease_owner AS worker, superseded_by, created_at,
            scheduled_at AS due_at, updated_at
        FROM fang_tasks WHERE number = $1
        "#,
        number,
    )
    .fetch_optional(conn)
    .await
}
