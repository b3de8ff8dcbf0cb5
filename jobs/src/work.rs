//! What fang runs: the one runnable, whatever the job.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use chrono::Utc;
use fang::{AsyncQueueable, AsyncRunnable, FangError, FangTaskState, Task, typetag};
use log::{info, warn};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::handler::{Failure, Handler};
use crate::ledger::{Claim, Ledger};

/// fang gives a runnable nothing but its stored arguments, so the ledger of the process has to be found here.
pub(crate) static LEDGER: OnceLock<Ledger> = OnceLock::new();

/// A job as fang stores it; `queue::enqueue` writes the same shape.
#[derive(Serialize, Deserialize)]
struct Work {
    job: Value,
    /// Set when the job is handed to a worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claim: Option<Uuid>,
}

/// A claim as fang's worker takes it.
pub(crate) fn task(claim: &Claim) -> Task {
    let mut metadata = ratemyderp::queue::stored(&claim.job);
    metadata["claim"] = Value::String(claim.id.to_string());
    let now = Utc::now();
    Task {
        id: claim.id,
        metadata,
        error_message: None,
        state: FangTaskState::InProgress,
        task_type: claim.kind.clone(),
        uniq_hash: claim.unique.clone(),
        retries: claim.failures,
        scheduled_at: now,
        created_at: now,
        updated_at: now,
    }
}

impl Work {
    fn held(&self) -> Option<(Arc<Claim>, Arc<dyn Handler>)> {
        let ledger = LEDGER.get()?;
        Some((ledger.claim(self.claim.as_ref()?)?, ledger.shared.handler.clone()))
    }
}

#[typetag::serde]
#[async_trait]
impl AsyncRunnable for Work {
    async fn run(&self, _: &dyn AsyncQueueable) -> Result<(), FangError> {
        let Some((claim, handler)) = self.held() else {
            return Err(FangError { description: "this job was not claimed by this process".to_owned() });
        };
        match execute(handler, claim).await {
            Ok(()) | Err(Failure::Lost) => Ok(()),
            Err(failure) => Err(FangError { description: failure.to_string() }),
        }
    }

    /// fang retries while fewer attempts than this have failed before.
    fn max_retries(&self) -> i32 {
        match self.held() {
            Some((claim, _)) if claim.is_last() => 0,
            _ => i32::MAX,
        }
    }

    /// The ledger works out the wait itself, in fractions of a second.
    fn backoff(&self, _: u32) -> u32 {
        0
    }
}

/// One attempt, with its time limit; a panic is a failure like any other.
pub(crate) async fn execute(handler: Arc<dyn Handler>, claim: Arc<Claim>) -> Result<(), Failure> {
    let limit = handler.terms(&claim.job, 0).map_err(Failure::Hopeless)?.timeout;
    let started = std::time::Instant::now();
    let mut attempt = {
        let claim = claim.clone();
        tokio::spawn(async move { handler.run(&claim).await })
    };
    let result = match tokio::time::timeout(limit, &mut attempt).await {
        Ok(Ok(result)) => result,
        Ok(Err(join)) => Err(Failure::Retry(panic_message(join))),
        Err(_) => {
            attempt.abort();
            Err(Failure::Retry(format!("it took longer than {}", seconds(limit))))
        }
    };
    let Claim { number, kind, attempt, .. } = &*claim;
    match &result {
        Ok(()) => info!("job {number} ({kind}) finished in {:.0?}", started.elapsed()),
        Err(Failure::Hopeless(why)) => {
            claim.give_up_hope();
            warn!("job {number} ({kind}) failed: {why}");
        }
        Err(Failure::Retry(why)) => {
            warn!("job {number} ({kind}) failed at attempt {attempt}: {why}")
        }
        Err(Failure::Lost) => {
            claim.leave();
            warn!("job {number} ({kind}) is no longer ours at attempt {attempt}: what it did was dropped");
        }
    }
    result
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
