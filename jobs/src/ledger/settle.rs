//! The ends of an attempt. Each is fenced: it does nothing unless the job is still held as it was claimed.

use std::time::Duration;

use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::Claim;
use crate::handler::Handler;

/// How an attempt ended that did not succeed, as its history says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The handler said so.
    Failed,
    /// Its process died.
    Lost,
    /// Its process was asked to stop.
    Returned,
}

impl Outcome {
    fn stored(self) -> &'static str {
        match self {
            Outcome::Failed => "failed",
            Outcome::Lost => "lost",
            Outcome::Returned => "returned",
        }
    }
}

/// Finishes jobs of one worker, and says how many were still its own.
pub(crate) async fn finish(
    conn: &mut PgConnection,
    worker: i64,
    ids: &[Uuid],
    attempts: &[i32],
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        WITH ended AS (
            UPDATE fang_tasks t
            SET state = 'finished', error_message = NULL, lease_owner = NULL, lease_until = NULL, updated_at = now()
            FROM unnest($1::uuid[], $2::integer[]) AS mine (id, attempt)
            WHERE t.id = mine.id AND t.attempt = mine.attempt AND t.lease_owner = $3 AND t.state = 'in_progress'
            RETURNING t.number, t.attempt
        ), closed AS (
            UPDATE job_attempts a
            SET ended_at = clock_timestamp(), outcome = 'finished'
            FROM ended
            WHERE a.job = ended.number AND a.attempt = ended.attempt
        )
        SELECT count(*) AS "count!" FROM ended
        "#,
        ids,
        attempts,
        worker,
    )
    .fetch_one(conn)
    .await
}

/// Puts a job back into the queue, or ends it as superseded when another one of its name already waits there.
/// A collision that appears at the same moment is a unique violation: repeat the transaction. False: the fence was lost.
pub(crate) async fn put_back(
    conn: &mut PgConnection,
    claim: &Claim,
    outcome: Outcome,
    error: Option<&str>,
    wait: Duration,
) -> Result<bool, sqlx::Error> {
    let counts = i32::from(outcome != Outcome::Returned);
    let ended = sqlx::query_scalar!(
        r#"
        WITH other AS (
            SELECT (SELECT number FROM fang_tasks WHERE uniq_hash = $4 AND state IN ('new', 'retried')) AS number
        ), ended AS (
            UPDATE fang_tasks t
            SET state = CASE WHEN other.number IS NULL THEN 'retried' ELSE 'finished' END::fang_task_state,
                superseded_by = other.number,
                error_message = CASE
                    WHEN other.number IS NULL THEN coalesce($5, t.error_message)
                    ELSE concat_ws(': ', format('superseded by %s', other.number), $5)
                END,
                retries = t.retries + $6,
                scheduled_at = now() + make_interval(secs => $7),
                lease_owner = NULL, lease_until = NULL, updated_at = now()
            FROM other
            WHERE t.id = $1 AND t.attempt = $2 AND coalesce(t.lease_owner, 0) = $3 AND t.state = 'in_progress'
            RETURNING t.number, t.attempt
        ), closed AS (
            UPDATE job_attempts a
            SET ended_at = clock_timestamp(), outcome = $8, error = $5
            FROM ended
            WHERE a.job = ended.number AND a.attempt = ended.attempt
        )
        SELECT count(*) AS "count!" FROM ended
        "#,
        claim.id,
        claim.attempt,
        claim.worker,
        claim.unique,
        error,
        counts,
        wait.as_secs_f64(),
        outcome.stored(),
    )
    .fetch_one(conn)
    .await?;
    Ok(ended == 1)
}

/// Ends a job as failed, together with what that means to the domain (nothing, when nobody can read its arguments).
/// False: the fence was lost.
pub(crate) async fn fail(
    tx: &mut Transaction<'_, Postgres>,
    handler: &dyn Handler,
    claim: &Claim,
    outcome: Outcome,
    error: &str,
) -> Result<bool, sqlx::Error> {
    let ended = sqlx::query_scalar!(
        r#"
        WITH ended AS (
            UPDATE fang_tasks t
            SET state = 'failed', error_message = $4, retries = t.retries + 1,
                lease_owner = NULL, lease_until = NULL, updated_at = now()
            WHERE t.id = $1 AND t.attempt = $2 AND coalesce(t.lease_owner, 0) = $3 AND t.state = 'in_progress'
            RETURNING t.number, t.attempt
        ), closed AS (
            UPDATE job_attempts a
            SET ended_at = clock_timestamp(), outcome = $5, error = $4
            FROM ended
            WHERE a.job = ended.number AND a.attempt = ended.attempt
        )
        SELECT count(*) AS "count!" FROM ended
        "#,
        claim.id,
        claim.attempt,
        claim.worker,
        error,
        outcome.stored(),
    )
    .fetch_one(&mut **tx)
    .await?;
    if ended == 1 && handler.terms(&claim.job, 0).is_ok() {
        handler.gave_up(tx, &claim.job, error).await?;
    }
    Ok(ended == 1)
}

/// The wait before the next attempt: what the handler says, and up to half as much again, so that jobs that failed together
/// do not come back together.
pub(crate) fn wait(handler: &dyn Handler, claim: &Claim) -> Duration {
    let failures = u32::try_from(claim.failures + 1).unwrap_or(1);
    let base = handler.terms(&claim.job, failures).map_or(Duration::from_secs(5), |terms| terms.backoff);
    base.mul_f64(1.0 + rand::random::<f64>() / 2.0)
}
