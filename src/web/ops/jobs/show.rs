//! One job: what it is, what happened to it, and what comes next.

use chrono::{DateTime, Utc};
use rocket::get;
use rocket::http::{ContentType, Status};
use rocket::response::Responder;
use serde_json::{Value, json};
use sqlx::PgConnection;
use strum::VariantArray;

use super::data;
use super::file::File;
use crate::accounts::{directory, profile};
use crate::error::Error;
use crate::operations::{self, effects};
use crate::queue::JobKind;
use crate::queue::board::story::{length, progress_in_words, standing};
use crate::queue::board::{self, Attempt, JobProgress, JobRow, Line, formats};
use crate::secret::redact;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::privileged::Observer;
use crate::web::guards::visitor::Visitor;

/// Operations that are named.
const OPERATIONS: i64 = 20;

/// A page, or a text.
#[derive(Responder)]
pub enum Shown {
    Page(Box<View>),
    File(Box<File>),
}

/// All that is known of a job.
struct Known {
    job: JobRow,
    attempts: Vec<Attempt>,
    lines: Vec<Line>,
    progress: Option<JobProgress>,
}

/// `/ops/jobs/312`, or with `.txt` or `.json` the same for a terminal or a program.
#[get("/ops/jobs/<file>")]
pub async fn show(file: &str, _observer: Observer, visitor: Visitor<'_>, db: &Db) -> Result<Shown, Error> {
    let (number, format) = file.split_once('.').unwrap_or((file, ""));
    let number = number.parse::<i64>().ok().filter(|&number| number > 0).ok_or(Error::NotFound)?;
    if !matches!(format, "" | "txt" | "json") {
        return Err(Error::NotFound);
    }
    let mut conn = db.acquire().await?;
    let Some(job) = board::job(&mut conn, number).await? else {
        let missing = View::new("ops/no_job", json!({ "number": number })).status(Status::NotFound);
        return Ok(Shown::Page(Box::new(missing)));
    };
    let known = Known {
        attempts: board::attempts(&mut conn, number).await?,
        lines: board::lines(&mut conn, number).await?,
        progress: board::progress(&mut conn, number).await?,
        job,
    };
    Ok(match format {
        "txt" => Shown::File(Box::new(File::new(ContentType::Plain, text(&known)))),
        "json" => Shown::File(Box::new(File::new(ContentType::JSON, object(&known).to_string()))),
        _ => Shown::Page(Box::new(View::new("ops/job", page(&mut conn, &known, &visitor).await?))),
    })
}

fn object(known: &Known) -> Value {
    let attempts: Vec<_> = known.attempts.iter().map(|attempt| without_secrets(json!(attempt), "error")).collect();
    let lines: Vec<_> = known.lines.iter().map(|line| without_secrets(json!(line), "text")).collect();
    json!({ "job": data::item(&known.job), "attempts": attempts, "lines": lines, "progress": known.progress })
}

fn without_secrets(mut value: Value, field: &str) -> Value {
    if let Some(text) = value[field].as_str() {
        value[field] = redact(text).into();
    }
    value
}

fn text(known: &Known) -> String {
    let job = &known.job;
    let mut text =
        format!("Job {}: {} ({})\n{}\n\n", job.number, job.kind, job.state.name(), standing(job, Utc::now()));
    let rows: Vec<_> = known
        .attempts
        .iter()
        .map(|attempt| {
            vec![
                attempt.attempt.to_string(),
                attempt.worker.to_string(),
                attempt.started_at.format("%Y-%m-%d %H:%M:%SZ").to_string(),
                attempt.outcome.clone().unwrap_or("running".to_owned()),
                redact(attempt.error.as_deref().unwrap_or_default()),
            ]
        })
        .collect();
    if let Some(progress) = &known.progress {
        text += &format!("{}\n\n", progress_in_words(job, progress, &known.attempts, Utc::now()));
    }
    text += &formats::table(&["attempt", "worker", "started", "outcome", "error"], &rows);
    for line in &known.lines {
        text += &format!("{} {}: {}\n", line.at.format("%H:%M:%SZ"), line.attempt, redact(&line.text));
    }
    text
}

async fn page(conn: &mut PgConnection, known: &Known, visitor: &Visitor<'_>) -> Result<Value, Error> {
    let job = &known.job;
    let (now, kind) = (Utc::now(), job.kind.parse::<JobKind>().ok());
    let mail = job.arguments.as_ref().and_then(|arguments| arguments["mail"].as_i64());
    let attempts: Vec<_> = known.attempts.iter().map(|attempt| attempt_data(attempt, &known.lines, now)).collect();
    let neighbours = board::neighbours(conn, job.number).await?;
    let beside = |after: bool| -> Vec<i64> {
        neighbours.iter().copied().filter(|&other| (other > job.number) == after).collect()
    };
    let (username, profile) = match job.account {
        Some(account) => {
            (directory::username(conn, account).await?, profile::public_username(conn, account).await?.is_some())
        }
        None => (None, false),
    };
    Ok(json!({
        "csrf": visitor.form_token(),
        "job": data::item(job),
        "state": job.state.name(),
        "known": kind.is_some(),
        "summary": kind.map(|kind| kind.definition().summary),
        "standing": standing(job, now),
        "mail": mail,
        "attempts": attempts,
        "progress": known.progress.as_ref().map(|progress| progress_in_words(job, progress, &known.attempts, now)),
        "username": username,
        "profile": profile,
        "operations": operations::of_job(conn, job.number, OPERATIONS).await?,
        "retry": kind.map(effects::revived),
        "later": beside(true),
        "earlier": beside(false),
        "arguments": arguments(job),
    }))
}

/// Ids and choices, by name; what is no number, word or choice is left out.
fn arguments(job: &JobRow) -> Vec<Value> {
    let Some(Value::Object(arguments)) = &job.arguments else {
        return Vec::new();
    };
    let known = JobKind::VARIANTS.iter().any(|kind| kind.name() == job.kind);
    let shown = |value: &Value| match value {
        Value::Number(number) => number.to_string(),
        Value::Bool(choice) => if *choice { "yes" } else { "no" }.to_owned(),
        _ => "not shown".to_owned(),
    };
    let arguments = arguments.iter().filter(|(name, _)| known && *name != "kind");
    arguments.map(|(name, value)| json!({ "name": name, "value": shown(value) })).collect()
}

fn attempt_data(attempt: &Attempt, lines: &[Line], now: DateTime<Utc>) -> Value {
    let wait = attempt.due_at.map(|due| length(attempt.started_at - due));
    let run = length(attempt.ended_at.unwrap_or(now) - attempt.started_at);
    let lines: Vec<_> = lines.iter().filter(|line| line.attempt == attempt.attempt).collect();
    let lines: Vec<_> = lines.into_iter().map(|line| without_secrets(json!(line), "text")).collect();
    let mut data = without_secrets(json!(attempt), "error");
    data["wait"] = json!(wait);
    data["run"] = json!(run);
    data["lines"] = json!(lines);
    data["outcome"] = json!(attempt.outcome.as_deref().unwrap_or("running"));
    data
}
