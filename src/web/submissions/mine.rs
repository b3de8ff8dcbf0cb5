//! One's own photos.

use chrono::{DateTime, Utc};
use rocket::get;
use serde::Serialize;

use super::last_visit;
use super::photo::Photo;
use crate::error::Error;
use crate::ratings::days::{self, News};
use crate::submissions::by_owner::{self, OwnPhoto};
use crate::submissions::{Moderation, SubmissionState};
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;

/// The newest first, with their states and figures, and what has changed since the visit before today's. `before` is the last number of the page before.
#[get("/submissions/mine?<before>")]
pub async fn index(before: Option<&str>, member: Member, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let wrong = |_| Error::invalid("before", "This page of your photos does not exist. Begin with the newest.");
    let before: Option<i64> = before.map(|typed| typed.parse().map_err(wrong)).transpose()?;
    let account = member.account().id;
    let since = last_visit::before_today(visitor.cookies, account);
    let mut conn = db.acquire().await?;
    let page = by_owner::page(&mut conn, account, before).await?;
    let news = match since {
        Some(day) => {
            let photos: Vec<i64> = page.photos.iter().map(|own| own.photo.id).collect();
            days::since(&mut conn, &photos, day).await?
        }
        None => vec![],
    };
    let row = |own: &OwnPhoto| Row {
        news: news.iter().find(|news| news.submission == own.photo.id).copied(),
        ..Row::from(own)
    };
    let since = since.map(|day| day.format("%-d %B").to_string());
    let rows = page.photos.iter().map(row).collect();
    Ok(View::new("submissions/mine", Page { rows, since, next: page.next, later: before.is_some() }))
}

#[derive(Serialize)]
struct Page {
    rows: Vec<Row>,
    /// The day of their last visit.
    since: Option<String>,
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
    /// What has happened since their last visit.
    news: Option<News>,
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
            news: None,
        }
    }
}
