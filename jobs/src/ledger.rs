//! Our queue under fang's worker pool. fang's own loses and doubles jobs; this one takes them with a lease and a fence.
//!
//! One task of the process claims ([`claimer`]), one ends ([`finisher`]), one keeps the leases ([`lease`]), one listens
//! ([`wake`]); the workers hold no connection. A clone of the ledger is one worker's handle.

mod claim;
mod claimer;
mod finisher;
pub(crate) mod lease;
pub(crate) mod settle;
mod wake;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use fang::{AsyncQueueError, AsyncQueueable, AsyncRunnable, FangTaskState, Task};
use log::warn;
use ratemyderp::queue::CHANNEL;
use sqlx::PgPool;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

pub use self::claim::Claim;
pub(crate) use self::claim::take;
use self::claimer::Request;
use self::finisher::Ending;
use crate::handler::Handler;

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
}

/// The queue as one process sees it.
#[derive(Clone)]
pub(crate) struct Ledger {
    pub shared: Arc<Shared>,
    requests: mpsc::UnboundedSender<Request>,
}

/// What the tasks of a process share.
pub(crate) struct Shared {
    pub pool: PgPool,
    pub worker: i64,
    pub handler: Arc<dyn Handler>,
    pub settings: Settings,
    kinds: Vec<String>,
    lanes: Vec<String>,
    wake: Notify,
    endings: mpsc::UnboundedSender<(Arc<Claim>, Ending)>,
    held: Mutex<HashMap<Uuid, Arc<Claim>>>,
    released: Notify,
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
        handler: Arc<dyn Handler>,
        settings: Settings,
        stop: watch::Receiver<bool>,
    ) -> (Self, Tasks) {
        let (endings, to_end) = mpsc::unbounded_channel();
        let (requests, to_serve) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            kinds: handler.kinds(),
            lanes: handler.lanes(),
            pool,
            worker,
            handler,
            settings,
            wake: Notify::new(),
            endings,
            held: Mutex::default(),
            released: Notify::new(),
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

    /// The claim that a worker was handed.
    pub fn claim(&self, id: &Uuid) -> Option<Arc<Claim>> {
        self.shared.held().get(id).cloned()
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
        for claim in &held {
            let mut conn = self.shared.pool.acquire().await?;
            settle::put_back(&mut conn, claim, settle::Outcome::Returned, None, Duration::ZERO).await?;
            self.shared.release(claim);
        }
        sqlx::query!("SELECT pg_notify($1, '')", CHANNEL).execute(&self.shared.pool).await?;
        Ok(held.len())
    }

    fn end(&self, task: &Task, ending: Ending) -> Task {
        match self.claim(&task.id) {
            Some(claim) if claim.is_settled() => self.shared.end(claim, Ending::Settled),
            Some(claim) => self.shared.end(claim, ending),
            None => warn!("fang ended the job {}, which is not held here", task.id),
        }
        task.clone()
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
    fn held(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Claim>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self, claim: &Arc<Claim>) {
        self.held().insert(claim.id, claim.clone());
    }

    fn release(&self, claim: &Claim) {
        self.held().remove(&claim.id);
        self.released.notify_waiters();
    }

    fn end(&self, claim: Arc<Claim>, ending: Ending) {
        // The receiver lives as long as the process.
        let _ = self.endings.send((claim, ending));
    }
}

/// fang stops a worker for good when one of these returns an error, so none ever does: they hand over to the finisher.
/// Whatever fang would use to add or remove jobs is refused; jobs enter through `queue::enqueue`.
#[async_trait]
impl AsyncQueueable for Ledger {
    async fn fetch_and_touch_task(&self, _: Option<String>) -> Result<Option<Task>, AsyncQueueError> {
        let (request, claim) = oneshot::channel();
        let _ = self.requests.send(request);
        match claim.await {
            Ok(claim) => Ok(Some(crate::work::task(&claim))),
            // The claimer has stopped: wait for the end of the process.
            Err(_) => std::future::pending().await,
        }
    }

    async fn update_task_state(&self, task: &Task, _: FangTaskState) -> Result<Task, AsyncQueueError> {
        Ok(self.end(task, Ending::Finished))
    }

    async fn fail_task(&self, task: &Task, error: &str) -> Result<Task, AsyncQueueError> {
        Ok(self.end(task, Ending::Failed(error.to_owned())))
    }

    async fn schedule_retry(&self, task: &Task, _: u32, error: &str) -> Result<Task, AsyncQueueError> {
        let wait = self.claim(&task.id).map_or(Duration::ZERO, |claim| settle::wait(&*self.shared.handler, &claim));
        Ok(self.end(task, Ending::Retry(error.to_owned(), wait)))
    }

    async fn find_task_by_id(&self, id: &Uuid) -> Result<Task, AsyncQueueError> {
        self.claim(id).map(|claim| crate::work::task(&claim)).ok_or_else(not_here)
    }

    async fn insert_task(&self, _: &dyn AsyncRunnable) -> Result<Task, AsyncQueueError> {
        Err(not_here())
    }

    async fn schedule_task(&self, _: &dyn AsyncRunnable) -> Result<Task, AsyncQueueError> {
        Err(not_here())
    }

    async fn remove_all_tasks(&self) -> Result<u64, AsyncQueueError> {
        Err(not_here())
    }

    async fn remove_all_scheduled_tasks(&self) -> Result<u64, AsyncQueueError> {
        Err(not_here())
    }

    async fn remove_task(&self, _: &Uuid) -> Result<u64, AsyncQueueError> {
        Err(not_here())
    }

    async fn remove_task_by_metadata(&self, _: &dyn AsyncRunnable) -> Result<u64, AsyncQueueError> {
        Err(not_here())
    }

    async fn remove_tasks_type(&self, _: &str) -> Result<u64, AsyncQueueError> {
        Err(not_here())
    }
}

fn not_here() -> AsyncQueueError {
    AsyncQueueError::ResultError { expected: 1, found: 0 }
}
