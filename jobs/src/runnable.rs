//! What the ledger needs to know of the jobs that it runs. Tests bring jobs of their own.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use sqlx::{Postgres, Transaction};

use crate::claim::Claim;
use crate::failure::Failure;

/// The jobs that a process can run.
pub trait JobSet: Send + Sync + 'static {
    /// Their kinds; all others are left to processes that know them.
    fn kinds(&self) -> Vec<String>;

    /// The lanes that they wait in.
    fn lanes(&self) -> Vec<String>;

    /// Reads a job's arguments, once for each claim. The error says what is wrong with them.
    fn decode(&self, arguments: &Value) -> Result<Arc<dyn Runnable>, String>;
}

/// A job whose arguments were read.
#[async_trait]
pub trait Runnable: Send + Sync {
    /// How long one attempt may take.
    fn timeout(&self) -> Duration;

    /// How long to wait after so many failed attempts, before jitter.
    fn backoff(&self, failures: u32) -> Duration;

    /// One attempt.
    async fn run(&self, claim: &Claim) -> Result<(), Failure>;

    /// The job has failed for good, with this error at last: what that means to the domain, in the transaction that says so.
    async fn gave_up(&self, tx: &mut Transaction<'_, Postgres>, error: &str) -> Result<(), sqlx::Error>;

    /// An operator has ended it, for this reason: likewise. True when it is right that it never runs; otherwise it counts as failed
    /// until somebody sees to it.
    async fn stopped(&self, tx: &mut Transaction<'_, Postgres>, reason: &str) -> Result<bool, sqlx::Error> {
        self.gave_up(tx, reason).await.map(|()| true)
    }
}
