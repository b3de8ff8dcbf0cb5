//! A visitor's report of a photo, which also passes over it.

use rocket::form::FromForm;
use rocket::http::Status;
use rocket::{State, get, post};
use serde_json::{Value, json};

use super::photo::Photo;
use crate::config::Config;
use crate::error::{Error, FieldError};
use crate::submissions::reports::{NOTE_LENGTH, Reason, report};
use crate::submissions::{self, Submission};
use crate::web::csrf::{self, Guarded};
use crate::web::db::Db;
use crate::web::keys::Keys;
use crate::web::view::View;
use crate::web::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct ReportForm<'r> {
    reason: Option<&'r str>,
    note: Option<&'r str>,
}

/// The form.
#[get("/submissions/<id>/reports/new")]
pub async fn new(id: i64, visitor: Visitor<'_>, db: &Db, keys: &State<Keys>) -> Result<View, Error> {
    let submission = votable(db, id).await?;
    Ok(View::new(
        "submissions/report",
        page(&submission, &visitor, keys, &ReportForm { reason: None, note: None }, &[]),
    ))
}

/// Keeps the report.
#[post("/submissions/<id>/reports", data = "<form>")]
pub async fn create(
    id: i64,
    form: Guarded<ReportForm<'_>>,
    visitor: Visitor<'_>,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
) -> Result<View, Error> {
    let submission = votable(db, id).await?;
    let form = form.0;
    let (reason, note) = match parse(&form) {
        Ok(parsed) => parsed,
        Err(errors) => {
            let data = page(&submission, &visitor, keys, &form, &errors);
            return Ok(View::new("submissions/report", data).status(Status::UnprocessableEntity));
        }
    };
    let mut tx = db.begin().await?;
    report(&mut tx, visitor.rater_id(), id, reason, note, config.rates.reports_per_hour).await?;
    tx.commit().await?;
    Ok(View::new("submissions/reported", json!({ "title": submission.title })))
}

async fn votable(db: &Db, id: i64) -> Result<Submission, Error> {
    let mut conn = db.acquire().await?;
    submissions::find(&mut conn, id).await?.filter(Submission::votable).ok_or(Error::NotFound)
}

fn parse<'r>(form: &ReportForm<'r>) -> Result<(Reason, &'r str), Vec<FieldError>> {
    let reason = form.reason.and_then(Reason::parse);
    let note = form.note.unwrap_or_default().trim();
    let mut errors = vec![];
    if reason.is_none() {
        errors.push(FieldError { field: "reason", message: "Choose what is wrong with the photo.".into() });
    }
    let length = note.chars().count();
    if length > NOTE_LENGTH {
        let message = format!("Shorten the note to {NOTE_LENGTH} characters; it has {length}.");
        errors.push(FieldError { field: "note", message });
    } else if note.contains('\0') {
        errors.push(FieldError { field: "note", message: "Remove the invisible characters from the note.".into() });
    } else if reason == Some(Reason::Other) && note.is_empty() {
        errors.push(FieldError { field: "note", message: "Say in a few words what is wrong.".into() });
    }
    match reason {
        Some(reason) if errors.is_empty() => Ok((reason, note)),
        _ => Err(errors),
    }
}

fn page(
    submission: &Submission,
    visitor: &Visitor<'_>,
    keys: &Keys,
    form: &ReportForm<'_>,
    errors: &[FieldError],
) -> Value {
    let error = |name| errors.iter().find(|error| error.field == name).map(|error| &error.message);
    let listed: Vec<Value> =
        errors.iter().map(|error| json!({ "field": error.field, "text": error.message })).collect();
    let reasons: Vec<Value> = Reason::ALL
        .iter()
        .map(|(_, value, label)| json!({ "value": value, "label": label, "checked": form.reason == Some(value) }))
        .collect();
    json!({
        "csrf": csrf::token(keys, visitor),
        "photo": Photo::of(submission),
        "reasons": reasons,
        "reason_error": error("reason"),
        "note": form.note.unwrap_or_default(),
        "note_error": error("note"),
        "errors": listed,
    })
}
