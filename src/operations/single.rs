//! An act on one job, done at once within the request.

use sqlx::{Postgres, Transaction};

use super::{Operation, OperationState, Request, Selection, lock_known, run, snapshot, steer};
use crate::accounts::audit::Actor;
use crate::error::Error;
use crate::queue::JobState;

/// What whoever acts has seen of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence {
    /// Its attempt.
    pub attempt: i32,
    /// Its state.
    pub state: JobState,
}

/// Does it to the one job of the request if that is still what was seen, and gives the operation. A doubled form finds the
/// operation of the first. Anybody else who comes second is told what the job is by now: [`Error::Conflict`], and then the
/// transaction must not be committed.
pub async fn act(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    request: &Request,
    fence: Option<Fence>,
    once: bool,
) -> Result<Operation, Error> {
    let Selection::Numbers(numbers) = &request.jobs else {
        return Err(Error::NotFound);
    };
    let job = *numbers.first().ok_or(Error::NotFound)?;
    let prepared = snapshot::prepare(tx, actor, request, once).await?;
    let operation = lock_known(tx, prepared.number).await?;
    if !prepared.new && operation.state != OperationState::Ready {
        return Ok(operation);
    }
    if let Some(fence) = fence {
        compare(tx, job, fence).await?;
    }
    steer::begin(tx, actor, &operation, false).await?;
    let operation = lock_known(tx, operation.number).await?;
    let tally = run::step(tx, &operation, 1, None).await.map_err(|error| {
        if run::is_clash(&error) {
            return Error::Conflict(format!("Somebody else changed job {job} at this moment. Look at it once more."));
        }
        error.into()
    })?;
    if tally.done == 0 {
        let why = tally.why.unwrap_or_default();
        return Err(Error::Conflict(format!("Job {job} is left as it is. {why}")));
    }
    lock_known(tx, operation.number).await
}

/// Is the job still what somebody saw? It is locked from then on.
async fn compare(tx: &mut Transaction<'_, Postgres>, job: i64, seen: Fence) -> Result<(), Error> {
    let now = sqlx::query!(
        r#"SELECT t.attempt, t.state::text AS "state!", o.number AS "operation?", o.actor_name AS "by?", o.started_at AS "at?"
           FROM fang_tasks t LEFT JOIN operations o ON o.number = t.operation
           WHERE t.number = $1 FOR UPDATE OF t"#,
        job
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(now) = now else {
        return Err(Error::Conflict(format!("Job {job} is not there any more: old jobs are deleted.")));
    };
    let state = JobState::from(now.state);
    if (now.attempt, state) == (seen.attempt, seen.state) {
        return Ok(());
    }
    let by = match (now.operation, now.by, now.at) {
        (Some(number), Some(by), Some(at)) => {
            format!(" Operation {number} of {by} was the last to touch it, at {}.", at.format("%H:%M:%S UTC"))
        }
        _ => String::new(),
    };
    Err(Error::Conflict(format!(
        "Job {job} has changed since you looked: it is {} by now, at attempt {}.{by}",
        state.name(),
        now.attempt
    )))
}
