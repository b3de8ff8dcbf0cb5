//! Preparing an operation: which jobs it is about, as they are now.

use std::time::{Duration, Instant};

use sqlx::{Postgres, Transaction};

use super::{MOST, Operation, OperationState, Request, Selection, Verb, lock_known};
use crate::accounts::audit::Actor;
use crate::error::Error;
use crate::queue::board::{self, JobFilter, JobRow};
use crate::queue::{self, Job};

/// Jobs that a filter may match for them to be there at once.
const MOST_AT_ONCE: i64 = 1_000;

/// How long a page waits for them.
const AT_ONCE: Duration = Duration::from_millis(300);

/// Jobs that are added in one transaction.
pub(super) const CHUNK: i64 = 5_000;

/// How long one looks for them.
const CHUNK_TIME: Duration = Duration::from_secs(2);

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prepared {
    /// The operation.
    pub number: i64,
    /// False when the same person has asked for the very same a moment ago: a doubled form.
    pub new: bool,
}

/// Writes down every job that is meant. The same request of the same person within a minute finds the operation that is there,
/// unless it was thrown away; `once` says that there are no doubled forms where it comes from.
pub async fn prepare(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    request: &Request,
    once: bool,
) -> Result<Prepared, Error> {
    let text = serde_json::to_string(request).map_err(|cause| Error::Internal(cause.into()))?;
    if !once && let Some(number) = just_prepared(tx, actor, &text).await? {
        return Ok(Prepared { number, new: false });
    }
    check_lane(tx, request).await?;
    let number = insert(tx, actor, request, &text).await?;
    match &request.jobs {
        Selection::Numbers(numbers) => add_numbers(tx, number, &numbers.iter().copied().collect::<Vec<_>>()).await?,
        Selection::Filter(_) => begin_counting(tx, number).await?,
    }
    Ok(Prepared { number, new: true })
}

/// Jobs that were marked one by one: some may have been deleted since.
async fn add_numbers(tx: &mut Transaction<'_, Postgres>, number: i64, wanted: &[i64]) -> Result<(), Error> {
    let counted = add(tx, number, wanted).await?;
    if counted == 0 {
        let jobs = Selection::Numbers(wanted.iter().copied().collect()).sentence();
        return Err(Error::Conflict(format!("{jobs} is not there any more: old jobs are deleted.")));
    }
    let missing = wanted.len() as i64 - counted;
    let missing = if missing > 0 { format!(" ({missing} of them are not there any more)") } else { String::new() };
    sqlx::query!(
        "UPDATE operations SET counted = $2, sentence = sentence || $3 WHERE number = $1",
        number,
        counted,
        missing
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a filter matches: at once as far as a page may wait for it, the rest by a job.
async fn begin_counting(tx: &mut Transaction<'_, Postgres>, number: i64) -> Result<(), Error> {
    let begun = Instant::now();
    while begun.elapsed() < AT_ONCE {
        let operation = lock_known(tx, number).await?;
        if operation.counted > MOST_AT_ONCE || !count(tx, &operation, MOST_AT_ONCE + 1).await? {
            break;
        }
    }
    if lock_known(tx, number).await?.state == OperationState::Counting {
        queue::enqueue(tx, Job::RunOperation { operation: number }).await?;
    }
    Ok(())
}

/// Adds the next jobs that the filter of an operation matches, which is locked by then. False: it has all of them now, or as many
/// as one operation may have, and is ready.
pub(super) async fn count(
    tx: &mut Transaction<'_, Postgres>,
    operation: &Operation,
    limit: i64,
) -> Result<bool, sqlx::Error> {
    let number = operation.number;
    let stored =
        sqlx::query_scalar!("SELECT filter FROM operations WHERE number = $1", number).fetch_one(&mut **tx).await?;
    let Some(Ok(Selection::Filter(filter))) = stored.map(serde_json::from_value) else {
        return ready(tx, number, false).await;
    };
    let walk = board::walk_for(tx, &filter, limit.min(MOST - operation.counted).max(1), CHUNK_TIME).await?;
    // What an operator has put aside is retried when it is named, and not because it failed alike.
    let meant = |job: &&JobRow| operation.verb != Verb::Retry || job.discarded_at.is_none();
    let jobs: Vec<i64> = walk.jobs.iter().filter(meant).map(|job| job.number).collect();
    let counted = add(tx, number, &jobs).await?;
    let on = Selection::Filter(JobFilter { before: walk.next, ..filter });
    sqlx::query!(
        "UPDATE operations SET counted = counted + $2, filter = $3 WHERE number = $1",
        number,
        counted,
        serde_json::json!(on)
    )
    .execute(&mut **tx)
    .await?;
    let full = operation.counted + counted >= MOST;
    if walk.next.is_some() && !full {
        return Ok(true);
    }
    ready(tx, number, walk.next.is_some()).await
}

/// Goes on counting, for whoever does not wait for a worker.
pub async fn count_on(tx: &mut Transaction<'_, Postgres>, number: i64) -> Result<bool, Error> {
    let operation = lock_known(tx, number).await?;
    Ok(operation.state == OperationState::Counting && count(tx, &operation, CHUNK).await?)
}

async fn ready(tx: &mut Transaction<'_, Postgres>, number: i64, capped: bool) -> Result<bool, sqlx::Error> {
    sqlx::query!("UPDATE operations SET state = 'ready', capped = $2 WHERE number = $1", number, capped)
        .execute(&mut **tx)
        .await?;
    Ok(false)
}

/// Of two equal forms the second one waits here until the first has been dealt with.
async fn just_prepared(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    request: &str,
) -> Result<Option<i64>, sqlx::Error> {
    let key = format!("operation:{}:{request}", actor.name);
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(&mut **tx).await?;
    sqlx::query_scalar!(
        "SELECT number FROM operations
         WHERE request = $1 AND actor_name = $2 AND actor IS NOT DISTINCT FROM $3 AND state <> 'thrown_away'
           AND created_at > now() - interval '1 minute'
         ORDER BY number DESC LIMIT 1",
        request,
        actor.name,
        actor.account
    )
    .fetch_optional(&mut **tx)
    .await
}

async fn check_lane(tx: &mut Transaction<'_, Postgres>, request: &Request) -> Result<(), Error> {
    let (Verb::MoveLane, Some(lane)) = (request.verb, &request.value) else {
        return Ok(());
    };
    let lanes = sqlx::query_scalar!("SELECT name FROM lanes ORDER BY name").fetch_all(&mut **tx).await?;
    if lanes.contains(lane) {
        return Ok(());
    }
    Err(Error::invalid("value", format!("There is no such lane. There are: {}.", lanes.join(", "))))
}

async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    request: &Request,
    text: &str,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "INSERT INTO operations (actor, actor_name, verb, value, filter, request, sentence, reason, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING number",
        actor.account,
        actor.name,
        request.verb.name(),
        request.value,
        serde_json::json!(request.jobs),
        text,
        request.jobs.sentence(),
        request.reason,
        match request.jobs {
            Selection::Numbers(_) => OperationState::Ready.name(),
            Selection::Filter(_) => OperationState::Counting.name(),
        },
    )
    .fetch_one(&mut **tx)
    .await
}

/// Adds jobs as they are now to an operation, and says how many of them there are.
pub(super) async fn add(tx: &mut Transaction<'_, Postgres>, operation: i64, jobs: &[i64]) -> Result<i64, sqlx::Error> {
    let added = sqlx::query!(
        r#"
        INSERT INTO operation_jobs (operation, job, kind, lane, attempt, before)
        SELECT $1, number, kind, task_type, attempt, jsonb_build_object(
            'state', state, 'retries', retries, 'due', scheduled_at, 'priority', priority, 'lane', task_type,
            'error', left(error_message, 4000), 'error_group', error_group, 'discarded', discarded_at)
        FROM fang_tasks WHERE number = ANY($2)
        ON CONFLICT DO NOTHING
        "#,
        operation,
        jobs
    )
    .execute(&mut **tx)
    .await?;
    Ok(i64::try_from(added.rows_affected()).unwrap_or(i64::MAX))
}
