//! What handlers work with.

use std::sync::Arc;

use ratemyderp::config::{Config, JobsConfig};
use ratemyderp::mail::Mailer;
use ratemyderp::storage::Storage;
use sqlx::PgPool;
use tokio::sync::Semaphore;

/// What handlers work with: one in a process.
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
    pub(crate) images: Arc<Semaphore>,
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
