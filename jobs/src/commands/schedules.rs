//! `schedules` and `run-schedule`: what recurs.

use std::process::ExitCode;

use ratemyderp::charts::duration;
use ratemyderp::config::Config;
use ratemyderp::queue::board::{self, ScheduleRow};
use ratemyderp::queue::schedules;
use ratemyderp::steering::{self, RunNow};
use serde_json::json;
use sqlx::Connection;

use super::Error;
use super::acting::Acting;
use super::status::time;
use super::table::table;

#[derive(clap::Args)]
pub struct ListArgs {
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub struct RunArgs {
    /// The schedule, as in `schedules`
    name: String,
    #[command(flatten)]
    acting: Acting,
}

pub async fn list(config: &Config, args: &ListArgs) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let rows = board::schedule_rows(&mut conn, &schedules::all(&config.jobs)).await?;
    if args.json {
        println!("{}", serde_json::to_string(&rows)?);
    } else {
        let rows: Vec<_> = rows.iter().map(row).collect();
        print!("{}", table(&["schedule", "when", "next", "missed of ten", "last run"], &rows));
    }
    Ok(ExitCode::SUCCESS)
}

fn row(row: &ScheduleRow) -> Vec<String> {
    let last = row.runs.first().map(|run| {
        let took = run.took().map(|took| format!(" after {}", duration(took))).unwrap_or_default();
        let outcome = run.outcome.as_deref().unwrap_or(run.state.name());
        format!("{}, {outcome}{took}, job {}", time(run.started_at.unwrap_or(run.created_at)), run.job)
    });
    vec![
        row.name.clone(),
        row.words.clone(),
        row.pause.as_ref().map_or_else(|| time(row.next), |pause| pause.words()),
        row.missed.len().to_string(),
        last.unwrap_or_else(|| "never".to_owned()),
    ]
}

pub async fn run_now(config: &Config, args: &RunArgs) -> Result<ExitCode, Error> {
    let schedules = schedules::all(&config.jobs);
    let schedule = schedules.iter().find(|schedule| schedule.name() == args.name);
    let schedule = schedule.ok_or_else(|| format!("there is no schedule {:?}", args.name))?;
    let mut conn = super::connect(config).await?;
    let mut tx = conn.begin().await?;
    match steering::run_now(&mut tx, &args.acting.actor(), schedule).await? {
        RunNow::Queued(job) => {
            tx.commit().await?;
            if args.acting.json {
                println!("{}", json!({ "job": job, "changed": true }));
            } else {
                println!("Job {job} is queued.");
            }
            Ok(ExitCode::SUCCESS)
        }
        RunNow::Waits(job, why) => {
            eprintln!("ratemyderp-jobs: nothing was added: job {job} waits already, because {why}");
            Ok(ExitCode::from(4))
        }
    }
}
