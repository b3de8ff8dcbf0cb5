//! `list`: jobs that a filter matches, in the words of the page /ops/jobs.

use std::process::ExitCode;

use ratemyderp::accounts::directory;
use ratemyderp::config::Config;
use ratemyderp::queue::board::{self, JobFilter, JobRow, Known, Walk};
use serde_json::json;
use sqlx::PgConnection;

use super::Error;
use super::status::time;
use super::table::table;

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    filter: Words,
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
    /// Print one JSON object: {"sentence": "..", "items": [..], "next": ".."}; give next to --before for the next page
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  ratemyderp-jobs list --state failed --since -1h --by ended
  ratemyderp-jobs list --kind send_mail --since '2026-11-25 12:00' --until 13:00
  ratemyderp-jobs list --state queued --lane images --sort next";

/// A filter, as it is typed.
#[derive(clap::Args)]
pub struct Words {
    /// Only jobs in this state: queued, processing, retrying, failed or finished
    #[arg(long)]
    state: Option<String>,
    /// Only jobs of this kind, such as make_thumbnails
    #[arg(long)]
    kind: Option<String>,
    /// Only jobs of this lane, such as mail
    #[arg(long)]
    lane: Option<String>,
    /// Only jobs that failed with an error of this group: see `errors`
    #[arg(long, allow_hyphen_values = true)]
    error: Option<String>,
    /// Only jobs that this worker ran
    #[arg(long)]
    worker: Option<String>,
    /// Only jobs about this photo
    #[arg(long)]
    submission: Option<String>,
    /// Only jobs about this account: a username, or its number
    #[arg(long)]
    account: Option<String>,
    /// Only jobs that were started at least so often
    #[arg(long)]
    attempts: Option<String>,
    /// From this time on: '2026-11-25 12:00', 12:00 or -1h, in UTC
    #[arg(long, allow_hyphen_values = true)]
    since: Option<String>,
    /// Before this time
    #[arg(long, allow_hyphen_values = true)]
    until: Option<String>,
    /// What these times are about: created (the default), started or ended
    #[arg(long)]
    by: Option<String>,
    /// Only jobs with this text in their error
    #[arg(long)]
    q: Option<String>,
    /// newest (the default), or next: what waits, in the order in which it is taken
    #[arg(long)]
    sort: Option<String>,
    /// Only what comes after this place: the end of the page before
    #[arg(long)]
    before: Option<String>,
}

impl Words {
    /// What can be asked for, and whoever is asked for by name.
    pub async fn known(&self, conn: &mut PgConnection) -> Result<Known, sqlx::Error> {
        let mut known = Known::load(conn).await?;
        directory::know(conn, &mut known, self.account.as_deref().map(|account| ("account", account))).await?;
        Ok(known)
    }

    /// The filter, or what is wrong with it in a line for each mistake.
    pub fn read(&self, known: &Known) -> Result<JobFilter, String> {
        let given = [
            ("state", &self.state),
            ("kind", &self.kind),
            ("lane", &self.lane),
            ("error", &self.error),
            ("worker", &self.worker),
            ("submission", &self.submission),
            ("account", &self.account),
            ("attempts", &self.attempts),
            ("since", &self.since),
            ("until", &self.until),
            ("by", &self.by),
            ("q", &self.q),
            ("sort", &self.sort),
            ("before", &self.before),
        ];
        let given = given.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        JobFilter::parse(given, known).map_err(|wrong| {
            let lines: Vec<_> = wrong.iter().map(|wrong| format!("--{}: {}", wrong.field, wrong.message)).collect();
            lines.join("\n")
        })
    }
}

pub async fn run(config: &Config, args: &Args) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let known = args.filter.known(&mut conn).await?;
    let filter = match args.filter.read(&known) {
        Ok(filter) => filter,
        Err(wrong) => {
            eprintln!("{wrong}");
            return Ok(ExitCode::from(2));
        }
    };
    let walk = board::walk(&mut conn, &filter, args.limit).await?;
    if args.json {
        println!("{}", json!({ "sentence": filter.sentence(known.now), "items": walk.jobs, "next": walk.next }));
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = walk.jobs.iter().map(row).collect();
    if rows.is_empty() && walk.next.is_none() {
        println!("No such jobs.");
    } else {
        println!("{}:\n", filter.sentence(known.now));
        print!("{}", table(&["number", "kind", "state", "attempt", "created", "error"], &rows));
    }
    if let Some(line) = more(&walk) {
        println!("\n{line}");
    }
    Ok(ExitCode::SUCCESS)
}

fn more(walk: &Walk) -> Option<String> {
    let next = walk.next?;
    Some(match walk.searched_at {
        Some(at) => format!("Searched back to {}. Continue with: --before {next}", time(at)),
        None => format!("There are more: --before {next}"),
    })
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
