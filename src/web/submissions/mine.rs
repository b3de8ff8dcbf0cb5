//! One's own photos.

use chrono::{DateTime, Utc};
use rocket::get;
use serde::Serialize;

use super::photo::Photo;
use crate::error::Error;
use crate::submissions::by_owner::{self, OwnPhoto};
use crate::submissions::{Moderation, SubmissionState};
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::member::Member;

/// The newest first, with their states and figures. `before` is the last number of the page before.
#[get("/submissions/mine?<before>")]
pub async fn index(before: Option<i64>, member: Member, db: &Db) -> Result<View, Error> {
    let page = by_owner::page(&mut *db.acquire().await?, member.account().id, before).await?;
    let rows = page.photos.iter().map(Row::from).collect();
    Ok(View::new("submissions/mine", Page { rows, next: page.next, later: before.is_some() }))
}

#[derive(Serialize)]
struct Page {
    rows: Vec<Row>,
    next: Option<i64>,
    /// Is this not the first page?
    later: bool,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    title: String,
    state: &'static str,
    thumbnail: Option<Photo>,
    count: i64,
    average: Option<f64>,
    at: DateTime<Utc>,
}

impl From<&OwnPhoto> for Row {
    fn from(own: &OwnPhoto) -> Self {
        let photo = &own.photo;
        let state = match (photo.state, photo.moderation) {
            (SubmissionState::Failed, _) => "Did not work out",
            (_, Moderation::Hidden | Moderation::Removed) => "Hidden",
            (SubmissionState::Pending, _) => "Not ready yet",
            (SubmissionState::Ready, _) if photo.alt_text.is_empty() => "On show, not described",
            (SubmissionState::Ready, _) => "On show",
        };
        Row {
            id: photo.id,
            title: photo.title.clone(),
            state,
            thumbnail: Photo::of(photo),
            count: own.count,
            average: crate::ratings::tally::average(own.count, own.sum),
            at: photo.created_at,
        }
    }
}
