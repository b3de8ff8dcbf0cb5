//! The ends of an attempt. Each is fenced: it does nothing unless the job is still held as it was claimed.

use std::time::Duration;

use ratemyderp::queue::errors::{ErrorGroup, NORMALISER};
use sqlx::{PgConnection, Postgres, Transaction};

use super::Held;
use crate::claim::{self, Claim};

/// What becomes of a job after an attempt.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    Finished,
    /// It is tried again after so long.
    Retry(String, Duration),
    /// It was not tried, for this reason, and is after so long.
    Postponed(String, Duration),
    Failed(String),
    /// An operator asked for that.
    Stopped(String),
    /// Somebody else, or the handler's own transaction, has ended it.
    Settled,
}

/// How an attempt ended that did not succeed, as its history says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The handler said so.
    Failed,
    /// Its process died.
    Lost,
    /// Its process was asked to stop.
    Returned,
    /// The handler said that now is not the time.
    Postponed,
}

impl Outcome {
    fn stored(self) -> &'static str {
        match self {
            Outcome::Failed => "failed",
            Outcome::Lost => "lost",
            Outcome::Returned => "returned",
            Outcome::Postponed => "postponed",
        }
    }
}

/// Ends one attempt. False: the fence was lost.
pub(crate) async fn end(tx: &mut Transaction<'_, Postgres>, held: &Held, ending: &Ending) -> Result<bool, sqlx::Error> {
    let claim = &held.claim;
    match ending {
        Ending::Settled => Ok(true),
        Ending::Finished => Ok(claim::finish(tx, claim.worker, &[claim.id], &[claim.attempt]).await? == 1),
        Ending::Retry(error, wait) => put_back(tx, claim, Outcome::Failed, Some(error), *wait).await,
        Ending::Postponed(reason, wait) => put_back(tx, claim, Outcome::Postponed, Some(reason), *wait).await,
        Ending::Failed(error) => fail(tx, held, Outcome::Failed, error).await,
        Ending::Stopped(why) => stop(tx, held, why).await,
    }
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
    let counts = matches!(outcome, Outcome::Failed | Outcome::Lost);
    let group = error.filter(|_| counts).map(|error| ErrorGroup::of(&claim.kind, error));
    if let Some(group) = &group {
        keep_group(conn, claim, group).await?;
    }
    let ended = sqlx::query_scalar!(
        r#"
        WITH other AS (
            SELECT (SELECT number FROM fang_tasks WHERE uniq_hash = $4 AND state IN ('new', 'retried')) AS number
        ), ended AS (
            UPDATE fang_tasks t
            SET state = CASE WHEN other.number IS NULL THEN 'retried' ELSE 'finished' END::fang_task_state,
                superseded_by = other.number,
                error_message = CASE
                    WHEN other.number IS NULL AND $6 THEN coalesce($5, t.error_message)
                    WHEN other.number IS NULL THEN t.error_message
                    ELSE concat_ws(': ', format('superseded by %s', other.number), $5)
                END,
                error_group = CASE WHEN $6 THEN $9 ELSE t.error_group END,
                retries = t.retries + $6::boolean::integer,
                scheduled_at = now() + make_interval(secs => $7),
                lease_owner = NULL, lease_until = NULL, updated_at = now()
            FROM other
            WHERE t.id = $1 AND t.attempt = $2 AND coalesce(t.lease_owner, 0) = $3 AND t.state = 'in_progress'
            RETURNING t.number, t.attempt
        ), closed AS (
            UPDATE job_attempts a
            SET ended_at = clock_timestamp(), outcome = $8, error = $5, error_group = $9
            FROM ended
            WHERE a.job = ended.number AND a.attempt = ended.attempt
        ), met AS (
            INSERT INTO error_hits (error_group, version) SELECT $9, $10 FROM ended WHERE $9 IS NOT NULL
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
        group.map(|group| group.id),
        env!("CARGO_PKG_VERSION"),
    )
    .fetch_one(conn)
    .await?;
    Ok(ended == 1)
}

/// Makes the group known. Rows are only ever added, so that of many jobs that fail together none waits for another.
async fn keep_group(conn: &mut PgConnection, claim: &Claim, group: &ErrorGroup) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO error_groups (id, kind, normalised, sample, first_job, normaliser) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
        group.id,
        claim.kind,
        group.normalised,
        group.sample,
        claim.number,
        NORMALISER,
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Ends a job as failed, together with what that means to the domain (nothing, when nobody can read its arguments).
/// False: the fence was lost.
pub(crate) async fn fail(
    tx: &mut Transaction<'_, Postgres>,
    held: &Held,
    outcome: Outcome,
    error: &str,
) -> Result<bool, sqlx::Error> {
    let claim = &held.claim;
    let group = ErrorGroup::of(&claim.kind, error);
    keep_group(tx, claim, &group).await?;
    let ended = sqlx::query_scalar!(
        r#"
        WITH ended AS (
            UPDATE fang_tasks t
            SET state = 'failed', error_message = $4, error_group = $6, retries = t.retries + 1,
                lease_owner = NULL, lease_until = NULL, updated_at = now()
            WHERE t.id = $1 AND t.attempt = $2 AND coalesce(t.lease_owner, 0) = $3 AND t.state = 'in_progress'
            RETURNING t.number, t.attempt
        ), closed AS (
            UPDATE job_attempts a
            SET ended_at = clock_timestamp(), outcome = $5, error = $4, error_group = $6
            FROM ended
            WHERE a.job = ended.number AND a.attempt = ended.attempt
        ), met AS (
            INSERT INTO error_hits (error_group, version) SELECT $6, $7 FROM ended
        )
        SELECT count(*) AS "count!" FROM ended
        "#,
        claim.id,
        claim.attempt,
        claim.worker,
        error,
        outcome.stored(),
        group.id,
        env!("CARGO_PKG_VERSION"),
    )
    .fetch_one(&mut **tx)
    .await?;
    if ended == 1
        && let Ok(job) = &held.job
    {
        job.gave_up(tx, error).await?;
    }
    Ok(ended == 1)
}

/// Ends a job because an operator asked for that: it has failed, and is put aside where the domain agrees that it never runs.
/// False: the fence was lost.
pub(crate) async fn stop(tx: &mut Transaction<'_, Postgres>, held: &Held, why: &str) -> Result<bool, sqlx::Error> {
    let claim = &held.claim;
    let ended = sqlx::query_scalar!(
        r#"
        WITH ended AS (
            UPDATE fang_tasks t
            SET state = 'failed', error_message = $4, error_group = NULL, lease_owner = NULL, lease_until = NULL, updated_at = now()
            WHERE t.id = $1 AND t.attempt = $2 AND coalesce(t.lease_owner, 0) = $3 AND t.state = 'in_progress'
            RETURNING t.number, t.attempt
        ), closed AS (
            UPDATE job_attempts a SET ended_at = clock_timestamp(), outcome = 'stopped', error = $4
            FROM ended
            WHERE a.job = ended.number AND a.attempt = ended.attempt
        )
        SELECT count(*) AS "count!" FROM ended
        "#,
        claim.id,
        claim.attempt,
        claim.worker,
        why,
    )
    .fetch_one(&mut **tx)
    .await?;
    if ended == 1
        && let Ok(job) = &held.job
        && job.stopped(tx, why).await?
    {
        sqlx::query!("UPDATE fang_tasks SET discarded_at = now() WHERE id = $1", claim.id).execute(&mut **tx).await?;
    }
    Ok(ended == 1)
}
