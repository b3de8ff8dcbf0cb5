//! What somebody has rated: a visitor in this browser, or a member in any.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rocket::{Route, get, routes};
use serde::Serialize;
use sqlx::PgConnection;

use super::answers::view::View;
use super::db::Db;
use super::guards::visitor::Visitor;
use super::submissions::photo::Photo;
use crate::error::Error;
use crate::ratings::Score;
use crate::ratings::by_rater::{self, Mark, OwnRatings};
use crate::ratings::tally;
use crate::submissions::{self, Submission};

pub fn routes() -> Vec<Route> {
    routes![index]
}

/// The newest first. `score` shows those with one score alone; `before` is a mark such as `1764108000000000~812`, as the page's
/// own links carry it.
#[get("/ratings?<score>&<before>")]
pub async fn index(score: Option<&str>, before: Option<&str>, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let score = score.filter(|score| !score.is_empty()).map(parse_score).transpose()?;
    let mark = before.map(parse_mark).transpose()?;
    let mut conn = db.acquire().await?;
    let rater = visitor.rater(&mut conn).await?;
    let page = by_rater::page(&mut conn, rater.id, mark.unwrap_or(Mark::NEWEST), score).await?;
    let rows = rows(&mut conn, &page).await?;
    let next = page.next.map(|next| address(score, next));
    let scores = (1..=10).rev().map(|value| Choice { value, chosen: score.map(Score::get) == Some(value) }).collect();
    let member = visitor.member().is_some();
    let later = mark.is_some();
    let data = Page { rows, scores, score: score.map(Score::get), next, later, member };
    Ok(View::new("ratings/page", data).current())
}

#[derive(Serialize)]
struct Page {
    rows: Vec<Row>,
    scores: Vec<Choice>,
    /// The one that is shown alone.
    score: Option<u8>,
    next: Option<String>,
    /// Is this not the first page?
    later: bool,
    member: bool,
}

#[derive(Serialize)]
struct Choice {
    value: u8,
    chosen: bool,
}

#[derive(Serialize)]
struct Row {
    photo: Photo,
    score: u8,
    /// Everybody's.
    average: Option<f64>,
    at: DateTime<Utc>,
    changed_at: Option<DateTime<Utc>>,
}

/// Those of photos that are on show.
async fn rows(conn: &mut PgConnection, page: &OwnRatings) -> Result<Vec<Row>, Error> {
    let ids: Vec<i64> = page.ratings.iter().map(|rating| rating.submission).collect();
    let photos = submissions::find_all(conn, &ids).await?;
    let photos: BTreeMap<i64, &Submission> =
        photos.iter().filter(|photo| photo.votable()).map(|photo| (photo.id, photo)).collect();
    let averages = tally::averages(conn, &ids).await?;
    let row = |rating: &by_rater::OwnRating| {
        Some(Row {
            photo: Photo::of(photos.get(&rating.submission)?)?,
            score: rating.score.get(),
            average: averages.get(&rating.submission).copied(),
            at: rating.created_at,
            changed_at: rating.changed_at,
        })
    };
    Ok(page.ratings.iter().filter_map(row).collect())
}

fn parse_score(text: &str) -> Result<Score, Error> {
    Score::parse(text).ok_or_else(|| Error::invalid("score", "Choose a score from 1 to 10, or all of them."))
}

fn address(score: Option<Score>, before: Mark) -> String {
    let before = format!("/ratings?before={}~{}", before.at.timestamp_micros(), before.submission);
    match score {
        Some(score) => format!("{before}&score={}", score.get()),
        None => before,
    }
}

fn parse_mark(text: &str) -> Result<Mark, Error> {
    let mark = text.split_once('~').and_then(|(at, submission)| {
        let at = DateTime::from_timestamp_micros(at.parse().ok()?).filter(|at| FIRST <= *at && *at <= LAST)?;
        Some(Mark { at, submission: submission.parse().ok()? })
    });
    mark.ok_or_else(|| Error::invalid("before", "This page of your ratings does not exist. Begin with the newest."))
}

/// Marks of other times are nobody's.
const FIRST: DateTime<Utc> = DateTime::UNIX_EPOCH;
const LAST: DateTime<Utc> = match DateTime::from_timestamp_secs(32_503_680_000) {
    Some(last) => last,
    None => DateTime::<Utc>::MAX_UTC,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_survives_its_link() {
        let mark =
            Mark { at: DateTime::from_timestamp_micros(1_764_108_000_123_456).expect("a time"), submission: 812 };
        let link = address(None, mark);
        assert_eq!(parse_mark(link.strip_prefix("/ratings?before=").expect("a link")).ok(), Some(mark));
    }

    #[test]
    fn a_mangled_mark_is_refused() {
        for wrong in ["", "7", "~", "x~1", "-1~1", "99999999999999999~1", "7~x", "7~1~2", "7~99999999999999999999"] {
            assert!(parse_mark(wrong).is_err(), "{wrong}");
        }
    }
}
