//! A recurring job out of turn.

use sqlx::{Postgres, Transaction};

use crate::accounts::audit::{self, Action, Actor};
use crate::error::Error;
use crate::queue::schedules::Schedule;
use crate::queue::{self, board};

use super::{Target, moment, paused};

/// What became of the wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunNow {
    /// This job does it; the same again for a doubled form.
    Queued(i64),
    /// This job waits already, and why.
    Waits(i64, String),
}

/// Enqueues a schedule's job. Where one waits already nothing happens: it would do the same.
pub async fn run_now(tx: &mut Transaction<'_, Postgres>, actor: &Actor, schedule: &Schedule) -> Result<RunNow, Error> {
    let subject = format!("schedule {}", schedule.name());
    let job = queue::enqueue(tx, schedule.job.clone()).await?;
    let detail = format!("{subject}: job {}", job.number);
    if job.new {
        audit::record_act(tx, actor, Action::ScheduleRun, &detail).await?;
        return Ok(RunNow::Queued(job.number));
    }
    let last = audit::last_act(tx, Action::ScheduleRun, &subject).await?;
    let doubled =
        last.is_some_and(|last| last.by == actor.name && super::just_now(last.at) && last.detail.starts_with(&detail));
    if doubled {
        return Ok(RunNow::Queued(job.number));
    }
    Ok(RunNow::Waits(job.number, why_it_waits(tx, schedule, job.number).await?))
}

async fn why_it_waits(tx: &mut Transaction<'_, Postgres>, schedule: &Schedule, number: i64) -> Result<String, Error> {
    let lane = Target::Lane(schedule.job.definition().lane.name().to_owned());
    for target in [lane, Target::Kind(schedule.name().to_owned())] {
        if let Some(pause) = paused(tx, &target).await? {
            return Ok(format!("the {target} is {}", pause.words()));
        }
    }
    let job = board::job(tx, number).await?.ok_or(Error::NotFound)?;
    if job.due_at > chrono::Utc::now() {
        let why = if job.failures > 0 { "its last attempt failed, and " } else { "" };
        return Ok(format!("{why}it is due on {}", moment(job.due_at)));
    }
    Ok("it is due, and a worker takes it when it has room".to_owned())
}
