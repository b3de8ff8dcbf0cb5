//! The connection pool and the migrations.

mod along_indexes;
pub mod batches;
pub mod check;
pub mod migrations;
mod sentences;

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgPool};

use crate::config::DatabaseConfig;

pub use along_indexes::along_indexes;
pub use migrations::{MIGRATIONS, migrate};
pub use sentences::{Sentences, sentences};

/// For how long a connection that nobody used is taken to work.
const FRESH: Duration = Duration::from_millis(500);

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
        // Whether a connection still works is asked of those alone that were left for a while: the others tell it by failing.
        .test_before_acquire(false)
        .before_acquire(|conn, known| Box::pin(async move { Ok(known.idle_for < FRESH || conn.ping().await.is_ok()) }))
        .acquire_timeout(Duration::from_secs(config.connect_timeout))
        .connect_lazy_with(options))
}
