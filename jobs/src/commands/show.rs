//! `show`: one job with all that its page shows.

use std::process::ExitCode;

use chrono::Utc;
use ratemyderp::accounts::directory;
use ratemyderp::config::Config;
use ratemyderp::operations::{self, Operation, effects};
use ratemyderp::queue::board::story::{length, progress_in_words, standing};
use ratemyderp::queue::board::{self, Attempt, JobProgress, JobRow, Line};
use ratemyderp::queue::{JobKind, JobState};
use ratemyderp::secret::redact;
use serde_json::json;
use sqlx::PgConnection;

use super::Error;
use super::status::time;
use super::table::table;

/// Operations that are named.
const OPERATIONS: i64 = 20;

#[derive(clap::Args)]
pub struct Args {
    /// The job's number
    number: i64,
    /// Print one JSON object: {"job": {..}, "attempts": [..], "lines": [..], "progress": {..}, "operations": [..], "others": [..]}
    #[arg(long)]
    json: bool,
}

/// All that is known of a job.
struct Known {
    job: JobRow,
    attempts: Vec<Attempt>,
    lines: Vec<Line>,
    progress: Option<JobProgress>,
    operations: Vec<Operation>,
    /// Jobs about the same, the newest first.
    others: Vec<i64>,
    username: Option<String>,
}

pub async fn run(config: &Config, args: &Args) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let job = board::job(&mut conn, args.number).await?.ok_or_else(|| format!("there is no job {}", args.number))?;
    let known = read(&mut conn, job).await?;
    if args.json {
        let Known { job, attempts, lines, progress, operations, others, username } = known;
        println!(
            "{}",
            json!({
                "job": job, "attempts": attempts, "lines": lines, "progress": progress, "operations": operations,
                "others": others, "username": username,
            })
        );
        return Ok(ExitCode::SUCCESS);
    }
    print!("{}", describe(&known));
    let rows: Vec<_> = known.attempts.iter().map(row).collect();
    if !rows.is_empty() {
        print!("\n{}", table(&["attempt", "worker", "started", "waited", "ran", "outcome", "error"], &rows));
    }
    if !known.lines.is_empty() {
        println!("\nWhat it said:");
    }
    for line in &known.lines {
        println!("  {} {}: {}", time(line.at), line.attempt, redact(&line.text));
    }
    Ok(ExitCode::SUCCESS)
}

async fn read(conn: &mut PgConnection, job: JobRow) -> Result<Known, sqlx::Error> {
    Ok(Known {
        attempts: board::attempts(conn, job.number).await?,
        lines: board::lines(conn, job.number).await?,
        progress: board::progress(conn, job.number).await?,
        operations: operations::of_job(conn, job.number, OPERATIONS).await?,
        others: board::neighbours(conn, job.number).await?,
        username: match job.account {
            Some(account) => directory::username(conn, account).await?,
            None => None,
        },
        job,
    })
}

fn describe(known: &Known) -> String {
    let (job, now) = (&known.job, Utc::now());
    let kind = job.kind.parse::<JobKind>().ok();
    let mut text = format!("Job {}: {} ({})\n{}\n", job.number, job.kind, job.state.name(), standing(job, now));
    let arguments = job.arguments.as_ref().map(ToString::to_string).unwrap_or_default();
    let progress = known.progress.as_ref();
    let numbers = |numbers: Vec<String>| numbers.join(", ");
    for (name, value) in [
        ("does", kind.map(|kind| kind.definition().summary.to_owned()).unwrap_or_default()),
        ("arguments", arguments),
        ("photo", job.submission.map(|id| id.to_string()).unwrap_or_default()),
        ("account", account(known)),
        ("lane", format!("{}, priority {}", job.lane, job.priority)),
        ("failures", format!("{} of at most {}", job.failures, job.max_attempts)),
        ("created", time(job.created_at)),
        ("due", time(job.due_at)),
        ("changed", time(job.updated_at)),
        ("progress", progress.map(|done| progress_in_words(job, done, &known.attempts, now)).unwrap_or_default()),
        ("error", redact(job.error.as_deref().unwrap_or_default())),
        ("group", job.error_group.map(|id| id.to_string()).unwrap_or_default()),
        ("retry", retry(job, kind)),
        ("operations", numbers(known.operations.iter().map(|operation| operation.number.to_string()).collect())),
        ("the same", numbers(known.others.iter().map(i64::to_string).collect())),
    ] {
        if !value.is_empty() {
            text += &format!("  {name:<10} {value}\n");
        }
    }
    text
}

fn account(known: &Known) -> String {
    match (known.job.account, &known.username) {
        (Some(id), Some(username)) => format!("{username} ({id})"),
        (Some(id), None) => format!("{id}, which is gone"),
        (None, _) => String::new(),
    }
}

/// What it would mean to try it again.
fn retry(job: &JobRow, kind: Option<JobKind>) -> String {
    match (job.state, kind) {
        (JobState::Failed, Some(kind)) => format!("of jobs of this kind: {}", effects::revived(kind)),
        (JobState::Failed, None) => "no worker here would take it".to_owned(),
        _ => String::new(),
    }
}

fn row(attempt: &Attempt) -> Vec<String> {
    let process = attempt.process.as_ref().map(|process| format!(" ({process})")).unwrap_or_default();
    let version = attempt.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let error = attempt.error.as_deref().and_then(|error| error.lines().next()).unwrap_or_default();
    vec![
        attempt.attempt.to_string(),
        format!("{}{process}{version}", attempt.worker),
        time(attempt.started_at),
        attempt.due_at.map(|due| length(attempt.started_at - due)).unwrap_or_default(),
        length(attempt.ended_at.unwrap_or_else(Utc::now) - attempt.started_at),
        attempt.outcome.clone().unwrap_or("running".to_owned()),
        redact(error),
    ]
}
