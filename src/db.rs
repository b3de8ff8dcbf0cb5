//! The connection pool and the migrations.

pub mod check;
pub mod migrations;
mod sentences;

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::config::DatabaseConfig;

pub use migrations::{MIGRATIONS, migrate};
pub use sentences::{Sentences, sentences};

/// A pool that connects when first used, so that a PostgreSQL that is down does not stop a process from starting.
/// `process` is what operators see in `pg_stat_activity`. Fails on a malformed URL only.
pub fn pool(config: &DatabaseConfig, process: &str) -> Result<PgPool, sqlx::Error> {
    let options: PgConnectOptions = config.url.parse()?;
    // Compiling a query takes half a second, and ours read few rows, whatever the planner expects of a plan for all values.
    let options = options.application_name(process).options([
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "60s"),
        ("jit", "off"),
    ]);
    Ok(PgPoolOptions::new()
        .max_connections(config.max_connections)
        .acquire_timeout(Duration::from_secs(config.connect_timeout))
        .connect_lazy_with(options))
}
