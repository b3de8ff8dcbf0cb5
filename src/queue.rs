//! Jobs, and how they enter the queue. Free of the queue's machinery: whoever changes something names what has to follow.

pub mod board;
pub mod check;
pub mod counts;
mod definitions;
pub mod errors;
pub mod hours;
mod job;
pub mod pauses;
pub mod rest;
pub mod schedules;
mod state;

use sqlx::{Postgres, Transaction};

use crate::metrics::recorder;

pub use self::definitions::{Definition, Lane, Unique};
pub use self::job::{Job, JobKind};
pub use self::state::JobState;

/// Where a worker process listens for new jobs; the payload is the lane.
pub const CHANNEL: &str = "ratemyderp_jobs";

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// The job's number, as people see it.
    pub number: i64,
    /// False when a waiting job of the same name does it.
    pub new: bool,
}

/// Adds a job to the transaction that makes it necessary: both happen or neither does.
///
/// A waiting job of the same unique name is taken instead, and locked until the transaction ends: a worker that took it
/// earlier would not see the change that this request is about.
pub async fn enqueue(tx: &mut Transaction<'_, Postgres>, job: Job) -> Result<Enqueued, sqlx::Error> {
    enqueue_about(tx, job, None).await
}

/// The same, for a job that is about somebody's account, as operators look for it.
pub async fn enqueue_about(
    tx: &mut Transaction<'_, Postgres>,
    job: Job,
    account: Option<i64>,
) -> Result<Enqueued, sqlx::Error> {
    let definition = job.definition();
    let kind = job.kind().name();
    // PostgreSQL folds equal notifications of one transaction into one.
    let enqueued = sqlx::query_as!(
        Enqueued,
        r#"
        WITH put AS (
            INSERT INTO fang_tasks (metadata, task_type, uniq_hash, kind, priority, max_attempts, submission, account)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $9)
            ON CONFLICT (uniq_hash) WHERE state IN ('new', 'retried')
            DO UPDATE SET updated_at = now()
            RETURNING number, xmax = 0 AS new
        )
        SELECT number AS "number!", new AS "new!"
        FROM put, LATERAL (SELECT pg_notify($8, $2)) AS wake
        "#,
        stored(&serde_json::json!(job)),
        definition.lane.name(),
        job.unique(),
        kind,
        job.priority(),
        definition.attempts,
        job.submission(),
        CHANNEL,
        account,
    )
    .fetch_one(&mut **tx)
    .await?;
    if enqueued.new {
        recorder().enqueued(kind);
    }
    Ok(enqueued)
}

/// A job's arguments in the shape that fang's runnable of that name can read.
pub fn stored(job: &serde_json::Value) -> serde_json::Value {
    serde_json::json!({ "type": "Work", "job": job })
}
