//! Our queue: fang's own loses and doubles jobs; this one takes them with a lease and a fence.
//!
//! One task of the process claims ([`claimer`]), one ends ([`finisher`]), one keeps the leases ([`lease`]), one listens
//! ([`wake`]); the workers hold no connection. A clone of the ledger is one worker's handle.

mod breaker;
mod claimer;
mod finisher;
pub(crate) mod lease;
pub(crate) mod lines;
mod pace;
pub(crate) mod settle;
mod stops;
pub(crate) mod take;
mod turns;
mod wake;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ratemyderp::queue::CHANNEL;
use sqlx::PgPool;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

use self::breaker::Breaker;
use self::claimer::Request;
use self::pace::Pace;
pub(crate) use self::settle::Ending;
pub(crate) use self::take::Held;
use self::wake::News;
use crate::runnable::JobSet;

/// How a process treats the queue.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Jobs run at once.
    pub workers: u32,
    /// How long a claim holds without a heartbeat.
    pub lease: Duration,
    /// How often to look when no notification comes.
    pub poll: Duration,
    /// How long a stop waits for jobs in flight.
    pub grace: Duration,
    /// How long a kind rests at most of which one attempt after the other fails alike; zero: it never does.
    pub longest_rest: Duration,
}

/// The queue as one process sees it.
#[derive(Clone)]
pub(crate) struct Ledger {
    shared: Arc<Shared>,
    requests: mpsc::UnboundedSender<Request>,
}

/// Jobs that a process holds at most for each slot: one that runs, and some whose ends go into one statement.
const HELD_BY_SLOT: usize = 8;

/// What the tasks of a process share.
struct Shared {
    pool: PgPool,
    worker: i64,
    jobs: Arc<dyn JobSet>,
    settings: Settings,
    kinds: Vec<String>,
    lanes: Vec<String>,
    news: watch::Sender<News>,
    endings: mpsc::UnboundedSender<(Arc<Held>, Ending)>,
    held: Mutex<HashMap<Uuid, Arc<Held>>>,
    released: Notify,
    pace: Pace,
    breaker: Breaker,
}

/// The tasks under a ledger.
pub(crate) struct Tasks {
    claimer: JoinHandle<()>,
    others: Vec<JoinHandle<()>>,
}

impl Ledger {
    /// Starts the tasks. `worker` is the number under which the process is registered.
    pub fn start(
        pool: PgPool,
        worker: i64,
        jobs: Arc<dyn JobSet>,
        settings: Settings,
        stop: watch::Receiver<bool>,
    ) -> (Self, Tasks) {
        let (endings, to_end) = mpsc::unbounded_channel();
        let (requests, to_serve) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            kinds: jobs.kinds(),
            lanes: jobs.lanes(),
            pool,
            worker,
            jobs,
            settings,
            news: watch::Sender::default(),
            endings,
            held: Mutex::default(),
            released: Notify::new(),
            pace: Pace::default(),
            breaker: Breaker::default(),
        });
        let tasks = Tasks {
            claimer: tokio::spawn(claimer::run(shared.clone(), to_serve, stop)),
            others: vec![
                tokio::spawn(finisher::run(shared.clone(), to_end)),
                tokio::spawn(lease::run(shared.clone())),
                tokio::spawn(wake::run(shared.clone())),
            ],
        };
        (Ledger { shared, requests }, tasks)
    }

    /// The next job for a worker; never, once the process is stopping.
    pub async fn next(&self) -> Arc<Held> {
        let (request, held) = oneshot::channel();
        // A claimer that has stopped is found out by the answer that does not come.
        let _ = self.requests.send(request);
        match held.await {
            Ok(held) => held,
            Err(_) => std::future::pending().await,
        }
    }

    /// A job that a worker was handed.
    pub fn held(&self, id: &Uuid) -> Option<Arc<Held>> {
        self.shared.held().get(id).cloned()
    }

    /// Notes how long a job waited and ran, and how that ended.
    pub fn measure(&self, held: &Held, ran: Duration, ending: &Ending) {
        if let Some(rest) = self.shared.breaker.note(&held.claim.kind, ending, self.shared.settings.longest_rest) {
            self.shared.clone().wake_after(rest);
        }
        let failed = matches!(ending, Ending::Retry(..) | Ending::Failed(_));
        if !matches!(ending, Ending::Postponed(..)) {
            self.shared.pace.add(&held.claim.kind, held.claim.waited, ran, failed);
        }
    }

    /// Writes what was noted since the last heartbeat: before a stop.
    pub async fn write_pace(&self) -> Result<(), sqlx::Error> {
        self.shared.pace.flush(&self.shared.pool).await
    }

    /// Has a job ended, and kept until that is done.
    pub fn end(&self, held: Arc<Held>, ending: Ending) {
        self.shared.end(held, ending);
    }

    /// After the signal to stop: waits until nothing is held any more.
    pub async fn drained(&self, tasks: &mut Tasks) {
        // Its end means that no claim is under way; an error is its panic, which ends it too.
        let _ = (&mut tasks.claimer).await;
        loop {
            let released = self.shared.released.notified();
            if self.shared.held().is_empty() {
                return;
            }
            released.await;
        }
    }

    /// Gives back what is still held, and says how much that was.
    pub async fn give_back(&self) -> Result<usize, sqlx::Error> {
        let held: Vec<_> = self.shared.held().values().cloned().collect();
        for held in &held {
            let mut conn = self.shared.pool.acquire().await?;
            settle::put_back(&mut conn, &held.claim, settle::Outcome::Returned, None, Duration::ZERO).await?;
            self.shared.release(held);
        }
        sqlx::query!("SELECT pg_notify($1, '')", CHANNEL).execute(&self.shared.pool).await?;
        Ok(held.len())
    }
}

impl Tasks {
    /// Ends every task at once.
    pub fn abort(&self) {
        self.claimer.abort();
        self.others.iter().for_each(JoinHandle::abort);
    }
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Held>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_full(&self) -> bool {
        self.held().len() >= HELD_BY_SLOT * self.settings.workers.max(1) as usize
    }

    fn hold(&self, held: &Arc<Held>) {
        self.held().insert(held.claim.id, held.clone());
    }

    fn release(&self, held: &Held) {
        self.held().remove(&held.claim.id);
        self.released.notify_waiters();
    }

    /// Something may be due, in whatever lane.
    fn wake(&self) {
        self.news.send_modify(|news| news.anywhere = true);
    }

    /// What falls due without a notification is looked for then.
    fn wake_after(self: Arc<Self>, wait: Duration) {
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            self.wake();
        });
    }

    fn end(&self, held: Arc<Held>, ending: Ending) {
        // The receiver lives as long as the process.
        let _ = self.endings.send((held, ending));
    }
}
