//! Taking back what an operation did, by another one.

use sqlx::{PgConnection, Postgres, Transaction};

use super::{Operation, OperationState, Verb, lock_known};
use crate::accounts::audit::Actor;
use crate::error::Error;

/// Can something of it be taken back? Otherwise why not, in a sentence.
pub async fn offered(conn: &mut PgConnection, operation: &Operation) -> Result<Result<(), String>, sqlx::Error> {
    if let Err(why) = operation.verb.undoable() {
        return Ok(Err(why.to_owned()));
    }
    if operation.state.is_open() {
        return Ok(Err("It can be undone when it has ended or was stopped.".to_owned()));
    }
    let row = sqlx::query!(
        r#"SELECT (SELECT max(number) FROM operations WHERE undoes = $1 AND state <> 'thrown_away') AS undone_by, EXISTS (
               SELECT FROM operation_jobs j JOIN fang_tasks t ON t.number = j.job
               WHERE j.operation = $1 AND j.outcome = 'done' AND t.operation = $1 AND t.attempt = j.attempt
                 AND t.state <> 'in_progress'
           ) AS "left!""#,
        operation.number
    )
    .fetch_one(conn)
    .await?;
    Ok(match (row.undone_by, row.left) {
        (Some(number), _) => Err(format!("It was undone by operation {number}.")),
        (None, false) => Err("Every job that it was done to has gone on since.".to_owned()),
        (None, true) => Ok(()),
    })
}

/// Prepares the operation that takes another one back: about every job that it was done to. Those that have gone on since
/// will count as moved. Asked for twice, it is the same one.
pub async fn prepare(tx: &mut Transaction<'_, Postgres>, actor: &Actor, number: i64) -> Result<Operation, Error> {
    let operation = lock_known(tx, number).await?;
    let there =
        sqlx::query_scalar!("SELECT max(number) FROM operations WHERE undoes = $1 AND state <> 'thrown_away'", number)
            .fetch_one(&mut **tx)
            .await?;
    if let Some(there) = there {
        let there = lock_known(tx, there).await?;
        if there.state == OperationState::Ready || there.actor_name == actor.name {
            return Ok(there);
        }
        let text = format!("{} has undone operation {number} already: operation {}.", there.actor_name, there.number);
        return Err(Error::Conflict(text));
    }
    if let Err(why) = offered(tx, &operation).await? {
        return Err(Error::Conflict(format!("Operation {number} cannot be undone. {why}")));
    }
    let undo = insert(tx, actor, &operation).await?;
    copy(tx, &operation, undo).await?;
    lock_known(tx, undo).await
}

async fn insert(tx: &mut Transaction<'_, Postgres>, actor: &Actor, operation: &Operation) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "INSERT INTO operations (actor, actor_name, verb, request, sentence, state, undoes, counted)
         VALUES ($1, $2, 'undo', $3, $4, 'ready', $5, $6) RETURNING number",
        actor.account,
        actor.name,
        format!("undo {}", operation.number),
        format!("What operation {} {}", operation.number, did(operation.verb)),
        operation.number,
        operation.done
    )
    .fetch_one(&mut **tx)
    .await
}

/// In a sentence, after "What operation 12".
fn did(verb: Verb) -> String {
    match verb {
        Verb::RunNow => "made due at once".to_owned(),
        verb => verb.past().to_owned(),
    }
}

/// The jobs, as the operation left them.
async fn copy(tx: &mut Transaction<'_, Postgres>, operation: &Operation, undo: i64) -> Result<(), sqlx::Error> {
    let left = match operation.verb {
        Verb::Retry => Some("retried"),
        Verb::Cancel => Some("failed"),
        _ => None,
    };
    sqlx::query!(
        "INSERT INTO operation_jobs (operation, job, kind, lane, attempt, before)
         SELECT $2, j.job, j.kind, coalesce(t.task_type, j.lane), j.attempt,
                jsonb_build_object('state', coalesce($3, j.before ->> 'state'))
         FROM operation_jobs j LEFT JOIN fang_tasks t ON t.number = j.job
         WHERE j.operation = $1 AND j.outcome = 'done'",
        operation.number,
        undo,
        left
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
