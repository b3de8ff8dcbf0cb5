//! The forms that pause and resume lanes, kinds and schedules.

use chrono::{DateTime, Utc};
use rocket::form::FromForm;
use rocket::http::RawStr;
use serde_json::{Value, json};

use super::notice::{Way, conflict, page_of};
use crate::accounts::audit::Actor;
use crate::error::Error;
use crate::queue::board::Pause;
use crate::steering::{self, Reason, Target};
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::visitor::Visitor;

/// What is typed to pause something.
#[derive(FromForm)]
pub struct PauseForm<'r> {
    #[field(default = "")]
    reason: &'r str,
    #[field(default = "")]
    until: &'r str,
}

/// Which pause is meant.
#[derive(FromForm)]
pub struct ResumeForm<'r> {
    /// When it began, in microseconds since 1970.
    #[field(default = "")]
    seen: &'r str,
}

/// What the partial `ops/_pausing` shows: the pause of something, or the form that pauses it.
pub fn shown(noun: &str, name: &str, pause: Option<&Pause>) -> Value {
    json!({
        "what": format!("{noun} {name}"),
        "action": action(noun, name),
        "id": format!("{noun}-{name}"),
        "paused": pause.is_some(),
        "words": pause.map(Pause::words),
        "seen": pause.map(|pause| pause.since.timestamp_micros()),
    })
}

/// Where its forms go.
fn action(noun: &str, name: &str) -> String {
    format!("/ops/{noun}s/{}", RawStr::new(name).percent_encode())
}

/// Pauses it, and goes back to its page. What is wrong is said on a page of its own, with what was typed.
pub async fn pause(
    actor: &Actor,
    target: &Target,
    form: &PauseForm<'_>,
    visitor: &Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let mut view = FormView::of(visitor).field("reason", form.reason).field("until", form.until);
    let reason = view.check(Reason::parse(form.reason))?;
    let until = view.check(steering::until(form.until, Utc::now()))?;
    let (Some(reason), Some(until)) = (reason, until) else {
        return Ok(mistaken(&view, target).into());
    };
    let mut tx = db.begin().await?;
    let done = steering::pause(&mut tx, actor, target, &reason, until).await;
    let done = match done {
        Ok(done) => done,
        Err(Error::Conflict(message)) => return Ok(clash(&message, target).into()),
        Err(other) => return Err(other),
    };
    tx.commit().await?;
    visitor.say(&done.sentence);
    Ok(Answer::to(page_of(target.noun(), target.name())))
}

/// Ends the pause, and goes back.
pub async fn resume(
    actor: &Actor,
    target: &Target,
    form: &ResumeForm<'_>,
    visitor: &Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let seen = match form.seen {
        "" => None,
        typed => Some(typed.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or_else(|| {
            Error::invalid("seen", "This form does not say which pause it is about. Open the page again.")
        })?),
    };
    let mut tx = db.begin().await?;
    let done = match steering::resume(&mut tx, actor, target, seen).await {
        Ok(done) => done,
        Err(Error::Conflict(message)) => return Ok(clash(&message, target).into()),
        Err(other) => return Err(other),
    };
    tx.commit().await?;
    visitor.say(&done.sentence);
    Ok(Answer::to(page_of(target.noun(), target.name())))
}

fn mistaken(form: &FormView, target: &Target) -> View {
    let here = page_of(target.noun(), target.name());
    let data = json!({ "what": target.to_string(), "here": format!("{}s", target.noun()), "action": format!("{}/pause", action(target.noun(), target.name())), "back": here });
    form.page("ops/pause", data)
}

fn clash(message: &str, target: &Target) -> View {
    let back = Way::new(page_of(target.noun(), target.name()), format!("Back to the {target}"));
    conflict(message, target.noun(), &[back])
}
