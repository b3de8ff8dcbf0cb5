//! All ranked photos, derpiest first, in pages that stay put while votes come in.

use sqlx::PgConnection;
use uuid::Uuid;

/// Photos on one page; the last page on the way up has up to twice as many.
pub const PAGE: usize = 20;

/// One line of the leaderboard.
#[derive(Debug, Clone)]
pub struct Entry {
    pub submission: i64,
    /// 1 is the derpiest; equal scores share a rank.
    pub rank: i64,
    pub title: String,
    /// What kind of animal.
    pub species: String,
    /// The owner's description; may be empty.
    pub alt_text: String,
    /// The owner's name as shown.
    pub owner_name: String,
    /// From 1 to 10.
    pub score: f64,
    /// Ratings that the score was worked out from.
    pub count: i64,
    /// Where its renditions are.
    pub rendition_key: Uuid,
    /// Sides of its renditions, in pixels, ascending.
    pub rendition_sizes: Vec<i32>,
}

/// A place between two entries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Score of the entry beside it.
    pub score: f64,
    /// That entry's photo.
    pub submission: i64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Page {
    /// From the top.
    First,
    /// What comes after a mark.
    After(Mark),
    /// What comes before a mark: everything that does, when that would leave less than a page above it.
    Before(Mark),
}

/// A page of the leaderboard.
#[derive(Debug, Clone)]
pub struct Entries {
    /// Derpiest first.
    pub entries: Vec<Entry>,
    /// Is there anything before the first?
    pub more_before: bool,
    /// Is there anything after the last?
    pub more_after: bool,
}

impl Entry {
    /// The place of this entry.
    pub fn mark(&self) -> Mark {
        Mark { score: self.score, submission: self.submission }
    }
}

/// One page; photos hidden since the last generation are left out.
pub async fn page(conn: &mut PgConnection, page: Page) -> Result<Entries, sqlx::Error> {
    Ok(match page {
        Page::First => down(after(conn, Mark { score: f64::INFINITY, submission: 0 }).await?, false),
        Page::After(mark) => down(after(conn, mark).await?, true),
        Page::Before(mark) => up(before(conn, mark).await?),
    })
}

fn down(mut entries: Vec<Entry>, more_before: bool) -> Entries {
    let more_after = entries.len() > PAGE;
    entries.truncate(PAGE);
    Entries { entries, more_before, more_after }
}

/// What is left above a page and fills none of its own comes along, so that the way up ends at the top.
fn up(mut entries: Vec<Entry>) -> Entries {
    let more_before = entries.len() >= 2 * PAGE;
    if more_before {
        entries.truncate(PAGE);
    }
    entries.reverse();
    Entries { entries, more_before, more_after: true }
}

/// Entries of photos that are on show, with this condition and order.
macro_rules! entries {
    ($rest:tt, $mark:expr, $limit:expr) => {
        sqlx::query_as!(
            Entry,
            r#"SELECT g.submission, rank_of(g.score) AS "rank!", s.title, s.species, s.alt_text,
                      a.display_name AS owner_name, g.score, g.count,
                      s.rendition_key AS "rendition_key!", s.rendition_sizes
               FROM standings g JOIN submissions s ON s.id = g.submission JOIN accounts a ON a.id = s.owner
               WHERE s.ordinal IS NOT NULL AND "#
                + $rest,
            $mark.score,
            $mark.submission,
            $limit
        )
    };
}

async fn after(conn: &mut PgConnection, mark: Mark) -> Result<Vec<Entry>, sqlx::Error> {
    entries!(
        "g.score <= $1 AND (g.score < $1 OR g.submission > $2) ORDER BY g.score DESC, g.submission LIMIT $3",
        mark,
        PAGE as i64 + 1
    )
    .fetch_all(conn)
    .await
}

async fn before(conn: &mut PgConnection, mark: Mark) -> Result<Vec<Entry>, sqlx::Error> {
    entries!(
        "g.score >= $1 AND (g.score > $1 OR g.submission < $2) ORDER BY g.score, g.submission DESC LIMIT $3",
        mark,
        2 * PAGE as i64
    )
    .fetch_all(conn)
    .await
}
