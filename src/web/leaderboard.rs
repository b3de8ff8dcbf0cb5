//! The derpiest of all time.

use chrono::{DateTime, Utc};
use rocket::{Route, get, routes};
use serde::Serialize;

use super::answers::view::View;
use super::db::Db;
use super::submissions::photo::{alt, thumbnail};
use crate::error::Error;
use crate::ratings::standings::leaderboard::{self, Entries, Entry, Mark, PAGE, Page};
use crate::ratings::standings::{self};

pub fn routes() -> Vec<Route> {
    routes![show]
}

/// A page of it; `after` and `before` are marks such as `8.25~812`, as the page's own links carry them.
#[get("/leaderboard?<by>&<period>&<after>&<before>")]
pub async fn show(
    by: Option<&str>,
    period: Option<&str>,
    after: Option<&str>,
    before: Option<&str>,
    db: &Db,
) -> Result<View, Error> {
    if by.is_some_and(|by| by != "derpiest") {
        return Err(Error::invalid("by", "There is no leaderboard by that. There is one of the derpiest."));
    }
    if period.is_some_and(|period| period != "all") {
        return Err(Error::invalid("period", "There is no leaderboard of that time. There is one of all time."));
    }
    let page = match (after, before) {
        (Some(mark), _) => Page::After(parse(mark)?),
        (None, Some(mark)) => Page::Before(parse(mark)?),
        (None, None) => Page::First,
    };
    let mut conn = db.acquire().await?;
    let mut entries = leaderboard::page(&mut conn, page).await?;
    if entries.entries.len() < PAGE && !entries.more_before {
        // The way back up may end with a short page; the top is always a full one.
        entries = leaderboard::page(&mut conn, Page::First).await?;
    }
    let generation = standings::generation(&mut conn).await?;
    Ok(View::new("leaderboard/page", Board::of(entries, generation)))
}

#[derive(Serialize)]
struct Board {
    rows: Vec<Row>,
    from: i64,
    to: i64,
    /// Do several photos on this page share the only rank on it?
    shared: bool,
    /// Decimals of the scores on this page.
    decimals: usize,
    total: i64,
    at: Option<DateTime<Utc>>,
    previous: Option<String>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Row {
    rank: i64,
    id: i64,
    title: String,
    species: String,
    score: f64,
    count: i64,
    thumbnail: String,
    alt: String,
}

impl Board {
    fn of(page: Entries, generation: standings::Generation) -> Self {
        let link =
            |entry: Option<&Entry>, to: &str| entry.map(|entry| format!("/leaderboard?{to}={}", spell(entry.mark())));
        let from = page.entries.first().map_or(0, |entry| entry.rank);
        let to = page.entries.last().map_or(0, |entry| entry.rank);
        Board {
            from,
            to,
            shared: from == to && page.entries.len() > 1,
            decimals: decimals(&page.entries),
            total: generation.photos,
            at: generation.finished_at,
            previous: link(page.entries.first(), "before").filter(|_| page.more_before),
            next: link(page.entries.last(), "after").filter(|_| page.more_after),
            rows: page.entries.into_iter().map(Row::from).collect(),
        }
    }
}

impl From<Entry> for Row {
    fn from(entry: Entry) -> Self {
        Row {
            rank: entry.rank,
            id: entry.submission,
            alt: alt(&entry.title, &entry.species, &entry.alt_text),
            thumbnail: thumbnail(entry.rendition_key, &entry.rendition_sizes),
            title: entry.title,
            species: entry.species,
            score: entry.score,
            count: entry.count,
        }
    }
}

/// One, or as many as it takes to tell the scores of different ranks apart; never more than three.
fn decimals(entries: &[Entry]) -> usize {
    let alike = |decimals: usize, pair: &[Entry]| {
        let shown = |entry: &Entry| format!("{:.decimals$}", entry.score);
        pair[0].rank != pair[1].rank && shown(&pair[0]) == shown(&pair[1])
    };
    (1..3).find(|&decimals| !entries.windows(2).any(|pair| alike(decimals, pair))).unwrap_or(3)
}

fn spell(mark: Mark) -> String {
    format!("{}~{}", mark.score, mark.submission)
}

fn parse(mark: &str) -> Result<Mark, Error> {
    let parts = mark.split_once('~').and_then(|(score, submission)| {
        let score: f64 = score.parse().ok().filter(|score: &f64| score.is_finite())?;
        Some(Mark { score, submission: submission.parse().ok()? })
    });
    parts.ok_or_else(|| Error::invalid("after", "This page of the leaderboard does not exist. Begin at the top."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_survives_its_link() {
        let mark = Mark { score: 7.123_456_789_012_345, submission: 812 };
        assert_eq!(parse(&spell(mark)).ok(), Some(mark));
    }

    #[test]
    fn a_mangled_mark_is_refused() {
        for wrong in ["", "7", "~", "NaN~1", "inf~1", "7~x", "7~1~2", "7~99999999999999999999"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
