//! Doing an operation, a chunk at a time: each in one transaction with the operation's row locked, so that whoever is killed has
//! done a chunk or has not, and whoever comes next goes on behind it.

use std::time::Duration;

use sqlx::{PgPool, Postgres, Transaction};

use super::chunk::{self, Tally};
use super::{Operation, OperationState, lock, snapshot};

/// Jobs of a chunk.
pub const CHUNK: i64 = 500;

/// Jobs that each step of a canary tries.
const STEPS: [i64; 2] = [1, 10];

/// How often a chunk that met a deadlock is tried.
const TRIES: u32 = 5;

/// How it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// At once, or after letting others through.
    More,
    /// When the jobs of the canary's step have ended; look again after so long.
    Wait(Duration),
    /// Not at all, for now: it has ended, is held, or was not started.
    Nothing,
}

/// Does the next part of an operation.
pub async fn advance(pool: &PgPool, number: i64) -> Result<Next, sqlx::Error> {
    match part(pool, number, CHUNK, None).await {
        Err(error) if is_clash(&error) => one_by_one(pool, number).await,
        result => result,
    }
}

/// A chunk in which one job stands in the way of all others.
async fn one_by_one(pool: &PgPool, number: i64) -> Result<Next, sqlx::Error> {
    let mut next = Next::More;
    for _ in 0..CHUNK {
        next = alone(pool, number).await?;
        if next != Next::More {
            break;
        }
    }
    Ok(next)
}

async fn alone(pool: &PgPool, number: i64) -> Result<Next, sqlx::Error> {
    for _ in 0..TRIES {
        match part(pool, number, 1, None).await {
            Err(error) if is_clash(&error) => tokio::time::sleep(Duration::from_millis(50)).await,
            result => return result,
        }
    }
    part(pool, number, 1, Some("Another job that does the same began to wait at that moment.")).await
}

/// A name that waits already by now, or locks in a circle.
pub(super) fn is_clash(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(|error| error.code())
        .is_some_and(|code| matches!(&*code, "23505" | "40P01" | "40001"))
}

async fn part(pool: &PgPool, number: i64, limit: i64, refuse: Option<&str>) -> Result<Next, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let Some(operation) = lock(&mut tx, number).await? else {
        return Ok(Next::Nothing);
    };
    let next = match operation.state {
        OperationState::Counting if snapshot::count(&mut tx, &operation, snapshot::CHUNK).await? => Next::More,
        OperationState::Running => {
            step(&mut tx, &operation, limit, refuse).await?;
            Next::More
        }
        OperationState::Canary => canary(&mut tx, &operation, limit, refuse).await?,
        _ => Next::Nothing,
    };
    tx.commit().await?;
    Ok(next)
}

/// The next jobs, and the operation's own counters with them.
pub(super) async fn step(
    tx: &mut Transaction<'_, Postgres>,
    operation: &Operation,
    limit: i64,
    refuse: Option<&str>,
) -> Result<Tally, sqlx::Error> {
    let tally = chunk::run(tx, operation, limit, refuse).await?;
    sqlx::query!(
        "UPDATE operations
         SET done = done + $2, moved = moved + $3, refused = refused + $4, cursor = coalesce($5, cursor),
             state = CASE WHEN done + moved + refused + $2 + $3 + $4 = counted THEN 'done' ELSE state END,
             ended_at = CASE WHEN done + moved + refused + $2 + $3 + $4 = counted THEN now() END
         WHERE number = $1",
        operation.number,
        tally.done,
        tally.moved,
        tally.refused,
        tally.last
    )
    .execute(&mut **tx)
    .await?;
    Ok(tally)
}

/// One job, then ten; before the rest each step waits until its jobs have ended, and holds if they end as before.
async fn canary(
    tx: &mut Transaction<'_, Postgres>,
    operation: &Operation,
    limit: i64,
    refuse: Option<&str>,
) -> Result<Next, sqlx::Error> {
    if operation.step_end.is_some() {
        return judge(tx, operation).await;
    }
    let Some(&size) = usize::try_from(operation.step).ok().and_then(|step| STEPS.get(step)) else {
        set_state(tx, operation.number, OperationState::Running, "").await?;
        return Ok(Next::More);
    };
    let done = operation.done + operation.moved + operation.refused;
    let end = STEPS[..=operation.step as usize].iter().sum::<i64>().min(operation.counted);
    let tally = step(tx, operation, limit.min(size).min((end - done).max(1)), refuse).await?;
    let reached = done + tally.done + tally.moved + tally.refused >= end;
    if reached {
        sqlx::query!(
            "UPDATE operations SET step = step + 1, step_end = cursor WHERE number = $1 AND state = 'canary'",
            operation.number
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(Next::More)
}

/// How the jobs of a step ended.
struct Ends {
    open: i64,
    /// Failed, with the same error as before or with one that cannot be compared.
    alike: i64,
    failed: i64,
    all: i64,
    example: Option<i64>,
}

async fn judge(tx: &mut Transaction<'_, Postgres>, operation: &Operation) -> Result<Next, sqlx::Error> {
    let ends = ends(tx, operation).await?;
    if ends.alike > 0 || (ends.failed > 0 && ends.failed == ends.all) {
        let what = if ends.alike > 0 { "failed with the same error as before" } else { "failed with another error" };
        let job = ends.example.unwrap_or_default();
        let note = format!("{} of {} jobs that were tried first {what}, such as job {job}.", ends.failed, ends.all);
        set_state(tx, operation.number, OperationState::Held, &note).await?;
        return Ok(Next::Nothing);
    }
    if ends.open > 0 {
        return Ok(Next::Wait(Duration::from_secs(1)));
    }
    let last = usize::try_from(operation.step).is_ok_and(|step| step >= STEPS.len());
    let state = if last { OperationState::Running } else { OperationState::Canary };
    set_state(tx, operation.number, state, "").await?;
    Ok(Next::More)
}

async fn ends(tx: &mut Transaction<'_, Postgres>, operation: &Operation) -> Result<Ends, sqlx::Error> {
    sqlx::query_as!(
        Ends,
        r#"
        WITH tried AS (
            SELECT j.job, j.attempt, (j.before ->> 'error_group')::bigint AS error_group
            FROM operation_jobs j
            WHERE j.operation = $1 AND j.job <= $2 AND j.outcome = 'done'
              AND ($3 < 2 OR j.job > (SELECT min(job) FROM operation_jobs WHERE operation = $1))
        ), ended AS (
            SELECT tried.job, tried.error_group AS before, a.error_group, a.outcome,
                a.outcome IS NOT NULL OR NOT EXISTS (
                    SELECT FROM fang_tasks t WHERE t.number = tried.job AND t.state IN ('new', 'retried', 'in_progress')
                ) AS over
            FROM tried LEFT JOIN LATERAL (
                SELECT outcome, error_group FROM job_attempts
                WHERE job = tried.job AND attempt > tried.attempt AND outcome IN ('finished', 'failed', 'lost')
                ORDER BY attempt LIMIT 1
            ) AS a ON true
        )
        SELECT count(*) AS "all!", count(*) FILTER (WHERE NOT over) AS "open!",
            count(*) FILTER (WHERE outcome IN ('failed', 'lost')) AS "failed!",
            count(*) FILTER (WHERE outcome = 'failed'
                AND (before IS NULL OR error_group IS NULL OR before = error_group)) AS "alike!",
            min(job) FILTER (WHERE outcome IN ('failed', 'lost')) AS example
        FROM ended
        "#,
        operation.number,
        operation.step_end,
        i32::from(operation.step)
    )
    .fetch_one(&mut **tx)
    .await
}

/// What is waited for is over with that.
async fn set_state(
    tx: &mut Transaction<'_, Postgres>,
    number: i64,
    state: OperationState,
    note: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE operations SET state = $2, note = $3, step_end = NULL WHERE number = $1",
        number,
        state.name(),
        note
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
