//! `retry`, `run`, `discard`, `restore`, `cancel`, `stop`, `undo`, `operations`: what operators do to jobs, from a terminal.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use ratemyderp::accounts::audit::Actor;
use ratemyderp::config::Config;
use ratemyderp::error::Error as Domain;
use ratemyderp::operations::preview::{self, Preview};
use ratemyderp::operations::{self, Operation, OperationState, Request, Selection, Verb, snapshot, steer, undo};
use ratemyderp::queue::board::{self, JobFilter, Known};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::Error;
use super::list::Words;
use super::status::time;
use super::table::table;

const USAGE: u8 = 2;
const NOT_CONFIRMED: u8 = 3;
const CONFLICT: u8 = 4;

/// How often to look how far it is.
const LOOK: Duration = Duration::from_millis(500);

/// How a change is confirmed and written down.
#[derive(clap::Args)]
pub struct Confirm {
    /// Only print what would be done
    #[arg(long)]
    dry_run: bool,
    /// Do it without asking how many jobs you expect
    #[arg(long)]
    yes: bool,
    /// Do it if it is about so many jobs
    #[arg(long)]
    count: Option<i64>,
    /// Print JSON: {"operation": {..}, "preview": {..}}
    #[arg(long)]
    json: bool,
    /// Who you are, for the audit log
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
}

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
    if args.canary && verb != Verb::Retry {
        return Ok(complain(USAGE, "only a retry can try a few jobs first"));
    }
    let mut conn = super::connect(config).await?;
    let known = Known::load(&mut conn).await?;
    let request = match request(verb, args, &known) {
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

fn request(verb: Verb, args: &Args, known: &Known) -> Result<Request, String> {
    let filter = args.filter.read(known)?;
    let jobs = if args.numbers.is_empty() {
        Selection::Filter(filter)
    } else if filter == JobFilter::default() {
        Selection::numbers(args.numbers.iter().map(String::as_str)).map_err(|error| sentence(&error))?
    } else {
        return Err("say which jobs by their numbers or by a filter, not by both".to_owned());
    };
    Request::parse(verb.name(), "", &args.reason, jobs).map_err(|error| sentence(&error))
}

async fn go_on(
    conn: &mut PgConnection,
    actor: &Actor,
    operation: Operation,
    canary: bool,
    confirm: &Confirm,
) -> Result<ExitCode, Error> {
    let preview = preview::preview(conn, &operation).await?;
    if !confirm.json {
        print!("{}", in_words(&operation, &preview));
    }
    let confirmed = confirm.yes || confirm.count == Some(operation.counted);
    if confirm.dry_run || !confirmed {
        let mut tx = conn.begin().await?;
        steer::throw_away(&mut tx, operation.number).await?;
        tx.commit().await?;
        if confirm.json {
            println!("{}", json!({ "operation": operation, "preview": preview }));
        }
        return Ok(match (confirm.dry_run, confirm.count) {
            (true, _) => ExitCode::SUCCESS,
            (false, Some(count)) => complain(
                NOT_CONFIRMED,
                &format!("there are {} such jobs, not {count}: nothing was done", operation.counted),
            ),
            (false, None) => {
                let text = format!("nothing was done. To do it, add --yes or --count {}", operation.counted);
                complain(NOT_CONFIRMED, &text)
            }
        });
    }
    let mut tx = conn.begin().await?;
    match steer::start(&mut tx, actor, operation.number, canary).await {
        Ok(_) => tx.commit().await?,
        Err(error @ Domain::Conflict(_)) => return Ok(complain(CONFLICT, &sentence(&error))),
        Err(error) => return Err(error.into()),
    }
    if board::workers(conn).await?.is_empty() {
        eprintln!("ratemyderp-jobs: no worker is running: operation {} begins when one does", operation.number);
        return Ok(ExitCode::SUCCESS);
    }
    let ended = follow(conn, operation.number, !confirm.json).await?;
    if confirm.json {
        println!("{}", json!({ "operation": ended, "preview": preview }));
    } else {
        println!("{}", counts(&ended));
    }
    let all_done = ended.state == OperationState::Done && ended.done == ended.counted;
    Ok(if all_done { ExitCode::SUCCESS } else { ExitCode::from(CONFLICT) })
}

/// Until it ends, or is held.
async fn follow(conn: &mut PgConnection, number: i64, aloud: bool) -> Result<Operation, Error> {
    let terminal = aloud && std::io::stderr().is_terminal();
    loop {
        let operation = operations::find(conn, number).await?.ok_or("it is gone")?;
        if terminal {
            let dealt_with = operation.counted - operation.left();
            let filled = usize::try_from(dealt_with * 40 / operation.counted.max(1)).unwrap_or(0);
            eprint!("\r[{:<40}] {dealt_with} of {} ", "#".repeat(filled), operation.counted);
        }
        if !operation.state.is_open() || operation.state == OperationState::Held {
            if terminal {
                eprintln!();
            }
            return Ok(operation);
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn in_words(operation: &Operation, preview: &Preview) -> String {
    let mut text = format!(
        "Operation {}: {} {} jobs. {}.\n",
        operation.number,
        operation.verb.words(),
        operation.counted,
        operation.sentence
    );
    if operation.capped {
        text += &format!("There are more than {}; the rest is another operation.\n", operations::MOST);
    }
    for group in &preview.groups {
        let aside = if group.discarded { ", put aside" } else { "" };
        text += &format!(
            "  {} {} ({}{aside}, lane {}): {}\n",
            group.count,
            group.kind,
            group.state.name(),
            group.lane,
            group.effect
        );
    }
    for refusal in &preview.refusals {
        text += &format!("  {refusal}\n");
    }
    if preview.clashes > 0 {
        text +=
            &format!("  {} have the name of another one that waits or is put back first: refused.\n", preview.clashes);
    }
    if let Some(seconds) = preview.expected_seconds {
        text += &format!("  They take about {seconds} s together.\n");
    }
    if let Err(why) = operation.verb.undoable() {
        text += &format!("  {why}\n");
    }
    text
}

fn counts(operation: &Operation) -> String {
    let held = if operation.state == OperationState::Held {
        format!(" It is held: {}", operation.note)
    } else {
        String::new()
    };
    format!(
        "Operation {}: {} done, {} moved, {} refused, {} skipped of {}.{held}",
        operation.number, operation.done, operation.moved, operation.refused, operation.skipped, operation.counted
    )
}

fn actor(confirm: &Confirm) -> Actor {
    let user = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
    let name = confirm.name.clone().unwrap_or_else(|| format!("command line ({})", user()));
    Actor { account: None, name }
}

fn complain(code: u8, why: &str) -> ExitCode {
    eprintln!("ratemyderp-jobs: {why}");
    ExitCode::from(code)
}

fn sentence(error: &Domain) -> String {
    match error {
        Domain::Conflict(why) => why.clone(),
        Domain::Invalid(fields) => fields.iter().map(|field| field.message.as_str()).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
