//! Answering visitors.

use ratemyderp::config::{self, Config};
use ratemyderp::metrics::flusher::{self, Role};
use ratemyderp::metrics::recorder;
use ratemyderp::metrics::system::Watched;
use ratemyderp::storage::Storage;
use ratemyderp::web::{self, Db, Files};
use rocket_db_pools::Database;

use super::Failure;

pub async fn run() -> Result<(), Failure> {
    let config = Config::load()?;
    let storage = Storage::from_config(&config.storage)?;
    let database = config.database().clone();
    let watched = Watched { disks: vec![config.storage.path()], ..Watched::default() };
    let gather = config.figures.gather;
    let files = Files::load(&config.assets)?;
    let rocket = web::rocket(config::figment(), config, files, storage)?;
    let figures = match gather {
        true => Some(flusher::start(&database, Role::Web, watched)?),
        false => {
            recorder().rest();
            None
        }
    };
    let stopped = rocket.launch().await.map_err(|cause| cause.to_string());
    if let Some(figures) = figures {
        figures.stop().await;
    }
    let stopped = stopped?;
    if let Some(db) = Db::fetch(&stopped) {
        db.pool().close().await;
    }
    Ok(())
}
