//! Starting an operation, holding it, going on, stopping it, and throwing one away that was never started.

use sqlx::{Postgres, Transaction};

use super::{Operation, OperationState, Verb, lock_known};
use crate::accounts::audit::{self, Action, Actor};
use crate::error::Error;
use crate::queue::{self, Job};

/// From how many jobs on a retry tries a few first, unless somebody says otherwise.
pub const CANARY_FROM: i64 = 21;

/// Would this operation try a few jobs first?
pub fn has_canary(verb: Verb, counted: i64) -> bool {
    verb == Verb::Retry && counted >= CANARY_FROM
}

/// Starts one that was prepared. Somebody who starts it a second time within a minute finds it started; whoever else does is told.
pub async fn start(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    number: i64,
    canary: bool,
) -> Result<Operation, Error> {
    let operation = lock_known(tx, number).await?;
    if operation.state != OperationState::Ready {
        return started_already(tx, actor, operation).await;
    }
    if canary && operation.verb != Verb::Retry {
        return Err(Error::invalid("canary", "Only a retry can try a few jobs first."));
    }
    begin(tx, actor, &operation, canary).await?;
    if operation.counted > 0 {
        queue::enqueue(tx, Job::RunOperation { operation: number }).await?;
    }
    lock_known(tx, number).await
}

/// Marks it as started, with its line in the audit log.
pub(super) async fn begin(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    operation: &Operation,
    canary: bool,
) -> Result<(), sqlx::Error> {
    let state = match (operation.counted, canary) {
        (0, _) => OperationState::Done,
        (_, true) => OperationState::Canary,
        (_, false) => OperationState::Running,
    };
    sqlx::query!(
        "UPDATE operations
         SET state = $2, canary = $3, started_at = now(), ended_at = CASE WHEN $2 = 'done' THEN now() END
         WHERE number = $1",
        operation.number,
        state.name(),
        canary
    )
    .execute(&mut **tx)
    .await?;
    let action = if operation.undoes.is_some() { Action::OperationUndone } else { Action::OperationStarted };
    audit::record_act(tx, actor, action, &in_words(operation)).await
}

async fn started_already(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    operation: Operation,
) -> Result<Operation, Error> {
    let own = sqlx::query_scalar!(
        r#"SELECT actor_name = $2 AND actor IS NOT DISTINCT FROM $3 AND started_at > now() - interval '1 minute' AS own
           FROM operations WHERE number = $1"#,
        operation.number,
        actor.name,
        actor.account
    )
    .fetch_one(&mut **tx)
    .await?;
    if own == Some(true) {
        return Ok(operation);
    }
    let number = operation.number;
    Err(Error::Conflict(match operation.state {
        OperationState::Counting => format!("Operation {number} still counts its jobs. Start it when it is ready."),
        OperationState::ThrownAway => format!("Operation {number} was thrown away. Prepare it anew."),
        state => {
            let at = operation.started_at.map(|at| at.format("%H:%M:%S UTC").to_string()).unwrap_or_default();
            format!("Operation {number} was started already, at {at}: it is {}.", state.name())
        }
    }))
}

/// It pauses after the chunk that it is at.
pub async fn hold(tx: &mut Transaction<'_, Postgres>, actor: &Actor, number: i64) -> Result<Operation, Error> {
    let operation = lock_known(tx, number).await?;
    match operation.state {
        OperationState::Held => return Ok(operation),
        OperationState::Running | OperationState::Canary => {}
        state => return Err(wrong(&operation, state, "hold")),
    }
    set(tx, number, OperationState::Held, &format!("{} holds it.", actor.name)).await?;
    audit::record_act(tx, actor, Action::OperationHeld, &in_words(&operation)).await?;
    lock_known(tx, number).await
}

/// It goes on; what was tried is not tried again.
pub async fn resume(tx: &mut Transaction<'_, Postgres>, actor: &Actor, number: i64) -> Result<Operation, Error> {
    let operation = lock_known(tx, number).await?;
    match operation.state {
        OperationState::Running | OperationState::Canary => return Ok(operation),
        OperationState::Held => {}
        state => return Err(wrong(&operation, state, "go on with")),
    }
    let canary = operation.canary && (operation.step < 2 || operation.step_end.is_some());
    set(tx, number, if canary { OperationState::Canary } else { OperationState::Running }, "").await?;
    audit::record_act(tx, actor, Action::OperationContinued, &in_words(&operation)).await?;
    queue::enqueue(tx, Job::RunOperation { operation: number }).await?;
    lock_known(tx, number).await
}

/// It ends here; what it has done stays done, and can be undone.
pub async fn stop(tx: &mut Transaction<'_, Postgres>, actor: &Actor, number: i64) -> Result<Operation, Error> {
    let operation = lock_known(tx, number).await?;
    match operation.state {
        OperationState::Stopped => return Ok(operation),
        OperationState::Running | OperationState::Canary | OperationState::Held => {}
        state => return Err(wrong(&operation, state, "stop")),
    }
    sqlx::query!(
        "UPDATE operations
         SET state = 'stopped', note = $2, ended_at = now(), skipped = counted - done - moved - refused, step_end = NULL
         WHERE number = $1",
        number,
        format!("{} stopped it.", actor.name)
    )
    .execute(&mut **tx)
    .await?;
    audit::record_act(tx, actor, Action::OperationStopped, &in_words(&operation)).await?;
    lock_known(tx, number).await
}

/// It is not started after all. Nothing has been done, so that nothing is written into the audit log.
pub async fn throw_away(tx: &mut Transaction<'_, Postgres>, number: i64) -> Result<Operation, Error> {
    let operation = lock_known(tx, number).await?;
    match operation.state {
        OperationState::ThrownAway => return Ok(operation),
        OperationState::Ready | OperationState::Counting => {}
        state => return Err(wrong(&operation, state, "throw away")),
    }
    sqlx::query!("DELETE FROM operation_jobs WHERE operation = $1", number).execute(&mut **tx).await?;
    sqlx::query!("UPDATE operations SET state = 'thrown_away', ended_at = now() WHERE number = $1", number)
        .execute(&mut **tx)
        .await?;
    lock_known(tx, number).await
}

async fn set(
    tx: &mut Transaction<'_, Postgres>,
    number: i64,
    state: OperationState,
    note: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE operations SET state = $2, note = $3 WHERE number = $1", number, state.name(), note)
        .execute(&mut **tx)
        .await
        .map(drop)
}

fn wrong(operation: &Operation, state: OperationState, what: &str) -> Error {
    let is = match state {
        OperationState::Ready | OperationState::Counting => "has not been started",
        OperationState::ThrownAway => "was thrown away",
        OperationState::Done => "is done",
        OperationState::Stopped => "was stopped",
        OperationState::Running | OperationState::Canary => "is running",
        OperationState::Held => "is held",
    };
    Error::Conflict(format!("Operation {} {is}: there is nothing to {what}.", operation.number))
}

/// For the audit log.
pub(super) fn in_words(operation: &Operation) -> String {
    let value = operation.value.as_ref().map(|value| format!(" ({value})")).unwrap_or_default();
    let reason = if operation.reason.is_empty() { String::new() } else { format!(", because: {}", operation.reason) };
    format!(
        "/ops/operations/{}: {}{value} {} jobs: {}{reason}",
        operation.number,
        operation.verb.words(),
        operation.counted,
        operation.sentence
    )
}
