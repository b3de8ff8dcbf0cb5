//! `show`: one job and its history.

use std::process::ExitCode;

use ratemyderp::config::Config;
use ratemyderp::queue::board::{self, Attempt, JobProgress, JobRow};
use serde_json::json;

use super::Error;
use super::status::time;
use super::table::table;

#[derive(clap::Args)]
pub struct Args {
    /// The job's number
    number: i64,
    /// Print one JSON object: {"job": {..}, "attempts": [..], "progress": {..}}
    #[arg(long)]
    json: bool,
}

pub async fn run(config: &Config, args: &Args) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let job = board::job(&mut conn, args.number).await?.ok_or_else(|| format!("there is no job {}", args.number))?;
    let attempts = board::attempts(&mut conn, args.number).await?;
    let progress = board::progress(&mut conn, args.number).await?;
    if args.json {
        println!("{}", json!({ "job": job, "attempts": attempts, "progress": progress }));
    } else {
        print!("{}", describe(&job, progress.as_ref()));
        let rows: Vec<_> = attempts.iter().map(row).collect();
        if !rows.is_empty() {
            print!("\n{}", table(&["attempt", "worker", "started", "ended", "outcome", "error"], &rows));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn describe(job: &JobRow, progress: Option<&JobProgress>) -> String {
    let mut text = format!("Job {}: {} ({})\n", job.number, job.kind, job.state.name());
    let arguments = job.arguments.as_ref().map(ToString::to_string).unwrap_or_default();
    for (name, value) in [
        ("arguments", arguments),
        ("lane", job.lane.clone()),
        ("failures", format!("{} of at most {}", job.failures, job.max_attempts)),
        ("created", time(job.created_at)),
        ("due", time(job.due_at)),
        ("changed", time(job.updated_at)),
        ("progress", progress.map(so_far).unwrap_or_default()),
        ("error", job.error.clone().unwrap_or_default()),
    ] {
        if !value.is_empty() {
            text += &format!("  {name:<10} {value}\n");
        }
    }
    text
}

fn so_far(progress: &JobProgress) -> String {
    let percent = progress.done * 100 / progress.total.max(1);
    let skipped =
        if progress.skipped > 0 { format!(", {} left as they were", progress.skipped) } else { String::new() };
    format!("{} of {} ({percent} %){skipped}", progress.done, progress.total)
}

fn row(attempt: &Attempt) -> Vec<String> {
    let process = attempt.process.as_ref().map(|process| format!(" ({process})")).unwrap_or_default();
    vec![
        attempt.attempt.to_string(),
        format!("{}{process}", attempt.worker),
        time(attempt.started_at),
        attempt.ended_at.map_or("running".to_owned(), time),
        attempt.outcome.clone().unwrap_or_default(),
        attempt.error.clone().unwrap_or_default(),
    ]
}
