//! The photos of the day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rocket::get;
use serde::Serialize;
use sqlx::PgConnection;

use super::super::answers::view::View;
use super::super::db::Db;
use super::super::submissions::photo::{alt, pictures};
use crate::error::Error;
use crate::ratings::boards::LEAST;
use crate::ratings::boards::photo_of_the_day::{self, PhotoOfTheDay, REST};
use crate::submissions::{self, Submission};

/// Days on one page.
const PAGE: usize = 24;

/// The largest picture, in pixels.
const LARGE: i32 = 640;

/// The last first. `before` is the last day of the page before.
#[get("/photos-of-the-day?<before>")]
pub async fn index(before: Option<&str>, db: &Db) -> Result<View, Error> {
    let before = before.map(parse).transpose()?;
    let mut conn = db.acquire().await?;
    let mut chosen = photo_of_the_day::before(&mut conn, before, PAGE as i64 + 1).await?;
    let next = (chosen.len() > PAGE).then(|| chosen[PAGE - 1].day);
    chosen.truncate(PAGE);
    let rows = winners(&mut conn, &chosen).await?;
    Ok(View::new("leaderboard/winners", Index { rows, next, later: before.is_some(), least: LEAST, rest: REST }))
}

#[derive(Serialize)]
struct Index {
    rows: Vec<Winner>,
    next: Option<NaiveDate>,
    later: bool,
    least: i64,
    rest: i32,
}

/// As templates show it.
#[derive(Serialize)]
pub struct Winner {
    date: String,
    id: i64,
    title: String,
    species: String,
    average: f64,
    count: i64,
    src: String,
    srcset: String,
    alt: String,
}

/// The last one.
pub async fn latest(conn: &mut PgConnection) -> Result<Option<Winner>, Error> {
    let chosen = photo_of_the_day::before(conn, None, 1).await?;
    Ok(winners(conn, &chosen).await?.pop())
}

async fn winners(conn: &mut PgConnection, chosen: &[PhotoOfTheDay]) -> Result<Vec<Winner>, Error> {
    let ids: Vec<i64> = chosen.iter().map(|chosen| chosen.submission).collect();
    let photos = submissions::find_all(conn, &ids).await?;
    let photos: BTreeMap<i64, &Submission> = photos.iter().map(|photo| (photo.id, photo)).collect();
    let winner = |chosen: &PhotoOfTheDay| {
        let photo = photos.get(&chosen.submission)?;
        let (src, srcset) = pictures(photo.rendition_key?, &photo.rendition_sizes, LARGE);
        Some(Winner {
            date: chosen.day.format("%-d %B %Y").to_string(),
            id: photo.id,
            title: photo.title.clone(),
            species: photo.species.clone(),
            average: chosen.sum as f64 / chosen.ratings.max(1) as f64,
            count: chosen.ratings,
            src,
            srcset,
            alt: alt(&photo.title, &photo.species, &photo.alt_text),
        })
    };
    Ok(chosen.iter().filter_map(winner).collect())
}

fn parse(day: &str) -> Result<NaiveDate, Error> {
    let parsed = day.parse::<NaiveDate>().ok().filter(|parsed| parsed.to_string() == day);
    let wrong = "This page of the photos of the day does not exist. Begin with the last one.";
    parsed.ok_or_else(|| Error::invalid("before", wrong))
}
