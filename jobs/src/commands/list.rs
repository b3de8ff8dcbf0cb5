//! `list`: jobs, the newest first.

use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use ratemyderp::config::Config;
use ratemyderp::queue::board::{self, JobFilter, JobRow, JobState};
use strum::VariantArray;

use super::Error;
use super::status::time;
use super::table::table;

#[derive(clap::Args)]
pub struct Args {
    /// Only jobs in this state
    #[arg(long, value_parser = states())]
    state: Option<JobState>,
    /// Only jobs of this kind, such as make_thumbnails
    #[arg(long)]
    kind: Option<String>,
    /// Only jobs with a lower number: the last one of the page before
    #[arg(long)]
    before: Option<i64>,
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

fn states() -> impl TypedValueParser<Value = JobState> {
    PossibleValuesParser::new(JobState::VARIANTS.iter().map(|state| state.name()))
        .try_map(|name| name.parse::<JobState>())
}

pub async fn run(config: &Config, args: &Args) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let filter = JobFilter { state: args.state, kind: args.kind.clone(), before: args.before, limit: args.limit };
    let jobs = board::list(&mut conn, &filter).await?;
    if args.json {
        println!("{}", serde_json::to_string(&jobs)?);
    } else if jobs.is_empty() {
        println!("No such jobs.");
    } else {
        let rows: Vec<_> = jobs.iter().map(row).collect();
        print!("{}", table(&["number", "kind", "state", "attempt", "created", "error"], &rows));
    }
    Ok(ExitCode::SUCCESS)
}

fn row(job: &JobRow) -> Vec<String> {
    let error = job.error.as_deref().and_then(|error| error.lines().next()).unwrap_or_default();
    vec![
        job.number.to_string(),
        job.kind.clone(),
        job.state.name().to_owned(),
        job.attempt.to_string(),
        time(job.created_at),
        error.chars().take(80).collect(),
    ]
}
