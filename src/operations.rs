//! What operators do to jobs: one mechanism for one job or for two hundred thousand.
//!
//! An operation is prepared first: [`snapshot`] writes down every job that it is about, as it is at that moment, so that the number
//! shown is the number of rows ([`preview`]). Then it is started ([`steer`]), and a job in a lane of its own does it in chunks
//! ([`run`]): a job is only touched while it is what the snapshot saw. At any moment every job is done, moved, refused or still to
//! come, and at the end none is still to come.

pub mod check;
mod chunk;
pub mod effects;
pub mod preview;
pub mod request;
pub mod run;
pub mod single;
pub mod snapshot;
pub mod steer;
pub mod undo;
mod updates;
mod verb;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, Postgres, Transaction};
use strum::{EnumString, IntoStaticStr};

use crate::error::Error;

pub use self::request::{Request, Selection};
pub use self::verb::Verb;

/// Most jobs of one operation.
pub const MOST: i64 = 200_000;

/// How far an operation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum OperationState {
    /// Its jobs are looked up.
    Counting,
    /// It waits for somebody to start it.
    Ready,
    /// It tries one job, then ten.
    Canary,
    /// It goes through its jobs.
    Running,
    /// It waits for somebody to decide.
    Held,
    /// Every job was dealt with.
    Done,
    /// It was ended before its end.
    Stopped,
    /// It was never started.
    ThrownAway,
}

impl OperationState {
    /// As stored, and as read by people.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Can anything still happen to it?
    pub fn is_open(self) -> bool {
        !matches!(self, OperationState::Done | OperationState::Stopped | OperationState::ThrownAway)
    }
}

impl From<String> for OperationState {
    fn from(stored: String) -> Self {
        stored.parse().unwrap_or(OperationState::Ready) // the column's CHECK allows no other
    }
}

/// An operation as its page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Operation {
    /// What people call it.
    pub number: i64,
    /// Whose account; nothing at the command line.
    pub actor: Option<i64>,
    /// Who.
    pub actor_name: String,
    /// What is done.
    pub verb: Verb,
    /// The lane or the priority.
    pub value: Option<String>,
    /// To which jobs, in words.
    pub sentence: String,
    /// Why; may be empty.
    pub reason: String,
    /// Does it try one job first, then ten?
    pub canary: bool,
    /// How far it is.
    pub state: OperationState,
    /// Why it is held or ended early; may be empty.
    pub note: String,
    /// The operation that it takes back.
    pub undoes: Option<i64>,
    /// Are there more such jobs than one operation may have?
    pub capped: bool,
    /// The last job that was looked at.
    pub cursor: Option<i64>,
    /// Steps of the canary that were begun.
    pub step: i16,
    /// The last job of the step that is waited for.
    pub step_end: Option<i64>,
    /// Jobs in the snapshot.
    pub counted: i64,
    /// Jobs that it was done to.
    pub done: i64,
    /// Jobs that had changed since the snapshot.
    pub moved: i64,
    /// Jobs that it could not be done to.
    pub refused: i64,
    /// Jobs that were not reached when it was stopped.
    pub skipped: i64,
    /// When it was prepared.
    pub created_at: DateTime<Utc>,
    /// When it was started.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Operation {
    /// Jobs that are still to come.
    pub fn left(&self) -> i64 {
        self.counted - self.done - self.moved - self.refused - self.skipped
    }
}

/// Operations as they are read: what follows the select.
macro_rules! operations {
    ($rest:tt $(, $bind:expr)*) => {
        sqlx::query_as!(
            Operation,
            r#"SELECT number, actor, actor_name, verb AS "verb: String", value, sentence, reason, canary, state AS "state: String", note, undoes,
                      capped, cursor, step, step_end, counted, done, moved, refused, skipped, created_at, started_at, ended_at
               FROM operations "# + $rest
            $(, $bind)*
        )
    };
}

/// One operation.
pub async fn find(conn: &mut PgConnection, number: i64) -> Result<Option<Operation>, sqlx::Error> {
    operations!("WHERE number = $1", number).fetch_optional(conn).await
}

/// Operations before this one, the newest first.
pub async fn list(conn: &mut PgConnection, before: Option<i64>, limit: i64) -> Result<Vec<Operation>, sqlx::Error> {
    let before = before.unwrap_or(i64::MAX);
    operations!("WHERE number < $1 ORDER BY number DESC LIMIT $2", before, limit).fetch_all(conn).await
}

/// Operations that have not ended, the oldest first.
pub async fn open(conn: &mut PgConnection, limit: i64) -> Result<Vec<Operation>, sqlx::Error> {
    operations!("WHERE ended_at IS NULL ORDER BY number LIMIT $1", limit).fetch_all(conn).await
}

/// Operations that had to do with a job, the newest first.
pub async fn of_job(conn: &mut PgConnection, job: i64, limit: i64) -> Result<Vec<Operation>, sqlx::Error> {
    operations!(
        "WHERE number IN (SELECT operation FROM operation_jobs WHERE job = $1 ORDER BY operation DESC LIMIT $2)
         ORDER BY number DESC",
        job,
        limit
    )
    .fetch_all(conn)
    .await
}

/// One operation, locked until the transaction ends: nobody else does a part of it, or steers it.
async fn lock(tx: &mut Transaction<'_, Postgres>, number: i64) -> Result<Option<Operation>, sqlx::Error> {
    operations!("WHERE number = $1 FOR UPDATE", number).fetch_optional(&mut **tx).await
}

/// The same, for somebody who wants to steer it.
async fn lock_known(tx: &mut Transaction<'_, Postgres>, number: i64) -> Result<Operation, Error> {
    lock(tx, number).await?.ok_or(Error::NotFound)
}

/// A job that an operation left as it is.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    /// Its number.
    pub job: i64,
    /// What it does.
    pub kind: String,
    /// `moved` or `refused`.
    pub outcome: Option<String>,
    /// Why, in sentences.
    pub note: Option<String>,
}

/// Jobs behind this one that an operation left as they are, in ascending order.
pub async fn left_out(
    conn: &mut PgConnection,
    number: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<LeftOut>, sqlx::Error> {
    sqlx::query_as!(
        LeftOut,
        "SELECT job, kind, outcome, note FROM operation_jobs
         WHERE operation = $1 AND job > $2 AND outcome IN ('moved', 'refused')
         ORDER BY job LIMIT $3",
        number,
        after,
        limit
    )
    .fetch_all(conn)
    .await
}
