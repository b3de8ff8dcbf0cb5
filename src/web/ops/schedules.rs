//! Schedules: what recurs, when, and what came of it.

use rocket::{State, get, post};
use serde_json::{Value, json};

use super::notice::{Way, conflict, page_of, unknown};
use super::pausing::{self, PauseForm, ResumeForm};
use crate::charts::duration;
use crate::config::Config;
use crate::error::Error;
use crate::queue::board::{self, ScheduleRow, ScheduleRun};
use crate::queue::schedules;
use crate::steering::{self, RunNow, Target};
use crate::web::answers::Answer;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::{Guarded, Pressed};
use crate::web::guards::live::Live;
use crate::web::guards::privileged::{Observer, Operator};
use crate::web::guards::visitor::Visitor;

/// All of them.
#[get("/ops/schedules")]
pub async fn list(_observer: Observer, live: Live, db: &Db, config: &State<Config>) -> Result<View, Error> {
    let live = live.view_of(&[])?;
    let rows = board::schedule_rows(&mut *db.acquire().await?, &schedules::all(&config.jobs)).await?;
    let missing = rows.iter().filter(|row| row.pause.is_none() && !row.missed.is_empty());
    let missing: Vec<&str> = missing.map(|row| row.name.as_str()).collect();
    let data = json!({
        "live": live,
        "paused": rows.iter().filter(|row| row.pause.is_some()).count(),
        "missing": missing.join(", "),
        "schedules": rows.iter().map(shown).collect::<Vec<_>>(),
    });
    Ok(View::new("ops/schedules", data))
}

/// One of them.
#[get("/ops/schedules/<name>")]
pub async fn show(
    _observer: Observer,
    live: Live,
    name: &str,
    visitor: Visitor<'_>,
    db: &Db,
    config: &State<Config>,
) -> Result<View, Error> {
    live.view_of(&[])?;
    let mut schedules = schedules::all(&config.jobs);
    schedules.retain(|schedule| schedule.name() == name);
    let rows = board::schedule_rows(&mut *db.acquire().await?, &schedules).await?;
    match rows.first() {
        Some(row) => Ok(View::new("ops/schedule", json!({ "csrf": visitor.form_token(), "schedule": shown(row) }))),
        None => Ok(unknown("schedule", name)),
    }
}

fn shown(row: &ScheduleRow) -> Value {
    json!({
        "name": row.name,
        "summary": row.summary,
        "words": row.words,
        "next": row.next,
        "pausing": pausing::shown("schedule", &row.name, row.pause.as_ref()),
        "last": row.runs.first().map(run),
        "runs": row.runs.iter().map(run).collect::<Vec<_>>(),
        "missed": row.missed,
        "missed_count": row.missed.len(),
    })
}

fn run(run: &ScheduleRun) -> Value {
    json!({
        "job": run.job,
        "at": run.started_at.unwrap_or(run.created_at),
        "took": run.took().map_or(String::new(), duration),
        "outcome": run.outcome.as_deref().unwrap_or(run.state.name()),
        "error": run.error.as_deref().map(|error| error.lines().next().unwrap_or_default().chars().take(200).collect::<String>()),
        "tick": run.tick,
    })
}

/// Out of turn, unless its job waits already.
#[post("/ops/schedules/<name>/runs", data = "<_pressed>")]
pub async fn run_now(
    operator: Operator,
    name: &str,
    _pressed: Pressed,
    visitor: Visitor<'_>,
    db: &Db,
    config: &State<Config>,
) -> Result<Answer, Error> {
    let schedules = schedules::all(&config.jobs);
    let Some(schedule) = schedules.iter().find(|schedule| schedule.name() == name) else {
        return Ok(unknown("schedule", name).into());
    };
    let mut tx = db.begin().await?;
    match steering::run_now(&mut tx, operator.actor(), schedule).await? {
        RunNow::Queued(job) => {
            tx.commit().await?;
            visitor.say(&format!("Job {job} is queued: it runs when a worker has room."));
            Ok(Answer::to(page_of("schedule", name)))
        }
        RunNow::Waits(job, why) => {
            let message = format!(
                "Nothing was added: job {job} of the schedule {name} waits already, and does the same. It waits because {why}."
            );
            let ways = [
                Way::new(format!("/ops/jobs/{job}"), format!("Job {job}")),
                Way::new(page_of("schedule", name), format!("Back to {name}")),
            ];
            Ok(conflict(&message, "schedule", &ways).into())
        }
    }
}

/// It does not tick.
#[post("/ops/schedules/<name>/pause", data = "<form>")]
pub async fn pause(
    operator: Operator,
    name: &str,
    form: Guarded<PauseForm<'_>>,
    visitor: Visitor<'_>,
    db: &Db,
    config: &State<Config>,
) -> Result<Answer, Error> {
    match Target::schedule(&schedules::all(&config.jobs), name) {
        Some(target) => pausing::pause(operator.actor(), &target, &form.0, &visitor, db).await,
        None => Ok(unknown("schedule", name).into()),
    }
}

/// It does again.
#[post("/ops/schedules/<name>/resume", data = "<form>")]
pub async fn resume(
    operator: Operator,
    name: &str,
    form: Guarded<ResumeForm<'_>>,
    visitor: Visitor<'_>,
    db: &Db,
    config: &State<Config>,
) -> Result<Answer, Error> {
    match Target::schedule(&schedules::all(&config.jobs), name) {
        Some(target) => pausing::resume(operator.actor(), &target, &form.0, &visitor, db).await,
        None => Ok(unknown("schedule", name).into()),
    }
}
