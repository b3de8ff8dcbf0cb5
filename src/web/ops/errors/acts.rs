//! What operators say about a group of errors.

use chrono::DateTime;
use rocket::form::FromForm;
use rocket::post;

use super::super::notice::{Way, conflict};
use super::{show, unknown};
use crate::error::Error;
use crate::queue::board;
use crate::steering::{Done, Reason, errors};
use crate::web::answers::Answer;
use crate::web::db::Db;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::privileged::Operator;
use crate::web::guards::visitor::Visitor;

/// A note in the place of another.
#[derive(FromForm)]
pub struct NoteForm<'r> {
    #[field(default = "")]
    note: &'r str,
    /// When the one was written that was there, in microseconds since 1970; 0 for none.
    #[field(default = "")]
    seen: &'r str,
}

/// Why somebody mutes it, or ends that.
#[derive(FromForm)]
pub struct ReasonForm<'r> {
    #[field(default = "")]
    reason: &'r str,
}

/// Writes it down.
#[post("/ops/errors/<id>/note", data = "<sent>")]
pub async fn note(
    id: &str,
    sent: Guarded<NoteForm<'_>>,
    operator: Operator,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let Ok(group) = id.parse() else { return Ok(unknown(id).into()) };
    let seen = match sent.0.seen {
        "" => None,
        "0" => Some(None),
        typed => Some(Some(typed.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or_else(|| {
            Error::invalid("seen", "This form does not say which note it is about. Open the page again.")
        })?)),
    };
    let mut tx = db.begin().await?;
    let done = errors::note(&mut tx, operator.actor(), group, sent.0.note, seen).await;
    if done.is_ok() {
        tx.commit().await?;
    }
    answer(id, done, ("note", sent.0.note), &visitor, db).await
}

/// Nobody is alerted of it until it changes.
#[post("/ops/errors/<id>/mute", data = "<sent>")]
pub async fn mute(
    id: &str,
    sent: Guarded<ReasonForm<'_>>,
    operator: Operator,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let Ok(group) = id.parse() else { return Ok(unknown(id).into()) };
    let mut tx = db.begin().await?;
    let done = match Reason::parse(sent.0.reason) {
        Ok(reason) => errors::mute(&mut tx, operator.actor(), group, &reason).await,
        Err(wrong) => Err(wrong),
    };
    if done.is_ok() {
        tx.commit().await?;
    }
    answer(id, done, ("reason", sent.0.reason), &visitor, db).await
}

/// It counts again.
#[post("/ops/errors/<id>/unmute", data = "<sent>")]
pub async fn unmute(
    id: &str,
    sent: Guarded<ReasonForm<'_>>,
    operator: Operator,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let Ok(group) = id.parse() else { return Ok(unknown(id).into()) };
    let mut tx = db.begin().await?;
    let done = match Reason::parse(sent.0.reason) {
        Ok(reason) => errors::unmute(&mut tx, operator.actor(), group, &reason).await,
        Err(wrong) => Err(wrong),
    };
    if done.is_ok() {
        tx.commit().await?;
    }
    answer(id, done, ("reason", sent.0.reason), &visitor, db).await
}

/// Back to the group, or what is wrong with what was typed.
async fn answer(
    id: &str,
    done: Result<Done, Error>,
    (field, typed): (&'static str, &str),
    visitor: &Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let back = format!("/ops/errors/{id}");
    match done {
        Ok(done) => {
            visitor.say(&done.sentence);
            Ok(Answer::to(back))
        }
        Err(Error::Conflict(message)) => {
            Ok(conflict(&message, "error", &[Way::new(back, "Back to the error group")]).into())
        }
        Err(Error::NotFound) => Ok(unknown(id).into()),
        Err(wrong @ Error::Invalid(_)) => {
            let mut conn = db.acquire().await?;
            let found = match id.parse() {
                Ok(number) => board::error_group(&mut conn, number).await?,
                Err(_) => None,
            };
            let Some(group) = found else { return Ok(unknown(id).into()) };
            let mut form = show::form(visitor, &group).field(field, typed);
            form.check::<()>(Err(wrong))?;
            Ok(show::page(&mut conn, &group, &form).await?.into())
        }
        Err(other) => Err(other),
    }
}
