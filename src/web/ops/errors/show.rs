//! One group of errors.

use rocket::get;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::list::{failed, trend_in_words};
use super::{chart, unknown};
use crate::error::Error;
use crate::queue::board::{self, ErrorGroupRow, JobFilter};
use crate::secret::redact;
use crate::web::answers::form::FormView;
use crate::web::answers::picture::ShownChart;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::live::Live;
use crate::web::guards::privileged::Observer;
use crate::web::guards::visitor::Visitor;

/// Jobs that are shown.
const JOBS: i64 = 10;

/// What it is, how often it came and in which versions, its jobs, and what can be done.
#[get("/ops/errors/<id>", rank = 2)]
pub async fn show(id: &str, _observer: Observer, live: Live, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    live.view_of(&[])?;
    let mut conn = db.acquire().await?;
    let found = match id.parse() {
        Ok(number) => board::error_group(&mut conn, number).await?,
        Err(_) => None,
    };
    match found {
        Some(group) => page(&mut conn, &group, &form(&visitor, &group)).await,
        None => Ok(unknown(id)),
    }
}

/// The forms as they are at first.
pub fn form(visitor: &Visitor<'_>, group: &ErrorGroupRow) -> FormView {
    FormView::of(visitor).field("note", group.note.as_deref().unwrap_or_default()).field("reason", "")
}

/// The page around them.
pub async fn page(conn: &mut PgConnection, group: &ErrorGroupRow, form: &FormView) -> Result<View, Error> {
    let filter = JobFilter { error: Some(group.id), ..JobFilter::default() };
    let walk = board::walk(conn, &filter, JOBS).await?;
    let jobs: Vec<Value> = walk
        .jobs
        .iter()
        .map(|job| {
            let error = job.error.as_deref().and_then(|error| error.lines().next()).unwrap_or_default();
            json!({
                "number": job.number,
                "attempt": job.attempt,
                "updated_at": job.updated_at,
                "aside": job.discarded_at.is_some(),
                "error": redact(error).chars().take(120).collect::<String>(),
            })
        })
        .collect();
    let chart = chart::chart(conn, group.id).await?;
    let data = json!({
        "group": group,
        "failed": failed(group),
        "trend": trend_in_words(group),
        "sentence": sentence(group),
        "versions": board::error_versions(conn, group.id).await?,
        "elsewhere": board::error_elsewhere(conn, group.id).await?,
        "jobs": jobs,
        "more_jobs": walk.next.is_some(),
        "seen": group.noted_at.map_or(0, |at| at.timestamp_micros()),
        "chart": ShownChart::of(&chart, "hours", "Hours", (
            format!("/ops/errors/{}/chart.svg", group.id),
            format!("/ops/errors/{}/chart.csv", group.id),
        )),
    });
    Ok(form.page("ops/error", data))
}

fn sentence(group: &ErrorGroupRow) -> String {
    let failed = match (group.failed, group.more) {
        (0, false) => "No job that failed with it for good is left to see to".to_owned(),
        (1, false) => "1 job failed with it for good".to_owned(),
        _ => format!("{} jobs failed with it for good", failed(group)),
    };
    let aside = match group.aside {
        0 => String::new(),
        aside => format!(", and {} put aside", super::super::jobs::thousands(aside)),
    };
    format!("{failed}{aside}; {} attempts within 24 hours, {}.", group.day, trend_in_words(group))
}
