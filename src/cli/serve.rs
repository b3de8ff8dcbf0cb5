//! Answering visitors.

use ratemyderp::config::{self, Config};
use ratemyderp::metrics::flusher::{self, Role};
use ratemyderp::storage::Storage;
use ratemyderp::web::{self, Db};
use rocket_db_pools::Database;

use super::Failure;

pub async fn run() -> Result<(), Failure> {
    let config = Config::load()?;
    let storage = Storage::from_config(&config.storage)?;
    let database = config.database().clone();
    let disks = vec![config.storage.path()];
    let rocket = web::rocket(config::figment(), config, storage)?;
    let figures = flusher::start(&database, Role::Web, disks)?;
    let stopped = rocket.launch().await.map_err(|cause| cause.to_string());
    figures.stop().await;
    let stopped = stopped?;
    if let Some(db) = Db::fetch(&stopped) {
        db.pool().close().await;
    }
    Ok(())
}
