//! `concurrency`: how many jobs of a lane may run at once.

use std::process::ExitCode;

use ratemyderp::config::Config;
use ratemyderp::steering::{self, Concurrency};
use sqlx::Connection;

use super::Error;
use super::acting::{Acting, answer};

#[derive(clap::Args)]
pub struct Args {
    /// The lane, as in `lanes`
    lane: String,
    /// At most so many at once, over all processes: 1 to 1000, or `none` for no limit
    concurrency: String,
    #[command(flatten)]
    acting: Acting,
}

pub async fn run(config: &Config, args: &Args) -> Result<ExitCode, Error> {
    let typed = if args.concurrency == "none" { "" } else { &args.concurrency };
    let wanted = match Concurrency::parse(typed) {
        Ok(wanted) => wanted,
        Err(wrong) => return answer(&args.acting, Err(wrong), ""),
    };
    let mut conn = super::connect(config).await?;
    let mut tx = conn.begin().await?;
    let done = steering::set_concurrency(&mut tx, &args.acting.actor(), &args.lane, None, wanted).await;
    if done.is_ok() {
        tx.commit().await?;
    }
    answer(&args.acting, done, &format!("there is no lane {:?}", args.lane))
}
