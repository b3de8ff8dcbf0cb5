//! `list`: jobs, the newest first.

use std::process::ExitCode;

use clap::ValueEnum;
use ratemyderp::config::Config;
use ratemyderp::queue::board::{self, Filter, Row};

use super::Error;
use super::status::time;
use super::table::table;

#[derive(clap::Args)]
pub struct Args {
    /// Only jobs in this state
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Only jobs of this kind, such as thumbnail
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

#[derive(Clone, Copy, ValueEnum)]
enum State {
    Queued,
    Processing,
    Retrying,
    Finished,
    Failed,
}

impl From<State> for board::State {
    fn from(state: State) -> Self {
        match state {
            State::Queued => board::State::Queued,
            State::Processing => board::State::Processing,
            State::Retrying => board::State::Retrying,
            State::Finished => board::State::Finished,
            State::Failed => board::State::Failed,
        }
    }
}

pub async fn run(config: &Config, args: &Args) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let filter =
        Filter { state: args.state.map(Into::into), kind: args.kind.clone(), before: args.before, limit: args.limit };
    let jobs = board::list(&mut conn, &filter).await?;
    if args.json {
        println!("{}", serde_json::to_string(&jobs)?);
    } else if jobs.is_empty() {
        println!("No such jobs.");
    } else {
        let rows: Vec<_> = jobs.iter().map(row).collect();
        print!("{}", table(["number", "kind", "state", "attempt", "created", "error"], &rows));
    }
    Ok(ExitCode::SUCCESS)
}

fn row(job: &Row) -> [String; 6] {
    let error = job.error.as_deref().and_then(|error| error.lines().next()).unwrap_or_default();
    [
        job.number.to_string(),
        job.kind.clone(),
        job.state.name().to_owned(),
        job.attempt.to_string(),
        time(job.created_at),
        error.chars().take(80).collect(),
    ]
}
