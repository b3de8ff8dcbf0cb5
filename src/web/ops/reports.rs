//! Reported photos, and what moderators decide about them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rocket::form::FromForm;
use rocket::http::Status;
use rocket::{get, post};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::error::{Error, FieldError};
use crate::reports::decisions::{self, Decision, Judgement, Verdict, decide};
use crate::reports::{NOTE_LENGTH, Reason, Report, open};
use crate::submissions::{self, Moderation, Submission};
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::{Guarded, Pressed};
use crate::web::guards::privileged::Moderator;
use crate::web::guards::visitor::Visitor;
use crate::web::submissions::photo::Photo;

/// Photos on the page; the next ones come when these are answered.
const PAGE: usize = 20;

/// Notes shown of each photo; its own page has more.
const NOTES: i64 = 5;

/// Reports shown on a photo's own page.
const HISTORY: i64 = 200;

/// Decisions that can be taken back from the list.
const RECENT: i64 = 10;

/// What the form sends. It is one for any number of photos.
#[derive(FromForm)]
pub struct DecisionForm<'r> {
    photos: Vec<i64>,
    verdict: Option<&'r str>,
    reason: Option<&'r str>,
    words: Option<&'r str>,
    /// Was it sent from the page that asks whether they may be deleted?
    sure: Option<&'r str>,
    /// Was it sent from the photo's own page, which is to be shown again?
    stay: Option<&'r str>,
}

/// Photos with open reports, and what was decided lately.
#[get("/ops/reports")]
pub async fn list(_moderator: Moderator, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let mut conn = db.acquire().await?;
    page(&mut conn, &form(&visitor, ""), &[], None).await
}

/// A photo's reports and decisions.
#[get("/ops/reports/<id>")]
pub async fn show(id: i64, _moderator: Moderator, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let mut conn = db.acquire().await?;
    photo_page(&mut conn, &form(&visitor, ""), id, None).await
}

/// Decides about all the photos that were marked.
#[post("/ops/reports", data = "<sent>")]
pub async fn create(
    sent: Guarded<DecisionForm<'_>>,
    moderator: Moderator,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let typed = sent.0;
    let words = typed.words.unwrap_or_default().trim();
    let mut view = form(&visitor, words);
    let judgement = view.check(typed.judgement(words))?;
    if typed.photos.is_empty() {
        view.add_error(FieldError { field: "photos", message: "Mark at least one photo.".into() });
    }
    let (Some(judgement), true) = (judgement, view.is_valid()) else {
        let mut conn = db.acquire().await?;
        return Ok(Answer::Page(match (typed.stay, typed.photos.first()) {
            (Some(_), Some(&id)) => photo_page(&mut conn, &view, id, typed.reason).await?,
            _ => page(&mut conn, &view, &typed.photos, typed.reason).await?,
        }));
    };
    if judgement.verdict == Verdict::Removed && typed.sure.is_none() {
        return Ok(Answer::Page(are_you_sure(&mut *db.acquire().await?, &typed, &visitor).await?));
    }
    let mut tx = db.begin().await?;
    let mut photos = typed.photos.clone();
    // In ascending order, so that two moderators cannot wait for each other in a circle.
    photos.sort_unstable();
    photos.dedup();
    let mut decided = 0;
    for &photo in &photos {
        match decide(&mut tx, moderator.account(), photo, judgement).await {
            Ok(changed) => decided += usize::from(changed),
            // Somebody else deleted it meanwhile.
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    tx.commit().await?;
    visitor.say(&said(judgement.verdict, decided, photos.len()));
    let back = match (typed.stay, judgement.verdict) {
        (Some(_), Verdict::Kept | Verdict::Hidden | Verdict::Shown) => format!("/ops/reports/{}", photos[0]),
        _ => "/ops/reports".to_owned(),
    };
    Ok(Answer::to(back))
}

/// Takes a decision back.
#[post("/ops/reports/decisions/<id>/undo", data = "<_pressed>")]
pub async fn undo(
    id: i64,
    _pressed: Pressed,
    moderator: Moderator,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let mut tx = db.begin().await?;
    decisions::undo(&mut tx, moderator.account(), id).await?;
    let decision = decisions::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    visitor.say(&format!("The decision about {} is taken back; its reports are open again.", decision.title));
    Ok(Answer::to(format!("/ops/reports/{}", decision.submission)))
}

impl<'r> DecisionForm<'r> {
    fn judgement(&self, words: &'r str) -> Result<Judgement<'r>, Error> {
        let verdict = self.verdict.and_then(Verdict::parse);
        let verdict = verdict.ok_or_else(|| Error::invalid("verdict", "Press one of the buttons below the photos."))?;
        let reason = self.reason.and_then(Reason::parse);
        if verdict.needs_reason() && reason.is_none() {
            return Err(Error::invalid("reason", "Choose the reason that the owner is told."));
        }
        let length = words.chars().count();
        if length > NOTE_LENGTH {
            let message = format!("Shorten the words to {NOTE_LENGTH} characters; they have {length}.");
            return Err(Error::invalid("words", &message));
        }
        if words.contains('\0') {
            return Err(Error::invalid("words", "Remove the invisible characters from the words."));
        }
        // Whoever is told that all is well needs no reason.
        Ok(Judgement { verdict, reason: reason.filter(|_| verdict.needs_reason()), words })
    }
}

/// A photo with its reports, as templates show it.
#[derive(Serialize)]
struct Reported {
    id: i64,
    title: String,
    owner: String,
    hidden: bool,
    photo: Option<Photo>,
    count: i64,
    since: Option<DateTime<Utc>>,
    marked: bool,
    /// How often each reason was given.
    reasons: Vec<Value>,
    notes: Vec<Value>,
}

impl Reported {
    fn new(photo: &Submission, count: i64, since: Option<DateTime<Utc>>, reports: &[Report]) -> Self {
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        let mut notes = Vec::new();
        for report in reports.iter().filter(|report| report.submission == photo.id) {
            *counts.entry(report.reason.label()).or_default() += 1;
            if !report.note.is_empty() {
                notes.push(json!({ "reason": report.reason.label(), "note": report.note, "at": report.created_at }));
            }
        }
        Reported {
            id: photo.id,
            title: photo.title.clone(),
            owner: photo.owner_name.clone(),
            hidden: photo.moderation == Moderation::Hidden,
            photo: Photo::of(photo),
            count,
            since,
            marked: false,
            reasons: counts.into_iter().map(|(reason, count)| json!({ "reason": reason, "count": count })).collect(),
            notes,
        }
    }
}

async fn page(conn: &mut PgConnection, form: &FormView, marked: &[i64], reason: Option<&str>) -> Result<View, Error> {
    let mut waiting = open::photos(conn, PAGE as i64 + 1).await?;
    let more = waiting.len() > PAGE;
    waiting.truncate(PAGE);
    let ids: Vec<i64> = waiting.iter().map(|photo| photo.submission).collect();
    let reports = open::newest(conn, &ids, NOTES, true).await?;
    let photos = submissions::find_all(conn, &ids).await?;
    let shown: Vec<Reported> = waiting
        .iter()
        .filter_map(|waiting| {
            let photo = photos.iter().find(|photo| photo.id == waiting.submission)?;
            let reported = Reported::new(photo, waiting.count, Some(waiting.since), &reports);
            Some(Reported { marked: marked.contains(&photo.id), ..reported })
        })
        .collect();
    let recent: Vec<Value> = decisions::recent(conn, RECENT).await?.iter().map(in_words).collect();
    let data = json!({ "photos": shown, "more": more, "recent": recent, "choices": reasons(reason) });
    Ok(form.page("ops/reports", data))
}

async fn photo_page(conn: &mut PgConnection, form: &FormView, id: i64, reason: Option<&str>) -> Result<View, Error> {
    let photo = submissions::find(conn, id).await?.ok_or(Error::NotFound)?;
    let reports = open::newest(conn, &[id], HISTORY, false).await?;
    let waiting = open::newest(conn, &[id], HISTORY, true).await?.len();
    let history = decisions::of_photo(conn, id).await?;
    let current = history.iter().find(|decision| decision.undone_at.is_none()).map(|decision| decision.id);
    let mut history: Vec<Value> = history.iter().map(in_words).collect();
    for decision in &mut history {
        decision["undoable"] = json!(decision["id"].as_i64() == current);
    }
    let reported = Reported::new(&photo, waiting as i64, None, &reports);
    let data = json!({ "reported": reported, "history": history, "choices": reasons(reason), "total": reports.len() });
    Ok(form.page("ops/report", data))
}

/// Deleting cannot be taken back, so it is asked for twice.
async fn are_you_sure(conn: &mut PgConnection, typed: &DecisionForm<'_>, visitor: &Visitor<'_>) -> Result<View, Error> {
    let photos = submissions::find_all(conn, &typed.photos).await?;
    let shown: Vec<Value> =
        photos.iter().map(|photo| json!({ "id": photo.id, "title": photo.title, "photo": Photo::of(photo) })).collect();
    let data = json!({
        "csrf": visitor.form_token(),
        "photos": shown,
        "reason": typed.reason,
        "label": typed.reason.and_then(Reason::parse).map(Reason::label),
        "words": typed.words.unwrap_or_default().trim(),
    });
    Ok(View::new("ops/remove_reported", data).status(Status::Ok))
}

fn form(visitor: &Visitor<'_>, words: &str) -> FormView {
    FormView::of(visitor).field("photos", "").field("reason", "").field("words", words).field("verdict", "")
}

fn reasons(chosen: Option<&str>) -> Vec<Value> {
    let choice = |(_, value, label): &(Reason, &str, &str)| json!({ "value": value, "words": label, "selected": chosen == Some(value) });
    Reason::ALL.iter().map(choice).collect()
}

fn in_words(decision: &Decision) -> Value {
    json!({
        "id": decision.id,
        "submission": decision.submission,
        "title": decision.title,
        "verdict": decision.verdict.name(),
        "reason": decision.reason.map(Reason::label),
        "words": decision.words,
        "moderator": decision.moderator,
        "at": decision.at,
        "undone_at": decision.undone_at,
        "undoable": decision.undone_at.is_none() && decision.verdict != Verdict::Removed,
    })
}

fn said(verdict: Verdict, decided: usize, marked: usize) -> String {
    let photos = match decided {
        0 => return "Nothing changed: somebody had decided this already.".to_owned(),
        1 => "One photo is".to_owned(),
        many => format!("{many} photos are"),
    };
    let done = match verdict {
        Verdict::Kept => "kept; the reports are answered",
        Verdict::Hidden => "hidden; the owner is told why",
        Verdict::Shown => "on show again",
        Verdict::Removed => "deleted; the owner is told why",
    };
    let rest = if decided < marked { " For the rest it had been decided already." } else { "" };
    format!("{photos} {done}.{rest}")
}
