//! Alerts: what is wrong is told to whoever keeps the site running, by mail and webhook. They are no jobs, since a queue that does
//! badly could not tell of itself: every web and jobs process looks, and whoever holds the lock speaks for all.
//!
//! What is seen in two rounds in a row fires and is told, what is not seen in two is resolved and told, and what stays is told
//! again after some hours. A message stands in the database before it is sent and is noted as sent afterwards: whoever is killed in
//! between leaves it to be sent once more, under the same id. So each is told at least once, and mostly once.
//!
//! While the database is away nobody can look. That is what the heartbeat is for: it is missed by whoever watches it.

mod findings;
pub mod history;
mod messages;
mod outlets;
mod record;
mod round;
pub mod silence;

use std::time::Duration;

use log::{info, warn};
use sqlx::PgPool;

use crate::config::Config;

pub use self::findings::{Finding, WatchedRule, rules};
pub use self::messages::write_test;
pub use self::outlets::Outlets;
pub use self::round::look;

/// Days after which what is over is forgotten.
pub const KEPT_DAYS: i32 = 90;

/// Looks every so often for as long as it is polled. The error says which setting is wrong; nothing when this process takes no part.
pub fn watch(pool: PgPool, config: Config) -> Result<Option<impl Future<Output = ()> + Send>, String> {
    let every = Duration::from_secs(config.alerts.every_seconds.into());
    if every.is_zero() {
        return Ok(None);
    }
    let outlets = Outlets::from_config(&config)?;
    Ok(Some(async move {
        let mut looks = tokio::time::interval(every);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // A process that starts leaves the first round to those that run.
        looks.tick().await;
        let mut away = false;
        loop {
            looks.tick().await;
            match look(&pool, &config, &outlets, every).await {
                Ok(_) if std::mem::take(&mut away) => info!("alerts are looked for again"),
                Ok(_) => {}
                Err(sqlx::Error::PoolClosed) => return,
                Err(error) if !std::mem::replace(&mut away, true) => warn!("nobody looks for alerts: {error}"),
                Err(_) => {}
            }
        }
    }))
}
