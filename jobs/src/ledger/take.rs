//! Taking due jobs: one statement for all idle workers of a process.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::Value;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::claim::Claim;
use crate::lines::Lines;
use crate::runnable::{JobSet, Runnable};
use crate::stop::Stop;

/// The wait before another attempt of a job whose arguments nobody can read.
const UNREADABLE: Duration = Duration::from_secs(5);

/// Jobs that one look sees: more than it takes, so that what other processes take at this moment can be passed over. A number
/// in the statement below, since the planner would take a parameter for a tenth of all rows.
const SEEN: i64 = 100;

/// A claimed job with its arguments, which are read once.
pub(crate) struct Held {
    pub claim: Claim,
    /// The error is one for the job: what is wrong with its arguments.
    pub job: Result<Arc<dyn Runnable>, String>,
    /// Somebody may ask this attempt to end.
    pub stop: Stop,
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
            waited: Duration::try_from_secs_f64(row.waited).unwrap_or_default(),
            lines: Lines::default(),
            settled: AtomicBool::new(false),
        };
        Held { claim, job, stop: Stop::default() }
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
    /// Seconds since it was due.
    pub waited: f64,
}

/// Who takes jobs, and of what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taker<'a> {
    /// The process.
    pub worker: i64,
    /// The kinds that it knows.
    pub kinds: &'a [String],
    /// How long a claim holds.
    pub lease: Duration,
}

/// What came of a look.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub rows: Vec<Row>,
    /// There may be more that are due, of which others have just taken what this look saw.
    pub more: bool,
    /// There may be more that are due, but as many as may run at once do.
    pub at_limit: bool,
}

/// Takes up to `limit` due jobs of one lane, and opens an attempt for each.
pub(crate) async fn take(
    conn: &mut PgConnection,
    taker: Taker<'_>,
    lane: &str,
    limit: i64,
) -> Result<Taken, sqlx::Error> {
    match look(conn, taker, lane, limit, false).await? {
        (taken, None) => Ok(taken),
        (_, Some(_)) => take_limited(conn, taker, lane, limit).await,
    }
}

/// Of a lane of which only so many may run at once. Whoever takes from it locks it until the jobs are its own, and counts what
/// runs by a snapshot made after that: no two processes count at the same time, so that no more than the limit ever run.
async fn take_limited(conn: &mut PgConnection, taker: Taker<'_>, lane: &str, limit: i64) -> Result<Taken, sqlx::Error> {
    let mut tx = conn.begin().await?;
    let concurrency = sqlx::query_scalar!("SELECT concurrency FROM lanes WHERE name = $1 FOR UPDATE", lane)
        .fetch_optional(&mut *tx)
        .await?;
    let limit = match concurrency.flatten() {
        None => limit,
        Some(concurrency) => limit.min(i64::from(concurrency) - running(&mut tx, lane).await?),
    };
    let (taken, _) = if limit > 0 { look(&mut tx, taker, lane, limit, true).await? } else { (Taken::default(), None) };
    tx.commit().await?;
    let at_limit = usize::try_from(limit).is_ok_and(|limit| taken.rows.len() == limit) || limit <= 0;
    Ok(Taken { at_limit, ..taken })
}

/// How many jobs of a lane run, those of dead workers included until they are rescued.
async fn running(conn: &mut PgConnection, lane: &str) -> Result<i64, sqlx::Error> {
    // The order leaves the planner no index but the one on state, kind and number.
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!" FROM (
            SELECT task_type FROM fang_tasks WHERE state = 'in_progress' ORDER BY kind, number LIMIT 10000
        ) AS running
        WHERE task_type = $1
        "#,
        lane
    )
    .fetch_one(conn)
    .await
}

/// One look, and the lane's limit. A lane that has one is left alone, unless `limited` says that the caller sees to it; one
/// that is paused too, and a worker that is to be quiet takes nothing.
///
/// Reads the index `fang_tasks_claimed` kind by kind and priority by priority, in each only what is due, so that jobs that are
/// paused, unknown here, not due yet or of another kind are not stepped over, however many there are. Rows are locked one by
/// one in the order of the lane, as many as are taken, so that nobody else passes over a job that stays. Columns are
/// compared one by one: compared as a row they would find a beginning as well, but at an end the scan would walk on through the
/// lane, without a word in the rows that it counts. Each row is locked by its id alone, so that there is no other index to take.
async fn look(
    conn: &mut PgConnection,
    taker: Taker<'_>,
    lane: &str,
    limit: i64,
    limited: bool,
) -> Result<(Taken, Option<i32>), sqlx::Error> {
    let found = sqlx::query!(
        r#"
        WITH RECURSIVE gate AS MATERIALIZED (
            SELECT concurrency FROM lanes
            WHERE name = $1 AND paused_at IS NULL
            AND NOT EXISTS (SELECT FROM workers WHERE number = $4 AND quiet_at IS NOT NULL)
        ), levels AS (
            SELECT known.kind, -40000 AS priority -- below all that there can be
            FROM gate, unnest($2::text[]) AS known (kind)
            WHERE (gate.concurrency IS NULL OR $6::boolean)
            AND NOT EXISTS (SELECT FROM paused_kinds p WHERE p.kind = known.kind)
            UNION ALL
            SELECT levels.kind, next.priority
            FROM levels, LATERAL (
                SELECT t.priority FROM fang_tasks t
                WHERE t.state IN ('new', 'retried')
                AND t.task_type = $1 AND t.kind = levels.kind AND t.priority > levels.priority
                ORDER BY t.task_type, t.kind, t.priority LIMIT 1
            ) AS next
        ), candidates AS MATERIALIZED (
            SELECT first.id
            FROM levels, LATERAL (
                SELECT t.id, t.scheduled_at, t.number FROM fang_tasks t
                WHERE t.state IN ('new', 'retried')
                AND t.task_type = $1 AND t.kind = levels.kind AND t.priority = levels.priority AND t.scheduled_at <= now()
                ORDER BY t.task_type, t.kind, t.priority, t.scheduled_at, t.number LIMIT 100
            ) AS first
            ORDER BY levels.priority, first.scheduled_at, first.number LIMIT 100
        ), due AS MATERIALIZED (
            SELECT free.id
            FROM candidates, LATERAL (
                SELECT t.* FROM fang_tasks t WHERE t.id = candidates.id LIMIT 1 FOR UPDATE SKIP LOCKED
            ) AS free
            WHERE free.state IN ('new', 'retried') AND free.task_type = $1 AND free.scheduled_at <= now()
            LIMIT $3
        ), claimed AS (
            UPDATE fang_tasks t
            SET state = 'in_progress', attempt = t.attempt + 1, lease_owner = $4,
                lease_until = now() + make_interval(secs => $5), stop_requested_at = NULL, updated_at = now()
            WHERE t.id = ANY(ARRAY(SELECT id FROM due))
            RETURNING t.*
        ), opened AS (
            INSERT INTO job_attempts (job, attempt, worker, due_at)
            SELECT number, attempt, lease_owner, scheduled_at FROM claimed
        )
        SELECT gate.concurrency, (SELECT count(*) FROM candidates) AS "seen!", id AS "id?", number AS "number?",
            attempt AS "attempt?", kind AS "kind?", retries AS "failures?", max_attempts AS "max_attempts?",
            uniq_hash AS "unique?", metadata -> 'job' AS arguments,
            extract(epoch FROM now() - scheduled_at)::float8 AS waited
        FROM gate LEFT JOIN claimed ON true
        ORDER BY claimed.priority, claimed.scheduled_at, claimed.number
        "#,
        lane,
        taker.kinds,
        limit,
        taker.worker,
        taker.lease.as_secs_f64(),
        limited,
    )
    .fetch_all(conn)
    .await?;
    let concurrency = found.first().and_then(|row| row.concurrency).filter(|_| !limited);
    let seen = found.first().map_or(0, |row| row.seen);
    let rows: Vec<Row> = found
        .into_iter()
        .filter_map(|row| {
            Some(Row {
                id: row.id?,
                number: row.number?,
                attempt: row.attempt?,
                worker: taker.worker,
                kind: row.kind?,
                failures: row.failures?,
                max_attempts: row.max_attempts?,
                unique: row.unique,
                arguments: row.arguments,
                waited: row.waited.unwrap_or_default(),
            })
        })
        .collect();
    let more = seen >= SEEN && i64::try_from(rows.len()).is_ok_and(|taken| taken < limit);
    Ok((Taken { rows, more, at_limit: false }, concurrency))
}
