//! Figures, and the InfluxDB that gets them too.

use std::io::IsTerminal;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use ratemyderp::config::Config;
use ratemyderp::metrics::influx::check::{self, Mark};
use ratemyderp::metrics::influx::{Client, Token, backfill};
use ratemyderp::metrics::rollup;

use super::{Code, Failure};

/// For one request while many are made.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Say whether writing to InfluxDB and reading from it work, and what is wrong
    ///
    /// Writes a point of the measurement `check` into each bucket, with the hour as its time, and reads it again. Run it with the
    /// settings of the jobs process (which may write), of a web process (which may read), or with both tokens.
    #[command(
        after_help = "Exit codes: 0 all works, 1 something does not (each is said in a sentence), 2 wrong usage, 3 there is no InfluxDB in the settings."
    )]
    Check,
    /// Add up minutes and hours once more, and send them to InfluxDB
    ///
    /// For an InfluxDB that is new, or that slept for longer than its own tasks look back: minutes are kept for 14 days, hours for ever.
    /// Doing it again changes nothing. Without an InfluxDB in the settings, PostgreSQL's own minutes and hours of the last 48 hours are
    /// added up again.
    Backfill(Backfill),
}

#[derive(Args)]
struct Backfill {
    /// From when on, as 2026-11-25T14:00:00Z; 48 hours ago unless given
    #[arg(long, value_name = "TIME")]
    from: Option<DateTime<Utc>>,
    /// Until when; now unless given
    #[arg(long, value_name = "TIME")]
    to: Option<DateTime<Utc>>,
}

pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.action {
        Action::Check => look().await,
        Action::Backfill(wanted) => fill(&wanted).await,
    }
}

async fn look() -> Result<(), Failure> {
    let config = Config::load()?;
    if config.influxdb.url().is_none() {
        return Err(Code::new(
            3,
            "there is no InfluxDB in the settings (influxdb.url): all figures are in PostgreSQL.",
        )
        .into());
    }
    let now = Utc::now();
    let mut found = check::check(&config.influxdb, now).await;
    let (_, pool) = super::start()?;
    match pool.acquire().await {
        Ok(mut conn) => found.push(check::sending(&mut conn, &config.influxdb, now).await?),
        Err(cause) => println!("note   How sending goes is not known: {cause}."),
    }
    for finding in &found {
        println!("{}  {}", finding.mark.word(), finding.text);
    }
    match found.iter().filter(|finding| finding.mark == Mark::Wrong).count() {
        0 => Ok(()),
        1 => Err("one thing is wrong, as said above.".into()),
        count => Err(format!("{count} things are wrong, as said above.").into()),
    }
}

async fn fill(wanted: &Backfill) -> Result<(), Failure> {
    let now = Utc::now();
    let (from, to) = (wanted.from.unwrap_or(now - TimeDelta::hours(48)), wanted.to.unwrap_or(now).min(now));
    if from >= to {
        return Err(Code::new(2, "--from lies behind --to, or in the future.").into());
    }
    let (config, pool) = super::start()?;
    let client = Client::from_config(&config.influxdb, Token::Write, PATIENCE)?;
    let mut conn = pool.acquire().await?;
    sqlx::query("SET statement_timeout = 0").execute(&mut *conn).await?;
    let kept = from.max(now - TimeDelta::hours(48));
    if kept < to {
        let minutes = rollup::minutes(&mut conn, kept, to).await?;
        let hours = rollup::hours(&mut conn, kept, to).await?;
        rollup::three_hours(&mut conn, kept, to).await?;
        println!("Added up: {minutes} minutes and {hours} hours of series have changed.");
    }
    let Some(client) = client else {
        println!("There is no InfluxDB in the settings that could be written to, so nothing was sent.");
        return Ok(());
    };
    let mut told = |at: DateTime<Utc>| {
        if std::io::stderr().is_terminal() {
            eprintln!("Sent up to {} ...", at.format("%Y-%m-%d %H:%M"));
        }
    };
    let again = |stop: backfill::Stop| {
        Failure::from(format!("{stop}. Do this again when that is mended: what was sent already stays as it is."))
    };
    let sent = backfill::send(&mut conn, &client, from, to, &mut told).await.map_err(again)?;
    println!("Sent: {} minutes and {} hours of series.", sent.minutes, sent.hours);
    match sent.refused {
        0 => Ok(()),
        count => Err(format!("InfluxDB would not take {count} of them; the log says why.").into()),
    }
}
