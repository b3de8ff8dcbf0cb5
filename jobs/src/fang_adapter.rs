//! fang's worker pool over our ledger: the one file that knows fang.
//!
//! fang asks for a task, reads a runnable from its metadata, runs it, and says how that ended. Ours carries nothing but the
//! claim's id: the job was read when it was claimed, and the run itself tells the ledger how it ended.

use std::sync::OnceLock;
use std::time::Instant;

use async_trait::async_trait;
use chrono::Utc;
use fang::{
    AsyncQueueError, AsyncQueueable, AsyncRunnable, AsyncWorkerPool, FangError, FangTaskState, RetentionMode, Task,
    typetag,
};
use log::warn;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::attempt;
use crate::ledger::{Held, Ledger};

/// fang gives a runnable nothing but its metadata, so the ledger of the process has to be found here.
static LEDGER: OnceLock<Ledger> = OnceLock::new();

/// Starts so many workers over this ledger: once in a process.
pub(crate) async fn start_workers(ledger: &Ledger, count: u32) {
    if LEDGER.set(ledger.clone()).is_err() {
        warn!("a second queue in one process: its jobs will not run");
    }
    AsyncWorkerPool::<Queue>::builder()
        .number_of_workers(count)
        .queue(Queue(ledger.clone()))
        .retention_mode(RetentionMode::KeepAll)
        .build()
        .start()
        .await;
}

/// What fang runs: the one runnable, whatever the job. Tagged `Work`, as the arguments in the table are.
#[derive(Serialize, Deserialize)]
struct Work {
    claim: Uuid,
}

#[typetag::serde]
#[async_trait]
impl AsyncRunnable for Work {
    async fn run(&self, _: &dyn AsyncQueueable) -> Result<(), FangError> {
        let ledger = LEDGER.get();
        let Some((ledger, held)) = ledger.and_then(|ledger| Some((ledger, ledger.held(&self.claim)?))) else {
            return Err(FangError { description: "this job was not claimed by this process".to_owned() });
        };
        let started = Instant::now();
        let result = attempt::run(&held).await;
        let ending = attempt::ending(&held, &result);
        ledger.measure(&held, started.elapsed(), &ending);
        ledger.end(held, ending);
        Ok(())
    }
}

/// The ledger as fang's pool sees it; each worker has a clone. fang stops a worker for good when one of these returns an error,
/// so those that a worker calls never do. Whatever fang would use to add or remove jobs is refused; jobs enter through
/// `queue::enqueue`.
#[derive(Clone)]
struct Queue(Ledger);

#[async_trait]
impl AsyncQueueable for Queue {
    async fn fetch_and_touch_task(&self, _: Option<String>) -> Result<Option<Task>, AsyncQueueError> {
        Ok(Some(task(&*self.0.next().await)))
    }

    /// Its run has ended it already.
    async fn update_task_state(&self, task: &Task, _: FangTaskState) -> Result<Task, AsyncQueueError> {
        Ok(task.clone())
    }

    async fn fail_task(&self, task: &Task, error: &str) -> Result<Task, AsyncQueueError> {
        warn!("fang cannot run the task {}: {error}", task.id);
        Ok(task.clone())
    }

    async fn schedule_retry(&self, task: &Task, _: u32, error: &str) -> Result<Task, AsyncQueueError> {
        self.fail_task(task, error).await
    }

    async fn find_task_by_id(&self, _: &Uuid) -> Result<Task, AsyncQueueError> {
        Err(not_here())
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

/// A claim as fang's worker takes it.
fn task(held: &Held) -> Task {
    let now = Utc::now();
    Task {
        id: held.claim.id,
        metadata: json!({ "type": "Work", "claim": held.claim.id.to_string() }),
        error_message: None,
        state: FangTaskState::InProgress,
        task_type: held.claim.kind.clone(),
        uniq_hash: held.claim.unique.clone(),
        retries: held.claim.failures,
        scheduled_at: now,
        created_at: now,
        updated_at: now,
    }
}

fn not_here() -> AsyncQueueError {
    AsyncQueueError::ResultError { expected: 1, found: 0 }
}
