//! Workers that take nothing new.

use sqlx::{PgConnection, Postgres, Transaction};

use super::{Done, moment};
use crate::accounts::audit::{self, Action, Actor, LastAct};
use crate::error::Error;
use crate::queue::CHANNEL;

/// It ends what it has and takes nothing new, as before a stop.
pub async fn quiet(tx: &mut Transaction<'_, Postgres>, actor: &Actor, worker: i64) -> Result<Done, Error> {
    let row = locked(tx, worker).await?;
    let sentence = format!("Worker {worker} takes no new jobs. What it runs goes on.");
    if row.quiet {
        return Ok(Done::already(sentence));
    }
    sqlx::query!("UPDATE workers SET quiet_at = now() WHERE number = $1", worker).execute(&mut **tx).await?;
    audit::record_act(tx, actor, Action::WorkerQuieted, &format!("worker {worker}")).await?;
    Ok(Done::now(sentence))
}

/// It takes jobs again.
pub async fn unquiet(tx: &mut Transaction<'_, Postgres>, actor: &Actor, worker: i64) -> Result<Done, Error> {
    let row = locked(tx, worker).await?;
    if !row.quiet {
        let last = audit::last_act(tx, Action::WorkerUnquieted, &format!("worker {worker}")).await?;
        let who = last.map(|last| format!(": {} said so on {}", last.by, moment(last.at))).unwrap_or_default();
        return Ok(Done::already(format!("Worker {worker} takes new jobs{who}.")));
    }
    sqlx::query!("UPDATE workers SET quiet_at = NULL WHERE number = $1", worker).execute(&mut **tx).await?;
    sqlx::query!("SELECT pg_notify($1, '')", CHANNEL).execute(&mut **tx).await?;
    audit::record_act(tx, actor, Action::WorkerUnquieted, &format!("worker {worker}")).await?;
    Ok(Done::now(format!("Worker {worker} takes new jobs again.")))
}

/// Who asked a worker to be quiet, as far as the newest entries of the log tell.
pub async fn quiet_since(conn: &mut PgConnection, worker: i64) -> Result<Option<LastAct>, sqlx::Error> {
    audit::last_act(conn, Action::WorkerQuieted, &format!("worker {worker}")).await
}

struct Row {
    quiet: bool,
    stopped: bool,
}

async fn locked(tx: &mut Transaction<'_, Postgres>, worker: i64) -> Result<Row, Error> {
    let row = sqlx::query_as!(
        Row,
        r#"
        SELECT quiet_at IS NOT NULL AS "quiet!", stopped_at IS NOT NULL AS "stopped!"
        FROM workers WHERE number = $1 FOR NO KEY UPDATE
        "#,
        worker
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    if row.stopped {
        return Err(Error::Conflict(format!("Worker {worker} has stopped: it takes no jobs any more.")));
    }
    Ok(row)
}
