//! `quiet` and `unquiet`: workers that take nothing new.

use std::process::ExitCode;

use ratemyderp::config::Config;
use ratemyderp::steering;
use sqlx::Connection;

use super::Error;
use super::acting::{Acting, answer};

#[derive(clap::Args)]
pub struct Args {
    /// The worker's number, as in `workers`
    worker: i64,
    #[command(flatten)]
    acting: Acting,
}

pub async fn run(config: &Config, args: &Args, quiet: bool) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let mut tx = conn.begin().await?;
    let actor = args.acting.actor();
    let done = match quiet {
        true => steering::quiet(&mut tx, &actor, args.worker).await,
        false => steering::unquiet(&mut tx, &actor, args.worker).await,
    };
    if done.is_ok() {
        tx.commit().await?;
    }
    answer(&args.acting, done, &format!("there is no worker {}", args.worker))
}
