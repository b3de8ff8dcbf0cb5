//! Which index answers a filter.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::super::filter::{By, JobFilter, Sort};
use crate::queue::JobState;
use crate::queue::counts::counts;

/// A way through the jobs, each along one index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Path {
    /// All of them by number: `fang_tasks_number_key`.
    Number,
    /// Those of some states and kinds, each by number: `fang_tasks_board`.
    Groups(Vec<(JobState, String)>),
    /// Failed ones with the same error, by number: `fang_tasks_failed_alike`.
    Alike(i64),
    /// Failed ones by when they failed: `fang_tasks_failed_lately`.
    FailedLately,
    /// What waits of some lanes and kinds, as it is taken: `fang_tasks_claimed`.
    Waiting(Vec<(String, String)>),
    /// Those about a photo, by number: `fang_tasks_submission`.
    Submission(i64),
    /// Those about an account, by number: `fang_tasks_account`.
    Account(i64),
    /// Those that a process ran, by number: `job_attempts_worker`.
    Worker(i64),
    /// By when their attempts began: `job_attempts_started`.
    Attempts,
}

impl Path {
    /// The one for this filter. States, kinds and lanes without jobs are left out, since how many there are is known.
    pub async fn choose(conn: &mut PgConnection, filter: &JobFilter) -> Result<Self, sqlx::Error> {
        let timed = filter.since.is_some() || filter.until.is_some();
        Ok(match filter {
            JobFilter { sort: Sort::Next, .. } => Path::Waiting(waiting(conn, filter).await?),
            JobFilter { submission: Some(id), .. } if !timed || filter.by == By::Created => Path::Submission(*id),
            JobFilter { account: Some(id), .. } if !timed || filter.by == By::Created => Path::Account(*id),
            JobFilter { by: By::Ended, state: Some(JobState::Failed), .. } if timed => Path::FailedLately,
            JobFilter { by: By::Ended, error: Some(_), .. } if timed => Path::FailedLately,
            JobFilter { by: By::Started | By::Ended, .. } if timed => Path::Attempts,
            JobFilter { error: Some(id), .. } => Path::Alike(*id),
            JobFilter { worker: Some(number), .. } => Path::Worker(*number),
            JobFilter { state: None, kind: None, lane: None, q: None, .. } => Path::Number,
            _ => Path::Groups(groups(conn, filter).await?),
        })
    }
}

async fn groups(conn: &mut PgConnection, filter: &JobFilter) -> Result<Vec<(JobState, String)>, sqlx::Error> {
    let all: BTreeSet<_> = counts(conn)
        .await?
        .into_iter()
        .filter(|count| filter.state.is_none_or(|state| state == count.state))
        // Errors are gone from what finished, and not yet there for what has not begun.
        .filter(|count| filter.q.is_none() || !matches!(count.state, JobState::Finished | JobState::Queued))
        .filter(|count| filter.kind.as_ref().is_none_or(|kind| *kind == count.kind))
        .filter(|count| filter.lane.as_ref().is_none_or(|lane| *lane == count.lane))
        .map(|count| (count.state, count.kind))
        .collect();
    Ok(all.into_iter().collect())
}

async fn waiting(conn: &mut PgConnection, filter: &JobFilter) -> Result<Vec<(String, String)>, sqlx::Error> {
    let all: BTreeSet<_> = counts(conn)
        .await?
        .into_iter()
        .filter(|count| matches!(count.state, JobState::Queued | JobState::Retrying))
        .filter(|count| filter.kind.as_ref().is_none_or(|kind| *kind == count.kind))
        .filter(|count| filter.lane.as_ref().is_none_or(|lane| *lane == count.lane))
        .map(|count| (count.lane, count.kind))
        .collect();
    Ok(all.into_iter().collect())
}
