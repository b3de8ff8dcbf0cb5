//! One file for each command.

mod acting;
pub mod concurrency;
mod confirm;
pub mod errors;
pub mod list;
mod log;
pub mod operate;
pub mod pause;
pub mod quiet;
pub mod schedules;
pub mod show;
pub mod status;
mod table;
pub mod work;
pub mod workers;

use ratemyderp::config::Config;
use sqlx::{Connection, PgConnection};

/// Whatever went wrong, in words for whoever typed the command.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

async fn connect(config: &Config) -> Result<PgConnection, Error> {
    PgConnection::connect(&config.database().url).await.map_err(|error| format!("no database: {error}").into())
}
