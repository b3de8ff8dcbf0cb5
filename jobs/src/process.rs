//! A jobs process from start to end: fang's workers over our ledger, the schedules, and a stop that loses nothing.

use std::sync::Arc;
use std::time::Duration;

use log::{info, warn};
use ratemyderp::queue::schedules::Schedule;
use sqlx::PgPool;
use tokio::sync::watch;

use crate::fang_adapter;
use crate::ledger::{Ledger, Settings, lease};
use crate::runnable::JobSet;
use crate::schedule;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Every job that it held has ended.
    Clean,
    /// It held jobs that had to go back into the queue.
    Returned,
}

/// Runs jobs until `stop` yields, then lets those in flight end; a second yield, or the grace running out, gives them back.
/// A database that is away makes it wait, never end. Runs once in a process.
pub async fn run(
    pool: PgPool,
    jobs: Arc<dyn JobSet>,
    settings: Settings,
    schedules: Vec<Schedule>,
    mut stop: impl AsyncFnMut(),
) -> Stopped {
    let kinds = jobs.kinds();
    let worker = tokio::select! {
        worker = register(&pool, settings.workers, &kinds) => worker,
        () = stop() => return Stopped::Clean,
    };
    let (stopping, told) = watch::channel(false);
    let (ledger, mut tasks) = Ledger::start(pool.clone(), worker, jobs, settings, told);
    let ticking = tokio::spawn(schedule::run(pool.clone(), schedules));
    fang_adapter::start_workers(&ledger, settings.workers).await;
    info!("worker {worker} is ready, {} jobs at once", settings.workers);

    stop().await;
    info!("stopping: waiting up to {} s for jobs in flight", settings.grace.as_secs());
    ticking.abort();
    stopping.send_replace(true);
    let stopped = tokio::select! {
        () = ledger.drained(&mut tasks) => Stopped::Clean,
        () = tokio::time::sleep(settings.grace) => give_back(&ledger).await,
        () = stop() => give_back(&ledger).await,
    };
    if let Err(error) = ledger.write_pace().await {
        warn!("how long the last jobs took is not written down: {error}");
    }
    tasks.abort();
    if let Err(error) = lease::sign_off(&pool, worker).await {
        warn!("stopped without saying so: {error}");
    }
    stopped
}

async fn register(pool: &PgPool, slots: u32, kinds: &[String]) -> i64 {
    let mut said = false;
    loop {
        match lease::register(pool, slots, kinds).await {
            Ok(worker) => return worker,
            Err(error) => {
                if !std::mem::replace(&mut said, true) {
                    warn!("waiting for the database: {error}");
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn give_back(ledger: &Ledger) -> Stopped {
    match ledger.give_back().await {
        Ok(0) => return Stopped::Clean,
        Ok(count) => warn!("gave {count} unfinished jobs back"),
        Err(error) => {
            warn!("could not give jobs back, they will be rescued when their lease ends: {error}")
        }
    }
    Stopped::Returned
}
