//! A visitor's report of a photo, which also passes over it.

use rocket::form::FromForm;
use rocket::{get, post};
use serde_json::{Value, json};

use super::photo::Photo;
use crate::accounts::throttle::{self, ClientNetwork};
use crate::error::Error;
use crate::metrics::{VisitEvent, recorder};
use crate::reports::{NOTE_LENGTH, Reason, report};
use crate::submissions::{self, Submission};
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::app::App;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct ReportForm<'r> {
    reason: Option<&'r str>,
    note: Option<&'r str>,
}

#[get("/submissions/<id>/reports/new")]
pub async fn new(id: i64, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let submission = votable(db, id).await?;
    Ok(page(&submission, &ReportForm { reason: None, note: None }.view(&visitor), None))
}

#[post("/submissions/<id>/reports", data = "<form>")]
pub async fn create(
    id: i64,
    form: Guarded<ReportForm<'_>>,
    visitor: Visitor<'_>,
    network: ClientNetwork,
    app: App<'_>,
) -> Result<View, Error> {
    let App { db, config, .. } = app;
    let submission = votable(db, id).await?;
    let typed = form.0;
    let mut view = typed.view(&visitor);
    let reason = view.check(typed.reason())?;
    let note = view.check(typed.note(reason))?;
    let (Some(reason), Some(note)) = (reason, note) else {
        return Ok(page(&submission, &view, typed.reason));
    };
    let brakes = network.brakes("report from", config.rates.reports_per_network);
    throttle::take_all(&mut *db.acquire().await?, &brakes).await?;
    let mut tx = db.begin().await?;
    let rater = visitor.rater(&mut tx).await?;
    report(&mut tx, rater.id, id, reason, note, config.rates.reports_per_hour).await?;
    tx.commit().await?;
    recorder().visit(VisitEvent::Report);
    Ok(View::new("submissions/reported", json!({ "title": submission.title })))
}

async fn votable(db: &Db, id: i64) -> Result<Submission, Error> {
    submissions::find_votable(&mut *db.acquire().await?, id).await?.ok_or(Error::NotFound)
}

impl<'r> ReportForm<'r> {
    fn reason(&self) -> Result<Reason, Error> {
        let known = self.reason.and_then(Reason::parse);
        known.ok_or_else(|| Error::invalid("reason", "Choose what is wrong with the photo."))
    }

    fn note(&self, reason: Option<Reason>) -> Result<&'r str, Error> {
        let note = self.note.unwrap_or_default().trim();
        let refuse = |message: String| Err(Error::invalid("note", message));
        let length = note.chars().count();
        if length > NOTE_LENGTH {
            return refuse(format!("Shorten the note to {NOTE_LENGTH} characters; it has {length}."));
        }
        if note.contains('\0') {
            return refuse("Remove the invisible characters from the note.".into());
        }
        if reason == Some(Reason::Other) && note.is_empty() {
            return refuse("Say in a few words what is wrong.".into());
        }
        Ok(note)
    }

    fn view(&self, visitor: &Visitor<'_>) -> FormView {
        FormView::of(visitor)
            .field("reason", self.reason.unwrap_or_default())
            .field("note", self.note.unwrap_or_default())
    }
}

fn page(submission: &Submission, form: &FormView, chosen: Option<&str>) -> View {
    let reasons: Vec<Value> = Reason::ALL
        .iter()
        .map(|(_, value, label)| json!({ "value": value, "label": label, "checked": chosen == Some(value) }))
        .collect();
    let data = json!({ "photo": Photo::of(submission), "reasons": reasons });
    form.page("submissions/report", data)
}
