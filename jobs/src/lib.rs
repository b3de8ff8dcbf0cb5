//! The separate process that works through the queue: thumbnails, mail, standings, upkeep.

mod context;
mod drain;
mod handler;
mod handlers;
mod ledger;
pub mod process;
pub mod schedule;
mod work;

use async_trait::async_trait;
use ratemyderp::queue::{Job, JobKind, Lane};
use serde::Deserialize;
use serde_json::Value;
use sqlx::{Postgres, Transaction};
use strum::VariantArray;

pub use crate::context::Context;
pub use crate::drain::drain;
pub use crate::handler::{Failure, Handler, Terms};
pub use crate::ledger::{Claim, Settings};

/// The product's jobs.
#[async_trait]
impl Handler for Context {
    fn kinds(&self) -> Vec<String> {
        JobKind::VARIANTS.iter().map(|kind| kind.name().to_owned()).collect()
    }

    fn lanes(&self) -> Vec<String> {
        Lane::VARIANTS.iter().map(|lane| lane.name().to_owned()).collect()
    }

    fn terms(&self, job: &Value, failures: u32) -> Result<Terms, String> {
        let kind = Job::deserialize(job).map_err(|error| error.to_string())?.kind();
        Ok(Terms { timeout: kind.definition().timeout, backoff: kind.backoff(failures) })
    }

    async fn run(&self, claim: &Claim) -> Result<(), Failure> {
        let job = Job::deserialize(&claim.job).map_err(|error| Failure::Hopeless(error.to_string()))?;
        handlers::run(self, claim, &job).await
    }

    async fn gave_up(&self, tx: &mut Transaction<'_, Postgres>, job: &Value, error: &str) -> Result<(), sqlx::Error> {
        match Job::deserialize(job) {
            Ok(job) => handlers::gave_up(tx, &job, error).await,
            Err(_) => Ok(()),
        }
    }
}
