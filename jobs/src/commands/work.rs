//! `work`: run jobs until told to stop.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use ratemyderp::alerts;
use ratemyderp::config::Config;
use ratemyderp::metrics::flusher::{self, Role};
use ratemyderp::metrics::influx::shipper;
use ratemyderp::metrics::system::Watched;
use ratemyderp::queue::schedules;
use ratemyderp_jobs::process::{self, Stopped};
use ratemyderp_jobs::{Context, Settings};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Mutex;

use super::Error;

pub async fn run(config: &Config) -> Result<ExitCode, Error> {
    super::log::start();
    let jobs = &config.jobs;
    let settings = Settings {
        workers: jobs.workers,
        lease: Duration::from_secs(jobs.lease_seconds.max(1).into()),
        poll: Duration::from_secs(jobs.poll_seconds.max(1).into()),
        grace: Duration::from_secs(jobs.grace_seconds.into()),
        longest_rest: Duration::from_secs(jobs.longest_rest_seconds.into()),
    };
    let context = Context::from_config(config)?;
    let signals = Mutex::new((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?));
    let stop = async || {
        let (terminate, interrupt) = &mut *signals.lock().await;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    let schedules = schedules::all(jobs);
    if let Some(watching) = alerts::watch(context.pool.clone(), config.clone())? {
        tokio::spawn(watching);
    }
    let limits = &config.alerts.system;
    let watched = Watched {
        disks: vec![config.storage.path()],
        backup: limits.backup_mark().map(Into::into),
        certificate: limits.certificate_of().map(Into::into),
    };
    let figures = flusher::start(config.database(), Role::Jobs, watched)?;
    let shipping = shipper::start(config.database(), &config.influxdb)?;
    let stopped = process::run(context.pool.clone(), Arc::new(context), settings, schedules, stop).await;
    figures.stop().await;
    if let Some(shipping) = shipping {
        shipping.stop().await;
    }
    match stopped {
        Stopped::Clean => Ok(ExitCode::SUCCESS),
        Stopped::Returned => Ok(ExitCode::from(3)),
    }
}
