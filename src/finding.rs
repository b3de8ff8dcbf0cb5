//! Finding photos and members by words, and photos by what else is known of them.
//!
//! Whatever is asked for, a page looks at [`WALK`] candidates at most, along the index of what is rarest, and says how far it came. What is not
//! on show is no candidate.

pub mod alike;
pub mod check;
pub mod favourites;
pub mod members;
mod walk;
pub mod words;
pub mod write;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use self::words::Spelled;
use crate::db::along_indexes;

/// Photos on one page.
pub const PAGE: usize = 24;

/// The most candidates that one page looks at, and fewer the more words are looked up for each ([`Wanted::walk`]).
pub const WALK: usize = 1000;

/// Look-ups of one page.
const WORK: usize = 10 * WALK;

/// What is asked for; everything there is when nothing is.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Each of them stands in the photo's name, species or description.
    pub words: Vec<Spelled>,
    /// In small letters.
    pub species: Option<String>,
    /// The account that sent it in.
    pub owner: Option<i64>,
    /// Sent in since then.
    pub since: Option<DateTime<Utc>>,
    /// Of this score or a higher one.
    pub least: Option<f64>,
}

impl Wanted {
    /// How many candidates one page looks at. Each costs its row, its score and an entry for every spelling.
    pub fn walk(&self) -> usize {
        let spellings: usize = self.words.iter().map(|word| word.spellings.len()).sum();
        (WORK / (spellings + 4)).min(WALK)
    }
}

/// A place between two candidates: where the word stands first (3 the name, 2 the species, 1 the description), then the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub weight: i16,
    pub submission: i64,
}

impl Mark {
    /// Before everything.
    pub const FIRST: Mark = Mark { weight: 3, submission: i64::MAX };
}

/// A page of what was found.
#[derive(Debug, Clone)]
pub struct Found {
    pub photos: Vec<FoundPhoto>,
    /// Where to look for more; nothing when everything was looked at.
    pub next: Option<Mark>,
    /// So many were looked at, and more follow: the page was ended by that, and there may be less on it, or nothing.
    pub tired: Option<usize>,
}

impl Found {
    /// Nothing.
    pub fn none() -> Self {
        Found { photos: vec![], next: None, tired: None }
    }
}

/// A photo as lists show it.
#[derive(Debug, Clone, FromRow)]
pub struct FoundPhoto {
    pub submission: i64,
    pub title: String,
    /// What kind of animal.
    pub species: String,
    /// The owner's description; may be empty.
    pub alt_text: String,
    /// Where its renditions are.
    pub rendition_key: Uuid,
    /// Sides of its renditions, in pixels, ascending.
    pub rendition_sizes: Vec<i32>,
    /// How many ratings it has now.
    pub count: i64,
    /// Nothing before the ranking has seen a rating of it.
    pub score: Option<f64>,
}

/// What is found behind a mark.
pub async fn page(conn: &mut PgConnection, wanted: &Wanted, after: Mark) -> Result<Found, sqlx::Error> {
    if wanted.words.iter().any(|word| word.spellings.is_empty()) {
        return Ok(Found::none());
    }
    let mut tx = along_indexes(conn).await?;
    let walked = walk::walk(&mut tx, wanted, after).await?;
    let photos = photos(&mut tx, &walked.found).await?;
    tx.rollback().await?;
    Ok(Found { photos, next: walked.next, tired: walked.tired })
}

/// Those of these photos that are on show, in this order.
pub async fn photos(conn: &mut PgConnection, ids: &[i64]) -> Result<Vec<FoundPhoto>, sqlx::Error> {
    sqlx::query_as!(
        FoundPhoto,
        r#"SELECT s.id AS "submission!", s.title AS "title!", s.species AS "species!", s.alt_text AS "alt_text!",
                  s.rendition_key AS "rendition_key!", s.rendition_sizes AS "rendition_sizes!",
                  coalesce((SELECT t.count FROM tallies t WHERE t.submission = s.id), 0) AS "count!",
                  (SELECT g.score FROM standings g WHERE g.submission = s.id) AS score
           FROM unnest((SELECT $1::bigint[])) WITH ORDINALITY AS wanted (id, place)
                CROSS JOIN LATERAL (SELECT * FROM submissions s WHERE s.id = wanted.id AND s.ordinal IS NOT NULL OFFSET 0) s
           ORDER BY wanted.place"#,
        ids
    )
    .fetch_all(conn)
    .await
}
