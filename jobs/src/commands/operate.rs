//! `retry`, `run`, `discard`, `restore`, `cancel`, `stop`, `move-lane`, `set-priority`, `undo`, `operations`: what operators do to jobs, from a terminal.

use std::process::ExitCode;

use ratemyderp::config::Config;
use ratemyderp::error::Error as Domain;
use ratemyderp::operations::{self, Operation, Request, Selection, Verb, snapshot, undo};
use ratemyderp::queue::board::{JobFilter, Known};
use serde_json::json;
use sqlx::Connection;

use super::Error;
use super::confirm::{CONFLICT, Confirm, actor, complain, go_on, sentence};
use super::list::Words;
use super::status::time;
use super::table::table;

const USAGE: u8 = 2;

#[derive(clap::Args)]
pub struct Args {
    /// The numbers of the jobs, instead of a filter
    numbers: Vec<String>,
    #[command(flatten)]
    filter: Words,
    /// Why; needed to discard, cancel and stop
    #[arg(long, default_value = "")]
    reason: String,
    /// Try one job, then ten, then the rest (only for `retry`)
    #[arg(long)]
    canary: bool,
    #[command(flatten)]
    confirm: Confirm,
}

#[derive(clap::Args)]
pub struct ValuedArgs {
    /// The lane, or the priority from -100 (goes first) to 100
    #[arg(allow_hyphen_values = true)]
    value: String,
    #[command(flatten)]
    args: Args,
}

#[derive(clap::Args)]
pub struct UndoArgs {
    /// The operation
    number: i64,
    #[command(flatten)]
    confirm: Confirm,
}

#[derive(clap::Args)]
pub struct ListArgs {
    /// One operation, instead of the newest twenty
    number: Option<i64>,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

/// Prepares it, shows what it would do, and does it if that was confirmed.
pub async fn run(config: &Config, verb: Verb, args: &Args) -> Result<ExitCode, Error> {
    run_valued(config, verb, "", args).await
}

/// The same for what takes a lane or a priority.
pub async fn change(config: &Config, verb: Verb, args: &ValuedArgs) -> Result<ExitCode, Error> {
    run_valued(config, verb, &args.value, &args.args).await
}

async fn run_valued(config: &Config, verb: Verb, value: &str, args: &Args) -> Result<ExitCode, Error> {
    if args.canary && verb != Verb::Retry {
        return Ok(complain(USAGE, "only a retry can try a few jobs first"));
    }
    let mut conn = super::connect(config).await?;
    let known = args.filter.known(&mut conn).await?;
    let request = match request((verb, value), args, &known) {
        Ok(request) => request,
        Err(why) => return Ok(complain(USAGE, &why)),
    };
    let actor = actor(&args.confirm);
    let mut tx = conn.begin().await?;
    let number = match snapshot::prepare(&mut tx, &actor, &request, true).await {
        Ok(prepared) => prepared.number,
        Err(error @ Domain::Conflict(_)) => return Ok(complain(CONFLICT, &sentence(&error))),
        Err(error @ Domain::Invalid(_)) => return Ok(complain(USAGE, &sentence(&error))),
        Err(error) => return Err(error.into()),
    };
    tx.commit().await?;
    let mut more = true;
    while more {
        let mut tx = conn.begin().await?;
        more = snapshot::count_on(&mut tx, number).await?;
        tx.commit().await?;
    }
    let operation = operations::find(&mut conn, number).await?.ok_or("it is gone")?;
    go_on(&mut conn, &actor, operation, args.canary, &args.confirm).await
}

/// Takes an operation back.
pub async fn undo(config: &Config, args: &UndoArgs) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let actor = actor(&args.confirm);
    let mut tx = conn.begin().await?;
    let operation = match undo::prepare(&mut tx, &actor, args.number).await {
        Ok(operation) => operation,
        Err(Domain::NotFound) => return Err(format!("there is no operation {}", args.number).into()),
        Err(error @ Domain::Conflict(_)) => return Ok(complain(CONFLICT, &sentence(&error))),
        Err(error) => return Err(error.into()),
    };
    tx.commit().await?;
    go_on(&mut conn, &actor, operation, false, &args.confirm).await
}

/// Lists operations, the newest first.
pub async fn list(config: &Config, args: &ListArgs) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let all = match args.number {
        Some(number) => {
            let one = operations::find(&mut conn, number).await?;
            vec![one.ok_or_else(|| format!("there is no operation {number}"))?]
        }
        None => operations::list(&mut conn, None, 20).await?,
    };
    if args.json {
        println!("{}", json!(all));
        return Ok(ExitCode::SUCCESS);
    }
    let row = |operation: &Operation| {
        vec![
            operation.number.to_string(),
            operation.verb.words().to_owned(),
            operation.state.name().to_owned(),
            operation.counted.to_string(),
            operation.done.to_string(),
            operation.moved.to_string(),
            operation.refused.to_string(),
            operation.skipped.to_string(),
            time(operation.created_at),
            operation.actor_name.clone(),
            operation.sentence.clone(),
        ]
    };
    let heading =
        ["number", "verb", "state", "jobs", "done", "moved", "refused", "skipped", "prepared", "who", "which"];
    print!("{}", table(&heading, &all.iter().map(row).collect::<Vec<_>>()));
    Ok(ExitCode::SUCCESS)
}

fn request((verb, value): (Verb, &str), args: &Args, known: &Known) -> Result<Request, String> {
    let filter = args.filter.read(known)?;
    let jobs = if args.numbers.is_empty() {
        Selection::Filter(filter)
    } else if filter == JobFilter::default() {
        Selection::numbers(args.numbers.iter().map(String::as_str)).map_err(|error| sentence(&error))?
    } else {
        return Err("say which jobs by their numbers or by a filter, not by both".to_owned());
    };
    Request::parse(verb.name(), value, &args.reason, jobs).map_err(|error| sentence(&error))
}
