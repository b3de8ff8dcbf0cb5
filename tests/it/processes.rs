//! Both programs as processes, on real sockets: several at once, killed, stopped, fed rubbish, without their database.

mod accounts;
mod alerts;
mod bad_hour;
mod cluster;
mod commands;
mod corpus;
mod crowd;
mod figures;
mod installation;
mod killed;
mod mail;
mod members;
mod process;
mod proxies;
mod restarted;
mod rubbish;
mod stopped;
mod together;
mod uploads;
mod visitor;

use std::time::{Duration, Instant};

/// Waits for what is bound to come; the limit only ends a test that would hang.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < Duration::from_secs(120), "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
