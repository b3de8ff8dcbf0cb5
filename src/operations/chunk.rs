//! A few hundred jobs of an operation in one transaction: which of them it may touch, and why not the others.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;
use sqlx::{PgConnection, Postgres, Transaction};

use super::effects::{self, Refused};
use super::{Operation, Verb, updates};
use crate::queue::{Job, JobState};

/// What became of the jobs of a chunk.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub done: i64,
    pub moved: i64,
    pub refused: i64,
    /// The last job that was looked at.
    pub last: Option<i64>,
    /// Why, of those that were not done.
    pub why: Option<String>,
}

/// A job as it is, locked, if it is still what the snapshot saw.
struct Row {
    job: i64,
    kind: Option<String>,
    state: Option<String>,
    discarded: bool,
    due: bool,
    unique: Option<String>,
    /// The waiting job of the same name.
    taken: Option<i64>,
    arguments: Option<Value>,
}

/// What became of one job.
struct Outcome {
    job: i64,
    name: &'static str,
    note: Option<String>,
}

/// Does the next `limit` jobs; `refuse` says that they cannot be done, and why. A unique violation or a deadlock undoes it all.
pub(super) async fn run(
    tx: &mut Transaction<'_, Postgres>,
    operation: &Operation,
    limit: i64,
    refuse: Option<&str>,
) -> Result<Tally, sqlx::Error> {
    let rows = take(tx, operation, limit).await?;
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut names = HashSet::new();
    for row in &rows {
        outcomes.push(decide(tx, operation, row, &mut names, refuse).await?);
    }
    let done: Vec<i64> = outcomes.iter().filter(|outcome| outcome.name == "done").map(|outcome| outcome.job).collect();
    if !done.is_empty() {
        updates::apply(tx, operation, &done).await?;
    }
    explain_moved(tx, &mut outcomes).await?;
    record(tx, operation.number, &outcomes).await?;
    let count = |name: &str| outcomes.iter().filter(|outcome| outcome.name == name).count() as i64;
    Ok(Tally {
        done: count("done"),
        moved: count("moved"),
        refused: count("refused"),
        last: rows.last().map(|row| row.job),
        why: outcomes.into_iter().find_map(|outcome| outcome.note),
    })
}

/// The next jobs of the snapshot, in ascending order; those that are still what it saw are locked.
async fn take(tx: &mut Transaction<'_, Postgres>, operation: &Operation, limit: i64) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        r#"
        WITH todo AS (
            SELECT job, attempt, before ->> 'state' AS state FROM operation_jobs
            WHERE operation = $1 AND job > $2
            ORDER BY job LIMIT $3
        ), held AS (
            SELECT t.number, t.kind, t.state::text AS state, t.discarded_at IS NOT NULL AS discarded,
                t.scheduled_at <= now() AS due, t.uniq_hash, t.metadata -> 'job' AS arguments
            FROM todo JOIN fang_tasks t ON t.number = todo.job
            WHERE t.attempt = todo.attempt AND t.state::text = todo.state AND ($4::bigint IS NULL OR t.operation = $4)
            ORDER BY t.number
            FOR UPDATE OF t
        )
        SELECT todo.job AS "job!", held.kind AS "kind?", held.state AS "state?", coalesce(held.discarded, false) AS "discarded!",
            coalesce(held.due, false) AS "due!", held.uniq_hash AS "unique?", held.arguments AS "arguments?", (
                SELECT w.number FROM fang_tasks w
                WHERE w.uniq_hash = held.uniq_hash AND w.state IN ('new', 'retried') AND w.number <> todo.job
            ) AS "taken?"
        FROM todo LEFT JOIN held ON held.number = todo.job
        ORDER BY todo.job
        "#,
        operation.number,
        operation.cursor.unwrap_or(0),
        limit,
        operation.undoes
    )
    .fetch_all(&mut **tx)
    .await
}

async fn decide(
    tx: &mut Transaction<'_, Postgres>,
    operation: &Operation,
    row: &Row,
    names: &mut HashSet<String>,
    refuse: Option<&str>,
) -> Result<Outcome, sqlx::Error> {
    let outcome = |name, note| Outcome { job: row.job, name, note };
    let Some(state) = &row.state else {
        return Ok(outcome("moved", None));
    };
    if let Some(why) = refuse {
        return Ok(outcome("refused", Some(why.to_owned())));
    }
    let state = JobState::from(state.clone());
    let refused = match operation.verb.fits(state, row.discarded) {
        Err(why) => Some(why),
        Ok(()) if operation.verb == Verb::RunNow && row.due => Some(
            "It is due already, and waits for a worker: its lane or kind is paused, or nobody who knows it is free."
                .to_owned(),
        ),
        Ok(()) => clash(tx, operation, row, state, names).await?,
    };
    if let Some(why) = refused {
        return Ok(outcome("refused", Some(why)));
    }
    Ok(match effect(tx, operation, row, state).await? {
        Ok(()) => outcome("done", None),
        Err(Refused(why)) => outcome("refused", Some(why)),
    })
}

/// Another job of its name waits already, or does since this chunk.
async fn clash(
    tx: &mut Transaction<'_, Postgres>,
    operation: &Operation,
    row: &Row,
    state: JobState,
    names: &mut HashSet<String>,
) -> Result<Option<String>, sqlx::Error> {
    let waits = matches!(state, JobState::Queued | JobState::Retrying);
    let will_wait = match operation.verb {
        Verb::Retry => true,
        Verb::Undo => !waits && before(tx, operation, row.job).await?.waits(),
        _ => false,
    };
    let Some(name) = row.unique.as_ref().filter(|_| will_wait) else {
        return Ok(None);
    };
    if let Some(other) = row.taken {
        return Ok(Some(format!("Job {other} waits already and does the same.")));
    }
    if !names.insert(name.clone()) {
        return Ok(Some("An older job that does the same was put back.".to_owned()));
    }
    Ok(None)
}

/// What it means to the domain, or why it cannot be.
async fn effect(
    tx: &mut Transaction<'_, Postgres>,
    operation: &Operation,
    row: &Row,
    state: JobState,
) -> Result<Result<(), Refused>, sqlx::Error> {
    let arguments = || {
        Job::deserialize(row.arguments.as_ref().unwrap_or(&Value::Null)).map_err(|_| {
            let kind = row.kind.as_deref().unwrap_or_default();
            Refused(format!("This program knows no {kind} with such arguments."))
        })
    };
    let verb = operation.verb;
    if verb == Verb::Undo {
        let before = before(tx, operation, row.job).await?;
        let was_failed = before.state == "failed";
        return match (arguments(), state) {
            (Ok(job), JobState::Retrying) if was_failed => {
                effects::gave_up(tx, &job, before.error.as_deref().unwrap_or("it failed")).await.map(Ok)
            }
            (Ok(job), JobState::Failed) if before.waits() => effects::revive(tx, &job).await,
            (Err(refused), _) if was_failed != (state == JobState::Failed) => Ok(Err(refused)),
            _ => Ok(Ok(())),
        };
    }
    match (verb, arguments()) {
        (Verb::Retry | Verb::Cancel, Err(refused)) => Ok(Err(refused)),
        (Verb::Stop, Ok(job)) => Ok(effects::stop(&job)),
        (Verb::Retry, Ok(job)) => effects::revive(tx, &job).await,
        (Verb::Cancel, Ok(job)) => effects::cancel(tx, &job, &updates::cancelled_by(operation)).await,
        _ => Ok(Ok(())),
    }
}

/// A job before the operation that is taken back.
#[derive(Deserialize)]
struct Before {
    state: String,
    error: Option<String>,
}

impl Before {
    fn waits(&self) -> bool {
        matches!(self.state.as_str(), "new" | "retried")
    }
}

async fn before(conn: &mut PgConnection, operation: &Operation, job: i64) -> Result<Before, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT before ->> 'state' AS "state!", before ->> 'error' AS error FROM operation_jobs
           WHERE operation = $1 AND job = $2"#,
        operation.undoes,
        job
    )
    .fetch_one(conn)
    .await?;
    Ok(Before { state: row.state, error: row.error })
}

/// What those that moved are by now.
async fn explain_moved(tx: &mut Transaction<'_, Postgres>, outcomes: &mut [Outcome]) -> Result<(), sqlx::Error> {
    let moved: Vec<i64> =
        outcomes.iter().filter(|outcome| outcome.name == "moved").map(|outcome| outcome.job).collect();
    if moved.is_empty() {
        return Ok(());
    }
    let now = sqlx::query!(
        r#"SELECT number AS "number!", state::text AS "state!", attempt, operation FROM fang_tasks WHERE number = ANY($1)"#,
        &moved
    )
    .fetch_all(&mut **tx)
    .await?;
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.name == "moved") {
        let found = now.iter().find(|row| row.number == outcome.job);
        outcome.note = Some(match found {
            None => "It has been deleted since.".to_owned(),
            Some(row) => {
                let by = row.operation.map(|number| format!("; operation {number} was the last that touched it"));
                let state = JobState::from(row.state.clone()).name();
                format!("It has changed since: {state}, attempt {}{}.", row.attempt, by.unwrap_or_default())
            }
        });
    }
    Ok(())
}

async fn record(tx: &mut Transaction<'_, Postgres>, operation: i64, outcomes: &[Outcome]) -> Result<(), sqlx::Error> {
    let jobs: Vec<i64> = outcomes.iter().map(|outcome| outcome.job).collect();
    let names: Vec<String> = outcomes.iter().map(|outcome| outcome.name.to_owned()).collect();
    let notes: Vec<Option<String>> = outcomes.iter().map(|outcome| outcome.note.clone()).collect();
    sqlx::query!(
        "UPDATE operation_jobs j SET outcome = o.outcome, note = o.note
         FROM unnest($2::bigint[], $3::text[], $4::text[]) AS o (job, outcome, note)
         WHERE j.operation = $1 AND j.job = o.job",
        operation,
        &jobs,
        &names,
        &notes as &[Option<String>]
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
