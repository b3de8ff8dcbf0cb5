//! Kinds of jobs: how many, and how long they wait and run.

mod chart;

use rocket::http::RawStr;
use rocket::{get, post};
use serde_json::{Value, json};
use strum::VariantArray;

use self::chart::{Range, histories};
pub use self::chart::{csv, svg};
use super::notice::unknown;
use super::pausing::{self, PauseForm, ResumeForm};
use crate::charts::duration;
use crate::error::Error;
use crate::queue::JobKind;
use crate::queue::board::{self, Compared, JobState, KindRow, Measure, Quantiles};
use crate::steering::Target;
use crate::web::answers::Answer;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::live::Live;
use crate::web::guards::privileged::{Observer, Operator};
use crate::web::guards::visitor::Visitor;

/// All kinds.
#[get("/ops/kinds")]
pub async fn list(_observer: Observer, live: Live, db: &Db) -> Result<View, Error> {
    let live = live.view_of(&[])?;
    let kinds = board::kind_rows(&mut *db.acquire().await?).await?;
    let unknown: Vec<&str> =
        kinds.iter().filter(|kind| kind.summary.is_none()).map(|kind| kind.name.as_str()).collect();
    let data = json!({
        "live": live,
        "unknown": unknown.join(", "),
        "kinds": kinds.iter().map(|kind| {
            let pace = kind.pace;
            let paces = [pace.wait_hour, pace.wait_day, pace.run_hour, pace.run_day];
            json!({
                "kind": shown(kind),
                "paces": paces.map(|pace| short(&pace)),
            })
        }).collect::<Vec<_>>(),
    });
    Ok(View::new("ops/kinds", data))
}

fn shown(kind: &KindRow) -> Value {
    json!({
        "name": kind.name,
        "path": RawStr::new(&kind.name).percent_encode().as_str(),
        "lane": kind.lane,
        "summary": kind.summary.unwrap_or("This program does not know it: a newer one made these jobs, or an older one."),
        "waiting": kind.count(JobState::Queued) + kind.count(JobState::Retrying),
        "running": kind.count(JobState::Processing),
        "failed": kind.count(JobState::Failed),
        "finished": kind.count(JobState::Finished),
        "oldest": kind.oldest_due.map(since),
        "rests": kind.rests,
        "pausing": pausing::shown("kind", &kind.name, kind.pause.as_ref()),
    })
}

/// How long ago, in words.
pub(super) fn since(at: chrono::DateTime<chrono::Utc>) -> String {
    duration((chrono::Utc::now() - at).num_milliseconds() as f64 / 1000.0)
}

/// As in `120 ms · 1.2 s · 3 s`.
fn short(pace: &Compared) -> String {
    let Some(Quantiles { p50, p95, p99, .. }) = pace.now else { return "no jobs".to_owned() };
    let words = [p50, p95, p99].map(duration).join(" · ");
    match change(pace) {
        Some(change) if change != "about the same" => format!("{words} ({change})"),
        _ => words,
    }
}

/// How p95 compares with the time before.
fn change(pace: &Compared) -> Option<String> {
    let factor = pace.change()?;
    Some(match factor {
        0.0..0.8 => format!("{:.0} % quicker", (1.0 - factor) * 100.0),
        0.8..1.25 => "about the same".to_owned(),
        1.25..3.0 => format!("{:.0} % slower", (factor - 1.0) * 100.0),
        _ => format!("{:.0} times as slow", factor.min(1e6)),
    })
}

/// One kind, with charts of an hour, a day or a week.
#[get("/ops/kinds/<kind>?<range>")]
pub async fn show(
    _observer: Observer,
    live: Live,
    kind: &str,
    range: Option<&str>,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<View, Error> {
    live.view_of(&["range"])?;
    let range = Range::parse(range)?;
    let mut conn = db.acquire().await?;
    let Some(row) = board::kind_rows(&mut conn).await?.into_iter().find(|row| row.name == kind) else {
        return Ok(unknown("kind", kind));
    };
    let theme = chart::theme_of(&visitor);
    let mut charts = Vec::new();
    for (measure, name) in [(Measure::Wait, "Waits"), (Measure::Run, "Runs")] {
        let chart = histories(&mut conn, kind, measure, range).await?;
        charts.push(chart::shown(&chart, kind, measure, name, range, theme));
    }
    let definition = kind.parse::<JobKind>().ok().map(JobKind::definition);
    let pace = row.pace;
    let rows = [
        ("Waited, last hour", pace.wait_hour),
        ("Waited, last 24 hours", pace.wait_day),
        ("Ran, last hour", pace.run_hour),
        ("Ran, last 24 hours", pace.run_day),
    ];
    let data = json!({
        "csrf": visitor.form_token(),
        "kind": shown(&row),
        "states": JobState::VARIANTS.iter().map(|&state| json!({ "name": state.name(), "count": row.count(state) })).collect::<Vec<_>>(),
        "definition": definition.map(|known| json!({
            "attempts": known.attempts,
            "timeout": duration(known.timeout.as_secs_f64()),
            "backoff": duration(known.longest_backoff.as_secs_f64()),
        })),
        "paces": rows.map(|(name, pace)| pace_row(name, &pace)),
        "charts": charts,
        "ranges": Range::ALL.map(|each| json!({ "name": each.name(), "words": each.words(), "chosen": each == range })),
    });
    Ok(View::new("ops/kind", data))
}

fn pace_row(name: &str, pace: &Compared) -> Value {
    let cells =
        |pace: Quantiles| json!([pace.count.to_string(), duration(pace.p50), duration(pace.p95), duration(pace.p99)]);
    json!({
        "name": name,
        "cells": pace.now.map_or_else(|| json!(["0", "no jobs", "no jobs", "no jobs"]), cells),
        "change": change(pace).unwrap_or_else(|| "nothing to compare with".to_owned()),
    })
}

/// Its jobs wait.
#[post("/ops/kinds/<kind>/pause", data = "<form>")]
pub async fn pause(
    operator: Operator,
    kind: &str,
    form: Guarded<PauseForm<'_>>,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    match target(db, kind).await? {
        Some(target) => pausing::pause(operator.actor(), &target, &form.0, &visitor, db).await,
        None => Ok(unknown("kind", kind).into()),
    }
}

/// They go on.
#[post("/ops/kinds/<kind>/resume", data = "<form>")]
pub async fn resume(
    operator: Operator,
    kind: &str,
    form: Guarded<ResumeForm<'_>>,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    match target(db, kind).await? {
        Some(target) => pausing::resume(operator.actor(), &target, &form.0, &visitor, db).await,
        None => Ok(unknown("kind", kind).into()),
    }
}

async fn target(db: &Db, kind: &str) -> Result<Option<Target>, Error> {
    Ok(Target::kind(&mut *db.acquire().await?, kind).await?)
}
