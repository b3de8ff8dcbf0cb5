//! Workers: who is there, what each runs, and who is missing.

use chrono::{DateTime, TimeDelta, Utc};
use rocket::{State, get, post};
use serde_json::{Value, json};

use super::kinds::since;
use super::notice::{Way, conflict, unknown};
use crate::accounts::audit::Actor;
use crate::charts::{Unit, duration};
use crate::config::Config;
use crate::error::Error;
use crate::queue::board::{self, CrewMember, Holding, Presence};
use crate::steering::{self, Done};
use crate::web::answers::Answer;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::Pressed;
use crate::web::guards::live::Live;
use crate::web::guards::privileged::{Observer, Operator};
use crate::web::guards::visitor::Visitor;

/// All that have not said goodbye.
#[get("/ops/workers")]
pub async fn list(_observer: Observer, live: Live, db: &Db, config: &State<Config>) -> Result<View, Error> {
    let live = live.view_of(&[])?;
    let lease = config.jobs.lease_seconds;
    let crew = board::crew(&mut *db.acquire().await?, lease, None).await?;
    let there = |member: &&CrewMember| matches!(member.presence, Presence::Live | Presence::Quiet);
    let missing = crew.iter().filter(|member| matches!(member.presence, Presence::Late | Presence::Gone));
    let missing: Vec<_> = missing.map(|member| shown(member, lease)).collect();
    let data = json!({
        "live": live,
        "there": crew.iter().filter(there).count(),
        "slots": crew.iter().filter(|member| member.presence == Presence::Live).map(|member| member.slots).sum::<i32>(),
        "running": crew.iter().map(|member| member.holds.len()).sum::<usize>(),
        "missing": missing,
        "workers": crew.iter().map(|member| shown(member, lease)).collect::<Vec<_>>(),
        "holds": crew.iter().flat_map(|member| holds(member, lease)).collect::<Vec<_>>(),
    });
    Ok(View::new("ops/workers", data))
}

/// One of them.
#[get("/ops/workers/<number>")]
pub async fn show(
    _observer: Observer,
    live: Live,
    number: i64,
    visitor: Visitor<'_>,
    db: &Db,
    config: &State<Config>,
) -> Result<View, Error> {
    live.view_of(&[])?;
    let lease = config.jobs.lease_seconds;
    let mut conn = db.acquire().await?;
    let crew = board::crew(&mut conn, lease, Some(number)).await?;
    let Some(member) = crew.iter().find(|member| member.number == number) else {
        return Ok(unknown("worker", &number.to_string()));
    };
    let quieted = match member.quiet_at {
        Some(_) => steering::quiet_since(&mut conn, number).await?,
        None => None,
    };
    let data = json!({
        "csrf": visitor.form_token(),
        "worker": shown(member, lease),
        "quieted_by": quieted.map(|act| act.by),
        "knows": member.kinds.as_ref().map(|kinds| kinds.join(", ")),
        "unknown": member.unknown_kinds().join(", "),
    });
    Ok(View::new("ops/worker", data))
}

fn shown(member: &CrewMember, lease: u32) -> Value {
    json!({
        "number": member.number,
        "host": member.host,
        "pid": member.pid,
        "slots": member.slots,
        "state": member.presence.name(),
        "quiet": member.quiet_at.is_some(),
        "stopped": member.presence == Presence::Stopped,
        "missing": matches!(member.presence, Presence::Late | Presence::Gone),
        "started_at": member.started_at,
        "stopped_at": member.stopped_at,
        "seen": since(member.seen_at),
        "version": member.version.as_deref().unwrap_or("not said"),
        "memory": member.rss_bytes.map_or("not said".to_owned(), |bytes| Unit::Bytes.say(bytes as f64)),
        "resting": member.resting.join(", "),
        "busy": member.holds.len(),
        "holds": holds(member, lease),
    })
}

/// The longest first.
fn holds(member: &CrewMember, lease: u32) -> Vec<Value> {
    member.holds.iter().map(|holding| held(holding, member, lease)).collect()
}

fn held(holding: &Holding, member: &CrewMember, lease: u32) -> Value {
    let running = holding.started_at.map(|at| (Utc::now() - at).num_milliseconds() as f64 / 1000.0);
    json!({
        "job": holding.job,
        "worker": member.number,
        "kind": holding.kind,
        "attempt": holding.attempt,
        "running": running.map_or("not known".to_owned(), duration),
        "usual": holding.usual.map_or("not known yet".to_owned(), duration),
        "timeout": holding.timeout.map_or("not known".to_owned(), duration),
        "note": note(holding, running, member.presence, lease),
    })
}

/// What is odd about a job that somebody holds.
fn note(holding: &Holding, running: Option<f64>, presence: Presence, lease: u32) -> String {
    if matches!(presence, Presence::Late | Presence::Gone | Presence::Stopped) {
        return rescue(holding, lease);
    }
    match (running, holding.usual, holding.timeout) {
        (Some(running), _, Some(timeout)) if running > timeout => "longer than it may".to_owned(),
        (Some(running), Some(usual), _) if running > 2.0 * usual && running > 1.0 => "longer than usual".to_owned(),
        _ => String::new(),
    }
}

/// Others look three times in a lease.
fn rescue(holding: &Holding, lease: u32) -> String {
    if !holding.rescuers {
        return "no worker that is there knows this kind: it waits for one".to_owned();
    }
    let look = TimeDelta::seconds(lease.div_ceil(3).into());
    let by = holding.lease_until.map_or_else(Utc::now, |until: DateTime<Utc>| until.max(Utc::now())) + look;
    format!("will be rescued within {} s", (by - Utc::now()).num_seconds().max(1))
}

/// It takes nothing new.
#[post("/ops/workers/<number>/quiet", data = "<_pressed>")]
pub async fn quiet(
    operator: Operator,
    number: i64,
    _pressed: Pressed,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    told(operator.actor(), number, true, &visitor, db).await
}

/// It does again.
#[post("/ops/workers/<number>/unquiet", data = "<_pressed>")]
pub async fn unquiet(
    operator: Operator,
    number: i64,
    _pressed: Pressed,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    told(operator.actor(), number, false, &visitor, db).await
}

async fn told(actor: &Actor, number: i64, quiet: bool, visitor: &Visitor<'_>, db: &Db) -> Result<Answer, Error> {
    let mut tx = db.begin().await?;
    let done = match quiet {
        true => steering::quiet(&mut tx, actor, number).await,
        false => steering::unquiet(&mut tx, actor, number).await,
    };
    match done {
        Ok(Done { sentence, .. }) => {
            tx.commit().await?;
            visitor.say(&sentence);
            Ok(Answer::to(format!("/ops/workers/{number}")))
        }
        Err(Error::NotFound) => Ok(unknown("worker", &number.to_string()).into()),
        Err(Error::Conflict(message)) => {
            let back = Way::new(format!("/ops/workers/{number}"), format!("Back to worker {number}"));
            Ok(conflict(&message, "worker", &[back]).into())
        }
        Err(other) => Err(other),
    }
}
