//! `workers` and `lanes`: who works, and on what.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use ratemyderp::charts::{Unit, duration};
use ratemyderp::config::Config;
use ratemyderp::queue::board::{self, CrewMember, LaneRow};

use super::Error;
use super::table::table;

#[derive(clap::Args)]
pub struct Args {
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

pub async fn workers(config: &Config, args: &Args) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let crew = board::crew(&mut conn, config.jobs.lease_seconds, None).await?;
    if args.json {
        println!("{}", serde_json::to_string(&crew)?);
    } else if crew.is_empty() {
        println!("No worker is there. Start one with: ratemyderp-jobs work");
    } else {
        let rows: Vec<_> = crew.iter().map(worker).collect();
        print!("{}", table(&["worker", "host", "state", "busy", "seen", "version", "memory", "runs"], &rows));
    }
    Ok(ExitCode::SUCCESS)
}

fn worker(member: &CrewMember) -> Vec<String> {
    let runs = member.holds.iter().map(|holding| {
        let running = holding.started_at.map(|at| format!(" for {}", since(at))).unwrap_or_default();
        format!("{} ({}){running}", holding.job, holding.kind)
    });
    vec![
        member.number.to_string(),
        format!("{}, process {}", member.host, member.pid),
        member.presence.name().to_owned(),
        format!("{} of {}", member.holds.len(), member.slots),
        format!("{} ago", since(member.seen_at)),
        member.version.clone().unwrap_or_default(),
        member.rss_bytes.map(|bytes| Unit::Bytes.say(bytes as f64)).unwrap_or_default(),
        runs.collect::<Vec<_>>().join(", "),
    ]
}

pub async fn lanes(config: &Config, args: &Args) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let lanes = board::lane_rows(&mut conn, config.jobs.lease_seconds).await?;
    if args.json {
        println!("{}", serde_json::to_string(&lanes)?);
    } else {
        let rows: Vec<_> = lanes.iter().map(lane).collect();
        print!(
            "{}",
            table(
                &["lane", "waiting", "oldest due", "running", "at most", "done a minute", "drained in", "state"],
                &rows
            )
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn lane(lane: &LaneRow) -> Vec<String> {
    vec![
        lane.name.clone(),
        lane.waiting.to_string(),
        lane.oldest_due.map(since).unwrap_or_default(),
        lane.running.to_string(),
        lane.concurrency.map_or("no limit".to_owned(), |limit| limit.to_string()),
        format!("{:.1}", lane.done_per_minute),
        lane.drains_in().map(duration).unwrap_or_default(),
        lane.pause.as_ref().map_or("open".to_owned(), |pause| pause.words()),
    ]
}

fn since(at: DateTime<Utc>) -> String {
    duration((Utc::now() - at).num_milliseconds() as f64 / 1000.0)
}
