//! What the ledger needs to know of the jobs that it runs: everything else about them is the handler's.

use std::time::Duration;

use async_trait::async_trait;
use ratemyderp::{error, storage};
use serde_json::Value;
use sqlx::{Postgres, Transaction};

use crate::ledger::Claim;

/// Runs jobs. Arguments travel as JSON, so that a test can bring kinds of its own.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// The kinds that this process can run; all others are left to processes that can.
    fn kinds(&self) -> Vec<String>;

    /// The lanes that they wait in.
    fn lanes(&self) -> Vec<String>;

    /// Reads the arguments, and says how to treat the job, of which so many attempts have failed. The error says what is
    /// wrong with the arguments.
    fn terms(&self, job: &Value, failures: u32) -> Result<Terms, String>;

    /// One attempt.
    async fn run(&self, claim: &Claim) -> Result<(), Failure>;

    /// The job has failed for good, with this error at last: what that means to the domain, in the transaction that says so.
    async fn gave_up(&self, tx: &mut Transaction<'_, Postgres>, job: &Value, error: &str) -> Result<(), sqlx::Error>;
}

/// How a job is treated.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How long to wait after the last of those failures, before jitter.
    pub backoff: Duration,
}

/// Why an attempt did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It may go better another time.
    Retry(String),
    /// It can never succeed.
    Hopeless(String),
    /// The job is somebody else's by now, or has ended: whatever was done must not be published.
    Lost,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Retry(why) | Failure::Hopeless(why) => f.write_str(why),
            Failure::Lost => f.write_str("its lease was lost"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Failure::Retry(format!("database: {error}"))
    }
}

impl From<storage::Error> for Failure {
    fn from(error: storage::Error) -> Self {
        Failure::Retry(format!("storage: {error}"))
    }
}

impl From<error::Error> for Failure {
    fn from(error: error::Error) -> Self {
        Failure::Retry(error.to_string())
    }
}
