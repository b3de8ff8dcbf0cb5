//! Taking jobs, and the fence that makes sure that only their taker ends them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use crate::handler::Failure;

/// A job held by this process. It is ours while the row still names this attempt and this worker: the fence.
#[derive(Debug)]
pub struct Claim {
    /// fang's id.
    pub id: Uuid,
    /// What people call it.
    pub number: i64,
    /// Rises with every claim of the job.
    pub attempt: i32,
    /// The process that holds it.
    pub worker: i64,
    /// What it does.
    pub kind: String,
    /// How many attempts have failed before this one.
    pub failures: i32,
    /// How many may.
    pub max_attempts: i16,
    /// The name that only one waiting job may have.
    pub unique: Option<String>,
    /// The arguments.
    pub job: Value,
    settled: AtomicBool,
    hopeless: AtomicBool,
}

impl Claim {
    /// Commits a handler's effect together with the end of its job, so that the effect happens exactly once.
    /// [`Failure::Lost`] means that nothing was committed and that nothing may be published.
    pub async fn commit(&self, mut tx: Transaction<'_, Postgres>) -> Result<(), Failure> {
        let ended = super::settle::finish(&mut tx, self.worker, &[self.id], &[self.attempt]).await?;
        if ended == 0 {
            tx.rollback().await?;
            return Err(Failure::Lost);
        }
        tx.commit().await?;
        self.settled.store(true, Ordering::Release);
        Ok(())
    }

    /// Whether the job is still ours: to be asked before an effect outside PostgreSQL.
    pub async fn held(&self, conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar!(
            r#"
            SELECT EXISTS (
                SELECT FROM fang_tasks
                WHERE id = $1 AND attempt = $2 AND lease_owner = $3 AND state = 'in_progress'
            ) AS "held!"
            "#,
            self.id,
            self.attempt,
            self.worker,
        )
        .fetch_one(conn)
        .await
    }

    /// Whether the handler has already ended the job, or must not.
    pub(crate) fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Acquire)
    }

    /// Somebody else has it by now.
    pub(crate) fn leave(&self) {
        self.settled.store(true, Ordering::Release);
    }

    /// Another attempt after this one would be in vain.
    pub(crate) fn give_up_hope(&self) {
        self.hopeless.store(true, Ordering::Release);
    }

    /// Whether a failure of this attempt is the last one.
    pub(crate) fn is_last(&self) -> bool {
        self.hopeless.load(Ordering::Acquire) || self.failures + 1 >= i32::from(self.max_attempts)
    }
}

/// A row as a claim returns it.
#[derive(Debug)]
pub(super) struct Row {
    pub id: Uuid,
    pub number: i64,
    pub attempt: i32,
    pub worker: i64,
    pub kind: String,
    pub failures: i32,
    pub max_attempts: i16,
    pub unique: Option<String>,
    pub job: Option<Value>,
}

impl From<Row> for Claim {
    fn from(row: Row) -> Self {
        Claim {
            id: row.id,
            number: row.number,
            attempt: row.attempt,
            worker: row.worker,
            kind: row.kind,
            failures: row.failures,
            max_attempts: row.max_attempts,
            unique: row.unique,
            job: row.job.unwrap_or_default(),
            settled: AtomicBool::new(false),
            hopeless: AtomicBool::new(false),
        }
    }
}

/// Takes up to `limit` due jobs of one lane in one statement, and opens an attempt for each.
pub(crate) async fn take(
    pool: &PgPool,
    worker: i64,
    lane: &str,
    kinds: &[String],
    limit: i64,
    lease: Duration,
) -> Result<Vec<Claim>, sqlx::Error> {
    let rows = sqlx::query_as!(
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
            retries AS "failures!", max_attempts AS "max_attempts!", uniq_hash AS unique, metadata -> 'job' AS job
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
    .await?;
    Ok(rows.into_iter().map(Claim::from).collect())
}
