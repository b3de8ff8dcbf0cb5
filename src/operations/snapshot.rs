//! Preparing an operation: which jobs it is about, as they are now.

use sqlx::{Postgres, Transaction};

use super::{MOST, OperationState, Request, Selection, Verb};
use crate::accounts::audit::Actor;
use crate::error::Error;
use crate::queue::JobState;

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
    let (counted, missing, capped) = add_selected(tx, number, &request.jobs).await?;
    let missing = if missing > 0 { format!(" ({missing} of them are not there any more)") } else { String::new() };
    sqlx::query!(
        "UPDATE operations SET counted = $2, sentence = sentence || $3, capped = $4 WHERE number = $1",
        number,
        counted,
        missing,
        capped
    )
    .execute(&mut **tx)
    .await?;
    Ok(Prepared { number, new: true })
}

/// The oldest jobs that are like this: at most one more than an operation may have. Walks the index of errors, or that of states
/// and kinds.
async fn matching(
    tx: &mut Transaction<'_, Postgres>,
    state: JobState,
    kind: Option<&str>,
    error: Option<i64>,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT number AS "number!" FROM fang_tasks
           WHERE state = $1::text::fang_task_state AND ($2::text IS NULL OR kind = $2)
             AND ($3::bigint IS NULL OR error_group = $3)
           ORDER BY number LIMIT $4"#,
        state.stored(),
        kind,
        error,
        MOST + 1
    )
    .fetch_all(&mut **tx)
    .await
}

/// How many jobs were added, how many are not there any more, and whether there are more than one operation may have.
async fn add_selected(
    tx: &mut Transaction<'_, Postgres>,
    operation: i64,
    jobs: &Selection,
) -> Result<(i64, i64, bool), Error> {
    match jobs {
        Selection::Numbers(numbers) => {
            let wanted: Vec<i64> = numbers.iter().copied().collect();
            let counted = add(tx, operation, &wanted).await?;
            if counted == 0 {
                let text = format!("{} is not there any more: old jobs are deleted.", jobs.sentence());
                return Err(Error::Conflict(text));
            }
            Ok((counted, wanted.len() as i64 - counted, false))
        }
        Selection::Matching { state, kind, error } => {
            let numbers = matching(tx, *state, kind.as_deref(), *error).await?;
            let wanted = &numbers[..numbers.len().min(MOST as usize)];
            Ok((add(tx, operation, wanted).await?, 0, numbers.len() as i64 > MOST))
        }
    }
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
        OperationState::Ready.name(),
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
