//! One attempt of a job: its time limit, its panics, and how it ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use log::{debug, info, warn};
use ratemyderp::metrics::{self, recorder};
use ratemyderp::queue::JobKind;

use crate::claim::Claim;
use crate::failure::Failure;
use crate::ledger::{Ending, Held};
use crate::runnable::Runnable;

/// Runs it, with its time limit; a panic is a failure like any other.
pub(crate) async fn run(held: &Arc<Held>) -> Result<(), Failure> {
    let job = held.job.clone().map_err(Failure::Hopeless)?;
    let started = Instant::now();
    let result = within_limit(held.clone(), job).await;
    let Claim { number, kind, attempt, .. } = &held.claim;
    match &result {
        Ok(()) => debug!("job {number} ({kind}) finished in {:.0?}", started.elapsed()),
        Err(Failure::Hopeless(why)) => warn!("job {number} ({kind}) failed: {why}"),
        Err(Failure::Retry(why)) => warn!("job {number} ({kind}) failed at attempt {attempt}: {why}"),
        Err(Failure::Postponed(why, wait)) => info!("job {number} ({kind}) waits for {wait:.0?} more: {why}"),
        Err(Failure::Stopped(why)) => warn!("job {number} ({kind}) was ended at attempt {attempt}: {why}"),
        Err(Failure::Lost) => {
            warn!("job {number} ({kind}) is no longer ours at attempt {attempt}: what it did was dropped");
        }
    }
    count(held, &result, started.elapsed());
    result
}

/// For the figures. Kinds that only tests have are not told apart.
fn count(held: &Held, result: &Result<(), Failure>, ran: Duration) {
    let kind = held.claim.kind.parse::<JobKind>().map_or("other", JobKind::name);
    let ending = match (result, ending(held, result)) {
        (Err(Failure::Lost), _) => metrics::Ending::Lost,
        (Ok(()), _) | (_, Ending::Finished | Ending::Settled) => metrics::Ending::Finished,
        (_, Ending::Retry(..)) => metrics::Ending::Retried,
        (_, Ending::Postponed(..)) => metrics::Ending::Postponed,
        (_, Ending::Failed(_) | Ending::Stopped(_)) => metrics::Ending::Failed,
    };
    recorder().job(kind, ending, Some(held.claim.waited), ran);
}

/// What such a result means to the job.
pub(crate) fn ending(held: &Held, result: &Result<(), Failure>) -> Ending {
    if held.claim.is_settled() {
        return Ending::Settled;
    }
    match result {
        Ok(()) => Ending::Finished,
        Err(Failure::Lost) => Ending::Settled,
        Err(Failure::Hopeless(why)) => Ending::Failed(why.clone()),
        Err(Failure::Retry(why)) if held.claim.is_last() => Ending::Failed(why.clone()),
        Err(Failure::Retry(why)) => Ending::Retry(why.clone(), held.wait()),
        Err(Failure::Postponed(why, wait)) => Ending::Postponed(why.clone(), *wait),
        Err(Failure::Stopped(why)) => Ending::Stopped(why.clone()),
    }
}

/// An attempt that takes too long or is to stop is ended where it waits next: nothing that it has not committed happens. What
/// computes on another thread goes on there, and is forgotten.
async fn within_limit(held: Arc<Held>, job: Arc<dyn Runnable>) -> Result<(), Failure> {
    let limit = job.timeout();
    let ours = held.clone();
    let mut attempt = tokio::spawn(async move { job.run(&ours.claim).await });
    let ended = tokio::select! {
        ended = tokio::time::timeout(limit, &mut attempt) => ended,
        why = held.stop.asked() => {
            attempt.abort();
            return Err(Failure::Stopped(why));
        }
    };
    match ended {
        Ok(Ok(result)) => result,
        Ok(Err(join)) => Err(Failure::Retry(panic_message(join))),
        Err(_) => {
            attempt.abort();
            Err(Failure::Retry(format!("it took longer than {}", seconds(limit))))
        }
    }
}

fn panic_message(join: tokio::task::JoinError) -> String {
    let Ok(panic) = join.try_into_panic() else {
        return "it was stopped".to_owned();
    };
    let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("it panicked: {}", message.unwrap_or_default())
}

fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64())
}
