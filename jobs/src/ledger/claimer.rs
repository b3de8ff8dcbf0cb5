//! The one task of a process that takes jobs: for all idle workers in one statement.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use log::{error, info, warn};
use tokio::sync::{mpsc, oneshot, watch};

use super::take::{self, Taker};
use super::turns::Turns;
use super::wake::News;
use super::{Ending, Held, Shared};

/// A worker that waits for a job.
pub(super) type Request = oneshot::Sender<Arc<Held>>;

const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// While jobs wait, a claim waits so long for more workers: one for eight of them costs little more than one for one.
const MOMENT: Duration = Duration::from_millis(1);

/// A look that takes longer may follow a plan from when there were all but no jobs, and read all that there are now. Left alone it would
/// do so until the next autoanalyze.
const SLOW: Duration = Duration::from_millis(10);

/// Serves waiting workers until told to stop; ends without a job in hand.
pub(super) async fn run(
    shared: Arc<Shared>,
    mut requests: mpsc::UnboundedReceiver<Request>,
    mut stop: watch::Receiver<bool>,
) {
    let mut idle: Vec<Request> = Vec::new();
    let mut turns = Turns::new(shared.lanes.len());
    let mut arrivals = shared.news.subscribe();
    let mut more = false;
    let mut down = Duration::ZERO;
    loop {
        let enough = if more { shared.settings.workers as usize } else { 1 };
        tokio::select! {
            there = gather(&mut requests, &mut idle, enough) => if !there { return },
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if *stop.borrow() {
            return;
        }
        // What has run and could not be ended yet is held on to: where the database is slow to end jobs, no more are taken.
        let mut released = pin!(shared.released.notified());
        if shared.is_full() {
            tokio::select! {
                () = &mut released => continue,
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
        // Before the look, so that a job that arrives during the look is not slept through.
        let arrived = heed(&shared, &mut turns);
        // While jobs wait elsewhere it is no lane's turn for having got one.
        let first = if more { BTreeSet::new() } else { arrived };
        let seen = match look(&shared, &mut idle, &mut turns, &first).await {
            Ok(seen) => {
                if !std::mem::take(&mut down).is_zero() {
                    info!("the database is back");
                }
                seen
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
        more = seen.more;
        if !more {
            tokio::select! {
                _ = arrivals.wait_for(News::is_there) => {}
                () = released, if seen.at_limit => turns.forget(),
                () = tokio::time::sleep(shared.settings.poll) => turns.forget(),
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }
}

/// Opens the lanes in which something may be due by now, and gives those that got a job.
fn heed(shared: &Shared, turns: &mut Turns) -> BTreeSet<usize> {
    let mut news = News::default();
    shared.news.send_if_modified(|since| {
        news = std::mem::take(since);
        false
    });
    if news.anywhere {
        turns.forget();
    }
    news.lanes.iter().for_each(|&lane| turns.arrived(lane));
    news.lanes
}

/// Waits for a worker, and a moment longer until there are `enough`. False: there will be none any more.
async fn gather(requests: &mut mpsc::UnboundedReceiver<Request>, idle: &mut Vec<Request>, enough: usize) -> bool {
    if idle.is_empty() && requests.recv_many(idle, usize::MAX).await == 0 {
        return false;
    }
    let others = async { while idle.len() < enough && requests.recv_many(idle, usize::MAX).await > 0 {} };
    // Late ones are served by the next look.
    let _ = tokio::time::timeout(MOMENT, others).await;
    true
}

/// What came of a look into all lanes.
#[derive(Default)]
struct Seen {
    /// It is worth looking again at once.
    more: bool,
    /// It is worth looking again when a job has ended: as many of a lane run as may.
    at_limit: bool,
}

/// Takes jobs for the idle workers, lane by lane: those named first, the others by their turn.
async fn look(
    shared: &Shared,
    idle: &mut Vec<Request>,
    turns: &mut Turns,
    first: &BTreeSet<usize>,
) -> Result<Seen, sqlx::Error> {
    let kinds = shared.breaker.awake(&shared.kinds);
    let taker = Taker { worker: shared.worker, kinds: &kinds, lease: shared.settings.lease };
    let mut conn = shared.pool.acquire().await?;
    let mut seen = Seen::default();
    let mut slow = false;
    let mut lanes = turns.next();
    lanes.sort_by_key(|lane| !first.contains(lane));
    for lane in lanes {
        let limit = i64::try_from(idle.len()).unwrap_or(i64::MAX);
        let began = Instant::now();
        let taken = take::take(&mut conn, taker, &shared.lanes[lane], limit).await?;
        slow |= began.elapsed() > SLOW;
        // A full take may have left some behind, even where parking leaves workers idle.
        seen.more |= taken.more || taken.rows.len() == idle.len();
        seen.at_limit |= taken.at_limit;
        if !taken.rows.is_empty() {
            turns.served(lane, taken.rows.len());
        } else if taken.at_limit {
            turns.passed(lane, idle.len());
        } else if !taken.more {
            turns.was_empty(lane);
        }
        for row in taken.rows {
            give(shared, idle, Arc::new(Held::read(row, &*shared.jobs)));
        }
        if idle.is_empty() {
            break;
        }
    }
    if slow && let Err(error) = sqlx::query("DISCARD PLANS").execute(&mut *conn).await {
        warn!("jobs are looked for as before: {error}");
    }
    Ok(seen)
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
