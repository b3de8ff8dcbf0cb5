//! The one task of a process that ends jobs: what comes in while it waits for a commit ends in the next one, together.

use std::sync::Arc;
use std::time::Duration;

use log::{error, warn};
use tokio::sync::mpsc;

use super::{Ending, Held, Shared, lines, settle};
use crate::claim::{self, Claim};

/// So long the end of a job waits for those that run beside it, and end in the same statement.
const MOMENT: Duration = Duration::from_millis(1);

const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Ends what the workers send, and never gives up: a job that cannot be ended now stays held, and is tried again.
pub(super) async fn run(shared: Arc<Shared>, mut endings: mpsc::UnboundedReceiver<(Arc<Held>, Ending)>) {
    let mut pending = Vec::new();
    let mut wait = Duration::ZERO;
    loop {
        if pending.is_empty() {
            wait = Duration::ZERO;
            match endings.recv().await {
                Some(ending) => pending.push(ending),
                None => return,
            }
            // One that runs alone waits for nobody.
            if shared.held().len() > 1 {
                tokio::time::sleep(MOMENT).await;
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
async fn end_all(shared: &Arc<Shared>, pending: Vec<(Arc<Held>, Ending)>) -> Vec<(Arc<Held>, Ending)> {
    if let Err(error) = lines::write(&shared.pool, pending.iter().map(|(held, _)| held)).await {
        warn!("what jobs said is not written down yet: {error}");
    }
    let (finished, others): (Vec<_>, Vec<_>) =
        pending.into_iter().partition(|(_, ending)| matches!(ending, Ending::Finished));
    let mut left = Vec::new();
    if !finished.is_empty() {
        match finish(shared, &finished).await {
            Ok(()) => finished.iter().for_each(|(held, _)| shared.release(held)),
            Err(error) => {
                error!("{} jobs are done, but cannot be marked so yet: {error}", finished.len());
                left = finished;
            }
        }
    }
    for (held, ending) in others {
        match end(shared, &held, &ending).await {
            Ok(()) => {
                shared.release(&held);
                if let Ending::Retry(_, wait) | Ending::Postponed(_, wait) = ending {
                    shared.clone().wake_after(wait);
                }
            }
            Err(error) => {
                let Claim { number, kind, .. } = &held.claim;
                error!("job {number} ({kind}) has ended, but cannot be marked so yet: {error}");
                left.push((held, ending));
            }
        }
    }
    left
}

async fn finish(shared: &Shared, finished: &[(Arc<Held>, Ending)]) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = finished.iter().map(|(held, _)| held.claim.id).collect();
    let attempts: Vec<_> = finished.iter().map(|(held, _)| held.claim.attempt).collect();
    let mut conn = shared.pool.acquire().await?;
    let ended = claim::finish(&mut conn, shared.worker, &ids, &attempts).await?;
    if usize::try_from(ended) != Ok(finished.len()) {
        warn!("{ended} of {} jobs were still ours when they were done", finished.len());
    }
    Ok(())
}

async fn end(shared: &Shared, held: &Held, ending: &Ending) -> Result<(), sqlx::Error> {
    if matches!(ending, Ending::Settled) {
        return Ok(());
    }
    let mut tx = shared.pool.begin().await?;
    let ours = settle::end(&mut tx, held, ending).await?;
    tx.commit().await?;
    if !ours {
        let Claim { number, kind, attempt, .. } = &held.claim;
        warn!("job {number} ({kind}) was no longer ours when attempt {attempt} ended");
    }
    Ok(())
}
