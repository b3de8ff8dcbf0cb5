//! Answering visitors.

use ratemyderp::config::{self, Config};
use ratemyderp::storage::Storage;
use ratemyderp::web::{self, Db};
use rocket_db_pools::Database;

use super::Failure;

pub async fn run() -> Result<(), Failure> {
    let config = Config::load()?;
    let storage = Storage::from_config(&config.storage)?;
    let rocket = web::rocket(config::figment(), config, storage)?;
    let stopped = rocket.launch().await.map_err(|cause| cause.to_string())?;
    if let Some(db) = Db::fetch(&stopped) {
        db.pool().close().await;
    }
    Ok(())
}
