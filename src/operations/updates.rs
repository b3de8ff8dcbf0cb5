//! What each verb writes to jobs, all of a chunk in one statement. They are locked by then.

use sqlx::{Postgres, Transaction};

use super::{Operation, OperationState, Verb};
use crate::queue::CHANNEL;

/// Writes it, and wakes the workers where something may be due now.
pub(super) async fn apply(
    tx: &mut Transaction<'_, Postgres>,
    operation: &Operation,
    jobs: &[i64],
) -> Result<(), sqlx::Error> {
    match operation.verb {
        Verb::Retry => retry(tx, operation, jobs).await?,
        Verb::Cancel => cancel(tx, operation, jobs).await?,
        Verb::Undo => set_back(tx, operation, jobs).await?,
        verb => change(tx, operation, verb, jobs).await?,
    }
    if !matches!(operation.verb, Verb::Discard | Verb::Restore | Verb::Stop | Verb::Cancel) {
        sqlx::query!("SELECT pg_notify($1, '')", CHANNEL).execute(&mut **tx).await?;
    }
    Ok(())
}

/// The error of a job that was cancelled.
pub(super) fn cancelled_by(operation: &Operation) -> String {
    format!("cancelled by {}: {}", operation.actor_name, operation.reason)
}

/// All attempts anew; those that a canary tries have one, so that it is soon seen whether it helps.
async fn retry(tx: &mut Transaction<'_, Postgres>, operation: &Operation, jobs: &[i64]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE fang_tasks
         SET state = 'retried', retries = CASE WHEN $3 THEN max_attempts - 1 ELSE 0 END, scheduled_at = now(),
             error_message = NULL, error_group = NULL, discarded_at = NULL, stop_requested_at = NULL,
             operation = $2, updated_at = now()
         WHERE number = ANY($1)",
        jobs,
        operation.number,
        operation.state == OperationState::Canary
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

async fn cancel(tx: &mut Transaction<'_, Postgres>, operation: &Operation, jobs: &[i64]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE fang_tasks
         SET state = 'failed', discarded_at = now(), error_message = $3, error_group = NULL, operation = $2, updated_at = now()
         WHERE number = ANY($1)",
        jobs,
        operation.number,
        cancelled_by(operation)
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// What changes one column and no state.
async fn change(
    tx: &mut Transaction<'_, Postgres>,
    operation: &Operation,
    verb: Verb,
    jobs: &[i64],
) -> Result<(), sqlx::Error> {
    let priority = operation.value.as_deref().and_then(|value| value.parse::<i16>().ok());
    sqlx::query!(
        "UPDATE fang_tasks
         SET scheduled_at = CASE $3 WHEN 'run_now' THEN now() ELSE scheduled_at END,
             discarded_at = CASE $3 WHEN 'discard' THEN now() WHEN 'restore' THEN NULL ELSE discarded_at END,
             stop_requested_at = CASE $3 WHEN 'stop' THEN coalesce(stop_requested_at, now()) ELSE stop_requested_at END,
             task_type = CASE $3 WHEN 'move_lane' THEN $4 ELSE task_type END,
             priority = CASE $3 WHEN 'set_priority' THEN $5 ELSE priority END,
             operation = $2, updated_at = CASE $3 WHEN 'stop' THEN updated_at ELSE now() END
         WHERE number = ANY($1)",
        jobs,
        operation.number,
        verb.name(),
        operation.value,
        priority
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Everything as it was before the operation that is taken back.
async fn set_back(tx: &mut Transaction<'_, Postgres>, operation: &Operation, jobs: &[i64]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE fang_tasks t
         SET state = (b.before ->> 'state')::fang_task_state, retries = (b.before ->> 'retries')::integer,
             scheduled_at = (b.before ->> 'due')::timestamptz, priority = (b.before ->> 'priority')::smallint,
             task_type = b.before ->> 'lane', error_message = b.before ->> 'error',
             error_group = (b.before ->> 'error_group')::bigint, discarded_at = (b.before ->> 'discarded')::timestamptz,
             operation = $3, updated_at = now()
         FROM operation_jobs b
         WHERE b.operation = $2 AND b.job = t.number AND t.number = ANY($1)",
        jobs,
        operation.undoes,
        operation.number
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
