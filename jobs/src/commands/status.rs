//! `status`: how the queue does in a sentence, and the queue at a glance.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use ratemyderp::config::Config;
use ratemyderp::health;
use ratemyderp::queue::board::{self, JobCount, JobState};
use serde_json::json;
use strum::VariantArray;

use super::Error;
use super::table::table;

#[derive(clap::Args)]
pub struct Args {
    /// Print one JSON object: {"health": {..}, "counts": [..], "lanes": [..], "workers": [..]}
    #[arg(long)]
    json: bool,
}

pub async fn run(config: &Config, args: &Args) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let health = health::assess(&mut conn, config).await?;
    // Sick is not the same as not to be found out, but scripts want to hear of either.
    let code = if health.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let counts = board::counts(&mut conn).await?;
    let lanes = board::lanes(&mut conn).await?;
    let workers = board::workers(&mut conn).await?;
    if args.json {
        let said = json!({ "well": health.is_well(), "sentence": health.sentence(), "parts": health.parts });
        println!("{}", json!({ "health": said, "counts": counts, "lanes": lanes, "workers": workers }));
        return Ok(code);
    }
    println!("{}\n", health.sentence());
    print!("{}", jobs(&counts));
    for lane in lanes {
        if let Some(since) = lane.paused_at {
            println!("\nThe lane {} is paused since {}.", lane.name, time(since));
        }
    }
    if workers.is_empty() {
        println!("\nNo worker process is running. Start one with: ratemyderp-jobs work");
    }
    let lease = chrono::Duration::seconds(config.jobs.lease_seconds.into());
    for worker in workers {
        let late = if worker.seen_at + lease < Utc::now() { ", and has probably died" } else { "" };
        println!(
            "\nWorker {} on {}, process {}: {} of {} busy, last seen {}{late}",
            worker.number,
            worker.host,
            worker.pid,
            worker.running,
            worker.slots,
            time(worker.seen_at),
        );
    }
    Ok(code)
}

fn jobs(counts: &[JobCount]) -> String {
    let states = JobState::VARIANTS;
    let mut kinds: Vec<&str> = counts.iter().map(|count| count.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        return "No jobs.\n".to_owned();
    }
    let rows: Vec<_> = kinds
        .iter()
        .map(|&kind| {
            let cell = |&state: &JobState| {
                let of_both = counts.iter().filter(|count| count.kind == kind && count.state == state);
                of_both.map(|count| count.count).sum::<i64>().to_string()
            };
            let mut row = vec![kind.to_owned()];
            row.extend(states.iter().map(cell));
            row
        })
        .collect();
    let mut heading = vec!["kind"];
    heading.extend(states.iter().map(|state| state.name()));
    table(&heading, &rows)
}

/// A time to the second, in UTC.
pub fn time(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
