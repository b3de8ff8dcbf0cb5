//! The separate process that works through the queue: thumbnails, mail, standings, upkeep.

mod blobs;
mod drain;
mod handler;
mod images;
mod leaving;
mod ledger;
mod mail;
mod previews;
pub mod process;
mod ranking;
mod relocation;
mod reports;
mod rerender;
pub mod schedule;
mod thumbnails;
mod upkeep;
mod work;

use std::sync::Arc;

use async_trait::async_trait;
use ratemyderp::config::{Config, JobsConfig};
use ratemyderp::mail::Mailer;
use ratemyderp::queue::Job;
use ratemyderp::storage::Storage;
use serde::Deserialize;
use serde_json::Value;
use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::Semaphore;

pub use crate::drain::drain;
pub use crate::handler::{Failure, Handler, Terms};
pub use crate::ledger::{Claim, Settings};

/// What handlers work with.
#[derive(Debug, Clone)]
pub struct Context {
    /// The database.
    pub pool: PgPool,
    /// Originals and renditions.
    pub storage: Storage,
    /// How mail leaves.
    pub mailer: Mailer,
    /// `[default.jobs]`.
    pub config: JobsConfig,
    /// Memory for images, one permit for each MiB.
    images: Arc<Semaphore>,
}

impl Context {
    /// The context of a process; fails on settings that cannot be used and folders that cannot be made.
    pub fn from_config(config: &Config) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut database = config.database().clone();
        // A connection for every worker, and a few for claiming, ending, leases and schedules.
        database.max_connections = config.jobs.workers + 4;
        let pool = ratemyderp::db::pool(&database, "ratemyderp-jobs")?;
        let storage = Storage::from_config(&config.storage)?;
        Ok(Self::new(pool, storage, Mailer::from_config(config)?, config.jobs.clone()))
    }

    /// A context over anything.
    pub fn new(pool: PgPool, storage: Storage, mailer: Mailer, config: JobsConfig) -> Self {
        let images = Arc::new(Semaphore::new(config.image_memory_mib as usize));
        Context { pool, storage, mailer, config, images }
    }
}

/// Runs one job. Every effect is fenced by the claim or safe to repeat; a row that has vanished is a success.
pub async fn handle(ctx: &Context, claim: &Claim, job: Job) -> Result<(), Failure> {
    match job {
        Job::Thumbnail { submission } => thumbnails::make(ctx, claim, submission).await,
        Job::Preview { draft } => previews::make(ctx, claim, draft).await,
        Job::Relocate { submission } => relocation::relocate(ctx, claim, submission).await,
        Job::Rerender => rerender::run(ctx, claim).await,
        Job::Erase { submission } => upkeep::erase(ctx, claim, submission).await,
        Job::Mail { mail, .. } => mail::send(ctx, claim, mail).await,
        Job::Digests => reports::digests(ctx, claim).await,
        Job::Forget => leaving::forget(ctx).await,
        Job::Rank => ranking::work_out(ctx, claim).await,
        Job::Prune => upkeep::prune(ctx).await,
        Job::Discard => blobs::discard(ctx).await,
        Job::Sweep => blobs::sweep(ctx, claim).await,
    }
}

/// The product's jobs.
#[async_trait]
impl Handler for Context {
    fn kinds(&self) -> Vec<String> {
        Job::KINDS.iter().map(|&kind| kind.to_owned()).collect()
    }

    fn lanes(&self) -> Vec<String> {
        Job::LANES.iter().map(|&lane| lane.to_owned()).collect()
    }

    fn terms(&self, job: &Value, failures: u32) -> Result<Terms, String> {
        let job = Job::deserialize(job).map_err(|error| error.to_string())?;
        Ok(Terms { timeout: job.timeout(), backoff: job.backoff(failures) })
    }

    async fn run(&self, claim: &Claim) -> Result<(), Failure> {
        let job = Job::deserialize(&claim.job).map_err(|error| Failure::Hopeless(error.to_string()))?;
        handle(self, claim, job).await
    }

    async fn gave_up(&self, tx: &mut Transaction<'_, Postgres>, job: &Value, error: &str) -> Result<(), sqlx::Error> {
        match Job::deserialize(job) {
            Ok(Job::Mail { mail, .. }) => mail::gave_up(tx, mail, error).await,
            Ok(Job::Thumbnail { submission }) => thumbnails::gave_up(tx, submission).await,
            _ => Ok(()),
        }
    }
}
