//! Operations from a terminal: shown first, done when that was confirmed, and followed to their end.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use ratemyderp::accounts::audit::Actor;
use ratemyderp::error::Error as Domain;
use ratemyderp::operations::preview::{self, Preview};
use ratemyderp::operations::{self, Operation, OperationState, steer};
use ratemyderp::queue::board;
use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::Error;

const NOT_CONFIRMED: u8 = 3;

/// Somebody else was first.
pub const CONFLICT: u8 = 4;

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

/// Shows what would be done, and does it if that was confirmed.
pub async fn go_on(
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

/// Who acts.
pub fn actor(confirm: &Confirm) -> Actor {
    let user = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
    let name = confirm.name.clone().unwrap_or_else(|| format!("command line ({})", user()));
    Actor { account: None, name }
}

/// An exit code, and why.
pub fn complain(code: u8, why: &str) -> ExitCode {
    eprintln!("ratemyderp-jobs: {why}");
    ExitCode::from(code)
}

/// What is wrong, in words.
pub fn sentence(error: &Domain) -> String {
    match error {
        Domain::Conflict(why) => why.clone(),
        Domain::Invalid(fields) => fields.iter().map(|field| field.message.as_str()).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
