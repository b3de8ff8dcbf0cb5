//! How far an upload is: queued, processing, ready or failed.

use rocket::response::Redirect;
use rocket::{Responder, get};
use serde::Serialize;
use sqlx::PgConnection;

use super::photo::Photo;
use crate::error::Error;
use crate::queue::board::{self, JobState};
use crate::submissions::{self, Submission, SubmissionState, editing};
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::hx::Partial;
use crate::web::guards::member::Member;

/// How far one's own photo is: the part of its page that asks again until there is nothing more to wait for.
#[get("/submissions/<id>/progress?<shown>")]
pub async fn show(id: i64, shown: Option<&str>, member: Member, partial: Partial, db: &Db) -> Result<Fragment, Error> {
    if !partial.0 {
        return Ok(Fragment::Page(Box::new(Redirect::to(format!("/submissions/{id}")))));
    }
    let mut conn = db.acquire().await?;
    let photo = submissions::find(&mut conn, id).await?.filter(|photo| photo.owner == member.account().id);
    let photo = photo.ok_or(Error::NotFound)?;
    let mut status = ProcessingStatus::of(&mut conn, &photo).await?;
    status.news = shown.is_some_and(|shown| shown != status.state);
    Ok(Fragment::Part(View::new("submissions/_progress", status)))
}

/// A part of a page, or the whole of it elsewhere.
#[derive(Responder)]
pub enum Fragment {
    Part(View),
    /// For whoever came without htmx.
    Page(Box<Redirect>),
}

/// Where a photo is on its way.
#[derive(Serialize)]
pub struct ProcessingStatus {
    id: i64,
    title: String,
    /// `queued`, `processing`, `ready` or `failed`.
    state: &'static str,
    reason: Option<String>,
    /// Has it changed since it was last shown here?
    news: bool,
    /// What operators call it.
    job: Option<i64>,
    /// 1 is next.
    place: Option<i64>,
    wait: Option<String>,
    /// Is nobody there to do it?
    idle: bool,
    /// What came of it, once it is ready.
    photo: Option<Photo>,
    /// Can another crop be chosen?
    croppable: bool,
}

impl ProcessingStatus {
    /// Of a photo in whatever state.
    pub async fn of(conn: &mut PgConnection, photo: &Submission) -> Result<Self, Error> {
        let job = board::queue_position(conn, photo.id).await?;
        let state = match (photo.state, job.map(|job| job.state)) {
            (SubmissionState::Ready, _) => "ready",
            (SubmissionState::Failed, _) => "failed",
            (SubmissionState::Pending, Some(JobState::Processing)) => "processing",
            (SubmissionState::Pending, _) => "queued",
        };
        let editable = if state == "ready" { editing::find(conn, photo.id).await? } else { None };
        let queued = job.filter(|_| state == "queued");
        let pace = if queued.is_some() { Some(board::pace(conn).await?) } else { None };
        let expected = queued.zip(pace).and_then(|(job, pace)| pace.expected(job.ahead));
        Ok(ProcessingStatus {
            id: photo.id,
            title: photo.title.clone(),
            state,
            reason: photo.failure.clone(),
            news: false,
            job: job.map(|job| job.number),
            place: queued.map(|job| job.ahead + 1),
            wait: expected.map(in_words),
            idle: pace.is_some_and(|pace| pace.slots == 0),
            photo: Photo::of(photo).filter(|_| state == "ready"),
            croppable: editable.is_some_and(|photo| photo.has_choice()),
        })
    }
}

/// Rounded up, as one says it.
fn in_words(wait: std::time::Duration) -> String {
    match wait.as_secs() {
        0..=5 => "a few seconds".into(),
        6..=89 => format!("{} seconds", wait.as_secs().div_ceil(10) * 10),
        90..=5399 => format!("{} minutes", wait.as_secs().div_ceil(60)),
        seconds => format!("{} hours", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::in_words;

    #[test]
    fn a_wait_is_said_as_people_say_it() {
        for (seconds, words) in
            [(0, "a few seconds"), (6, "10 seconds"), (61, "70 seconds"), (90, "2 minutes"), (7000, "2 hours")]
        {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }
}
