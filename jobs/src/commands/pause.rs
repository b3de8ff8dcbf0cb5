//! `pause` and `resume`: lanes, kinds and schedules.

use std::process::ExitCode;

use chrono::Utc;
use clap::ValueEnum;
use ratemyderp::config::Config;
use ratemyderp::queue::schedules;
use ratemyderp::steering::{self, Reason, Target};
use sqlx::{Connection, PgConnection};

use super::Error;
use super::acting::{Acting, answer};

/// What can be paused.
#[derive(Clone, Copy, ValueEnum)]
enum Noun {
    Lane,
    Kind,
    Schedule,
}

#[derive(clap::Args)]
struct What {
    /// What it is
    noun: Noun,
    /// Its name, as in `lanes`, `schedules` or `list`
    name: String,
}

#[derive(clap::Args)]
pub struct PauseArgs {
    #[command(flatten)]
    what: What,
    /// Why, in a few words: others read it beside the pause, and in the audit log
    #[arg(long)]
    reason: String,
    /// When it ends by itself: `30min`, `2h`, `1day`, `14:30` or `2026-11-25 14:30` (UTC); without it, when somebody resumes it
    #[arg(long, default_value = "")]
    until: String,
    #[command(flatten)]
    acting: Acting,
}

#[derive(clap::Args)]
pub struct ResumeArgs {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    acting: Acting,
}

pub async fn pause(config: &Config, args: &PauseArgs) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let target = args.what.target(config, &mut conn).await?;
    let typed = Reason::parse(&args.reason).and_then(|reason| Ok((reason, steering::until(&args.until, Utc::now())?)));
    let (reason, until) = match typed {
        Ok(typed) => typed,
        Err(wrong) => return answer(&args.acting, Err(wrong), ""),
    };
    let mut tx = conn.begin().await?;
    let done = steering::pause(&mut tx, &args.acting.actor(), &target, &reason, until).await;
    if done.is_ok() {
        tx.commit().await?;
    }
    answer(&args.acting, done, "")
}

pub async fn resume(config: &Config, args: &ResumeArgs) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let target = args.what.target(config, &mut conn).await?;
    let mut tx = conn.begin().await?;
    let done = steering::resume(&mut tx, &args.acting.actor(), &target, None).await;
    if done.is_ok() {
        tx.commit().await?;
    }
    answer(&args.acting, done, "")
}

impl What {
    async fn target(&self, config: &Config, conn: &mut PgConnection) -> Result<Target, Error> {
        let (noun, found) = match self.noun {
            Noun::Lane => ("lane", Target::lane(conn, &self.name).await?),
            Noun::Kind => ("kind", Target::kind(conn, &self.name).await?),
            Noun::Schedule => ("schedule", Target::schedule(&schedules::all(&config.jobs), &self.name)),
        };
        found.ok_or_else(|| format!("there is no {noun} {:?}", self.name).into())
    }
}
