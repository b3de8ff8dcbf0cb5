//! The one task of a process that takes jobs: for all idle workers in one statement.

use std::sync::Arc;
use std::time::Duration;

use log::{error, info, warn};
use tokio::sync::{mpsc, oneshot, watch};

use super::take::{self, Taker};
use super::{Ending, Held, Shared};

/// A worker that waits for a job.
pub(super) type Request = oneshot::Sender<Arc<Held>>;

const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Serves waiting workers until told to stop; ends without a job in hand.
pub(super) async fn run(
    shared: Arc<Shared>,
    mut requests: mpsc::UnboundedReceiver<Request>,
    mut stop: watch::Receiver<bool>,
) {
    let mut idle: Vec<Request> = Vec::new();
    let mut first_lane = 0;
    let mut down = Duration::ZERO;
    loop {
        if idle.is_empty() {
            tokio::select! {
                request = requests.recv() => match request {
                    Some(request) => idle.push(request),
                    None => return,
                },
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
        while let Ok(request) = requests.try_recv() {
            idle.push(request);
        }
        if *stop.borrow() {
            return;
        }
        // What has run and could not be ended yet is held on to: where the database is slow to end jobs, no more are taken.
        let released = shared.released.notified();
        if shared.is_full() {
            tokio::select! {
                () = released => continue,
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
        // Registered before the look, so that a job that arrives during the look is not slept through.
        let woken = shared.wake.notified();
        let more = match look(&shared, &mut idle, &mut first_lane).await {
            Ok(more) => {
                if !std::mem::take(&mut down).is_zero() {
                    info!("the database is back");
                }
                more
            }
            Err(error) => {
                if down.is_zero() {
                    error!("cannot look for jobs: {error}");
                }
                down = (down * 2).clamp(Duration::from_millis(100), LONGEST_WAIT);
                tokio::select! {
                    () = tokio::time::sleep(down) => continue,
                    _ = stop.wait_for(|stop| *stop) => return,
                }
            }
        };
        if !more {
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep(shared.settings.poll) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }
}

/// Takes jobs for the idle workers, lane by lane, and has the next look begin behind the lane that was served last: lanes in which
/// jobs wait take turns, whatever stands empty between them. True when it is worth looking again at once.
async fn look(shared: &Shared, idle: &mut Vec<Request>, first_lane: &mut usize) -> Result<bool, sqlx::Error> {
    let kinds = shared.breaker.awake(&shared.kinds);
    let taker = Taker { worker: shared.worker, kinds: &kinds, lease: shared.settings.lease };
    let lanes = shared.lanes.len();
    let mut conn = shared.pool.acquire().await?;
    let (mut more, first) = (false, *first_lane);
    for turn in 0..lanes {
        let at = (first + turn) % lanes;
        let lane = &shared.lanes[at];
        let limit = i64::try_from(idle.len()).unwrap_or(i64::MAX);
        let taken = take::take(&mut conn, taker, lane, limit).await?;
        // A full take may have left some behind, even where parking leaves workers idle.
        more |= taken.more || taken.rows.len() == idle.len();
        if !taken.rows.is_empty() {
            *first_lane = at + 1;
        }
        for row in taken.rows {
            give(shared, idle, Arc::new(Held::read(row, &*shared.jobs)));
        }
        if idle.is_empty() {
            break;
        }
    }
    Ok(more)
}

fn give(shared: &Shared, idle: &mut Vec<Request>, held: Arc<Held>) {
    shared.hold(&held);
    if let Err(error) = held.job.clone() {
        warn!("job {} ({}): {error}", held.claim.number, held.claim.kind);
        shared.end(held, Ending::Failed(error));
        return;
    }
    // A worker that has gone away since is passed over; the pool has started another in its place.
    let mut held = held;
    while let Some(worker) = idle.pop() {
        match worker.send(held) {
            Ok(()) => return,
            Err(refused) => held = refused,
        }
    }
    shared.end(held, Ending::Retry("no worker was left to run it".to_owned(), Duration::ZERO));
}
