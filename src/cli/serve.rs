//! Answering visitors.

use ratemyderp::config::{self, Config};
use ratemyderp::storage::Storage;
use ratemyderp::web;

use super::Failure;

pub async fn run() -> Result<(), Failure> {
    let config = Config::load()?;
    let storage = Storage::local(&config.storage.path())?;
    let rocket = web::rocket(config::figment(), config, storage)?;
    rocket.launch().await.map(drop).map_err(|cause| cause.to_string().into())
}
