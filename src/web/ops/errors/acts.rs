//! What operators say about a group of errors.

use chrono::{DateTime, Utc};
use rocket::form::FromForm;
use rocket::post;
use sqlx::{Postgres, Transaction};

use super::super::notice::{Way, conflict};
use super::{show, unknown};
use crate::accounts::audit::Actor;
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
    act(id, Act::Note(&sent.0), &operator, &visitor, db).await
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
    act(id, Act::Mute(sent.0.reason), &operator, &visitor, db).await
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
    act(id, Act::Unmute(sent.0.reason), &operator, &visitor, db).await
}

/// What is said about a group.
enum Act<'r> {
    Note(&'r NoteForm<'r>),
    Mute(&'r str),
    Unmute(&'r str),
}

impl Act<'_> {
    /// The field in which it was typed, and what.
    fn typed(&self) -> (&'static str, &str) {
        match self {
            Act::Note(form) => ("note", form.note),
            Act::Mute(reason) | Act::Unmute(reason) => ("reason", reason),
        }
    }

    async fn apply(&self, tx: &mut Transaction<'_, Postgres>, by: &Actor, group: i64) -> Result<Done, Error> {
        match self {
            Act::Note(form) => errors::note(tx, by, group, form.note, form.seen()?).await,
            Act::Mute(reason) => errors::mute(tx, by, group, &Reason::parse(reason)?).await,
            Act::Unmute(reason) => errors::unmute(tx, by, group, &Reason::parse(reason)?).await,
        }
    }
}

impl NoteForm<'_> {
    /// Which note the page showed, if the form says that.
    fn seen(&self) -> Result<Option<Option<DateTime<Utc>>>, Error> {
        match self.seen {
            "" => Ok(None),
            "0" => Ok(Some(None)),
            typed => match typed.parse().ok().and_then(DateTime::from_timestamp_micros) {
                Some(at) => Ok(Some(Some(at))),
                None => {
                    Err(Error::invalid("seen", "This form does not say which note it is about. Open the page again."))
                }
            },
        }
    }
}

async fn act(id: &str, act: Act<'_>, operator: &Operator, visitor: &Visitor<'_>, db: &Db) -> Result<Answer, Error> {
    let Ok(group) = id.parse() else { return Ok(unknown(id).into()) };
    let mut tx = db.begin().await?;
    let done = act.apply(&mut tx, operator.actor(), group).await;
    if done.is_ok() {
        tx.commit().await?;
    }
    answer(id, done, act.typed(), visitor, db).await
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
