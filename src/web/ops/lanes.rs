//! Lanes: how they do, and what holds them.

use chrono::Utc;
use rocket::form::FromForm;
use rocket::{State, get, post};
use serde_json::{Value, json};

use super::notice::{Way, conflict, unknown};
use super::pausing::{self, PauseForm, ResumeForm};
use crate::charts::duration;
use crate::config::Config;
use crate::error::Error;
use crate::queue::board::{self, LaneRow};
use crate::steering::{self, Concurrency, Target};
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::live::Live;
use crate::web::guards::privileged::{Observer, Operator};
use crate::web::guards::visitor::Visitor;

/// All lanes.
#[get("/ops/lanes")]
pub async fn list(
    _observer: Observer,
    live: Live,
    visitor: Visitor<'_>,
    db: &Db,
    config: &State<Config>,
) -> Result<View, Error> {
    let live = live.view_of(&[])?;
    let lanes = board::lane_rows(&mut *db.acquire().await?, config.jobs.lease_seconds).await?;
    let slots = lanes.first().map_or(0, |lane| lane.slots);
    let total = |of: fn(&LaneRow) -> i64| lanes.iter().map(of).sum::<i64>();
    let paused: Vec<&str> = lanes.iter().filter(|lane| lane.pause.is_some()).map(|lane| lane.name.as_str()).collect();
    let data = json!({
        "live": live,
        "csrf": visitor.form_token(),
        "slots": slots,
        "waiting": total(|lane| lane.waiting),
        "running": total(|lane| lane.running),
        "paused": paused.join(", "),
        "lanes": lanes.iter().map(shown).collect::<Vec<_>>(),
    });
    Ok(View::new("ops/lanes", data))
}

fn shown(lane: &LaneRow) -> Value {
    let oldest = lane.oldest_due.map(|at| duration((Utc::now() - at).num_milliseconds() as f64 / 1000.0));
    let drains = lane.drains_in().map(duration);
    json!({
        "name": lane.name,
        "waiting": lane.waiting,
        "oldest": oldest,
        "running": lane.running,
        "concurrency": lane.concurrency,
        "done": format!("{:.1}", lane.done_per_minute),
        "drains": match drains {
            Some(drains) => format!("in {drains}"),
            None if lane.waiting == 0 => "nothing waits".to_owned(),
            None if lane.pause.is_some() => "not while it is paused".to_owned(),
            None => "not at this pace".to_owned(),
        },
        "pausing": pausing::shown("lane", &lane.name, lane.pause.as_ref()),
    })
}

/// Its jobs wait.
#[post("/ops/lanes/<name>/pause", data = "<form>")]
pub async fn pause(
    operator: Operator,
    name: &str,
    form: Guarded<PauseForm<'_>>,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    match target(db, name).await? {
        Some(target) => pausing::pause(operator.actor(), &target, &form.0, &visitor, db).await,
        None => Ok(unknown("lane", name).into()),
    }
}

/// They go on.
#[post("/ops/lanes/<name>/resume", data = "<form>")]
pub async fn resume(
    operator: Operator,
    name: &str,
    form: Guarded<ResumeForm<'_>>,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    match target(db, name).await? {
        Some(target) => pausing::resume(operator.actor(), &target, &form.0, &visitor, db).await,
        None => Ok(unknown("lane", name).into()),
    }
}

async fn target(db: &Db, name: &str) -> Result<Option<Target>, Error> {
    Ok(Target::lane(&mut *db.acquire().await?, name).await?)
}

/// How many at once.
#[derive(FromForm)]
pub struct ConcurrencyForm<'r> {
    #[field(default = "")]
    concurrency: &'r str,
    /// What it was when the page was made.
    #[field(default = "")]
    seen: &'r str,
}

/// More or fewer of its jobs may run at once.
#[post("/ops/lanes/<name>/concurrency", data = "<form>")]
pub async fn limit(
    operator: Operator,
    name: &str,
    form: Guarded<ConcurrencyForm<'_>>,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    if target(db, name).await?.is_none() {
        return Ok(unknown("lane", name).into());
    }
    let ConcurrencyForm { concurrency, seen } = form.0;
    let mut view = FormView::of(&visitor).field("concurrency", concurrency);
    let Some(wanted) = view.check(Concurrency::parse(concurrency))? else {
        return Ok(view.page("ops/concurrency", json!({ "name": name, "seen": seen })).into());
    };
    let mut tx = db.begin().await?;
    let seen = Concurrency::parse(seen).ok();
    match steering::set_concurrency(&mut tx, operator.actor(), name, seen, wanted).await {
        Ok(done) => {
            tx.commit().await?;
            visitor.say(&done.sentence);
            Ok(Answer::to("/ops/lanes"))
        }
        Err(Error::Conflict(message)) => {
            Ok(conflict(&message, "lane", &[Way::new("/ops/lanes", "Back to the lanes")]).into())
        }
        Err(other) => Err(other),
    }
}
