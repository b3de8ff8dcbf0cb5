//! Taking jobs, and reading what they are about.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::claim::Claim;
use crate::runnable::{JobSet, Runnable};

/// The wait before another attempt of a job whose arguments nobody can read.
const UNREADABLE: Duration = Duration::from_secs(5);

/// A claimed job with its arguments, which are read once.
pub(crate) struct Held {
    pub claim: Claim,
    /// The error is one for the job: what is wrong with its arguments.
    pub job: Result<Arc<dyn Runnable>, String>,
}

impl Held {
    pub fn read(row: Row, jobs: &dyn JobSet) -> Self {
        let job = jobs
            .decode(&row.arguments.unwrap_or_default())
            .map_err(|why| format!("its arguments cannot be read: {why}"));
        let claim = Claim {
            id: row.id,
            number: row.number,
            attempt: row.attempt,
            worker: row.worker,
            kind: row.kind,
            failures: row.failures,
            max_attempts: row.max_attempts,
            unique: row.unique,
            settled: AtomicBool::new(false),
        };
        Held { claim, job }
    }

    /// The wait before the next attempt: what the job says, and up to half as much again, so that jobs that failed together
    /// do not come back together.
    pub fn wait(&self) -> Duration {
        let failures = u32::try_from(self.claim.failures + 1).unwrap_or(1);
        let base = self.job.as_ref().map_or(UNREADABLE, |job| job.backoff(failures));
        base.mul_f64(1.0 + rand::random::<f64>() / 2.0)
    }
}

/// A row as a claim returns it.
#[derive(Debug)]
pub(crate) struct Row {
    pub id: Uuid,
    pub number: i64,
    pub attempt: i32,
    pub worker: i64,
    pub kind: String,
    pub failures: i32,
    pub max_attempts: i16,
    pub unique: Option<String>,
    pub arguments: Option<Value>,
}

/// Takes up to `limit` due jobs of one lane in one statement, and opens an attempt for each.
pub(crate) async fn take(
    pool: &PgPool,
    worker: i64,
    lane: &str,
    kinds: &[String],
    limit: i64,
    lease: Duration,
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        r#"
        WITH due AS (
            SELECT id FROM fang_tasks
            WHERE state IN ('new', 'retried') AND task_type = $1 AND kind = ANY($2) AND scheduled_at <= now()
            AND EXISTS (SELECT FROM lanes WHERE name = $1 AND paused_at IS NULL)
            ORDER BY priority, scheduled_at, number
            LIMIT $3
            FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE fang_tasks t
            SET state = 'in_progress', attempt = t.attempt + 1, lease_owner = $4,
                lease_until = now() + make_interval(secs => $5), updated_at = now()
            FROM due
            WHERE t.id = due.id
            RETURNING t.*
        ), opened AS (
            INSERT INTO job_attempts (job, attempt, worker)
            SELECT number, attempt, lease_owner FROM claimed
        )
        SELECT id AS "id!", number AS "number!", attempt AS "attempt!", lease_owner AS "worker!", kind AS "kind!",
            retries AS "failures!", max_attempts AS "max_attempts!", uniq_hash AS unique, metadata -> 'job' AS arguments
        FROM claimed
        ORDER BY priority, scheduled_at, number
        "#,
        lane,
        kinds,
        limit,
        worker,
        lease.as_secs_f64(),
    )
    .fetch_all(pool)
    .await
}
