//! The one task of a process that ends jobs: what comes in while it waits for a commit ends in the next one, together.

use std::sync::Arc;
use std::time::Duration;

use log::{error, warn};
use tokio::sync::mpsc;

use super::settle::{self, Outcome};
use super::{Claim, Shared};

/// How an attempt ended.
#[derive(Debug, Clone)]
pub(super) enum Ending {
    Finished,
    Retry(String, Duration),
    Failed(String),
    /// Somebody else, or the handler's own transaction, has ended it.
    Settled,
}

const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Ends what the workers send, and never gives up: a job that cannot be ended now stays held, and is tried again.
pub(super) async fn run(shared: Arc<Shared>, mut endings: mpsc::UnboundedReceiver<(Arc<Claim>, Ending)>) {
    let mut pending = Vec::new();
    let mut wait = Duration::ZERO;
    loop {
        if pending.is_empty() {
            wait = Duration::ZERO;
            match endings.recv().await {
                Some(ending) => pending.push(ending),
                None => return,
            }
        } else {
            wait = (wait * 2).clamp(Duration::from_millis(50), LONGEST_WAIT);
            tokio::time::sleep(wait).await;
        }
        while let Ok(ending) = endings.try_recv() {
            pending.push(ending);
        }
        pending = end_all(&shared, pending).await;
    }
}

/// Returns what could not be ended.
async fn end_all(shared: &Arc<Shared>, pending: Vec<(Arc<Claim>, Ending)>) -> Vec<(Arc<Claim>, Ending)> {
    let (finished, others): (Vec<_>, Vec<_>) =
        pending.into_iter().partition(|(_, ending)| matches!(ending, Ending::Finished));
    let mut left = Vec::new();
    if !finished.is_empty() {
        match finish(shared, &finished).await {
            Ok(()) => finished.iter().for_each(|(claim, _)| shared.release(claim)),
            Err(error) => {
                error!("{} jobs are done, but cannot be marked so yet: {error}", finished.len());
                left = finished;
            }
        }
    }
    for (claim, ending) in others {
        match end(shared, &claim, &ending).await {
            Ok(()) => {
                shared.release(&claim);
                if let Ending::Retry(_, wait) = ending {
                    wake_after(shared.clone(), wait);
                }
            }
            Err(error) => {
                error!("job {} ({}) has ended, but cannot be marked so yet: {error}", claim.number, claim.kind);
                left.push((claim, ending));
            }
        }
    }
    left
}

/// A retry falls due without a notification.
fn wake_after(shared: Arc<Shared>, wait: Duration) {
    tokio::spawn(async move {
        tokio::time::sleep(wait).await;
        shared.wake.notify_waiters();
    });
}

async fn finish(shared: &Shared, finished: &[(Arc<Claim>, Ending)]) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = finished.iter().map(|(claim, _)| claim.id).collect();
    let attempts: Vec<_> = finished.iter().map(|(claim, _)| claim.attempt).collect();
    let mut conn = shared.pool.acquire().await?;
    let ended = settle::finish(&mut conn, shared.worker, &ids, &attempts).await?;
    if usize::try_from(ended) != Ok(finished.len()) {
        warn!("{ended} of {} jobs were still ours when they were done", finished.len());
    }
    Ok(())
}

async fn end(shared: &Shared, claim: &Claim, ending: &Ending) -> Result<(), sqlx::Error> {
    if matches!(ending, Ending::Settled) {
        return Ok(());
    }
    let mut tx = shared.pool.begin().await?;
    let ours = match ending {
        Ending::Retry(error, wait) => settle::put_back(&mut tx, claim, Outcome::Failed, Some(error), *wait).await?,
        Ending::Failed(error) => settle::fail(&mut tx, &*shared.handler, claim, Outcome::Failed, error).await?,
        Ending::Finished | Ending::Settled => true,
    };
    tx.commit().await?;
    if !ours {
        warn!("job {} ({}) was no longer ours when attempt {} ended", claim.number, claim.kind, claim.attempt);
    }
    Ok(())
}
