//! What somebody has rated, newest first.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{RaterId, Score};

/// Ratings on one page.
pub const PAGE: usize = 20;

/// The most ratings that are looked through for a page of one score.
pub const WALK: usize = 500;

/// One rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnRating {
    pub submission: i64,
    pub score: Score,
    /// When the photo was first rated.
    pub created_at: DateTime<Utc>,
    /// When that was last changed.
    pub changed_at: Option<DateTime<Utc>>,
}

/// A place between two ratings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When the one before it was given.
    pub at: DateTime<Utc>,
    /// Its photo.
    pub submission: i64,
}

impl Mark {
    /// Before the newest.
    pub const NEWEST: Mark = Mark { at: DateTime::<Utc>::MAX_UTC, submission: i64::MAX };
}

/// A page of somebody's ratings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRatings {
    pub ratings: Vec<OwnRating>,
    /// Where to look for older ones; nothing when there are none.
    pub next: Option<Mark>,
}

impl OwnRating {
    fn mark(&self) -> Mark {
        Mark { at: self.created_at, submission: self.submission }
    }
}

/// The ratings older than a mark, all or those with one score. Of one score there may be less than a page, or nothing, although
/// older ones follow: then [`WALK`] were looked through.
pub async fn page(
    conn: &mut PgConnection,
    rater: RaterId,
    before: Mark,
    score: Option<Score>,
) -> Result<OwnRatings, sqlx::Error> {
    let walk = if score.is_some() { WALK } else { PAGE + 1 };
    let walked = older(conn, rater, before, walk).await?;
    let ends = walked.len() < walk;
    let fits = |rating: &&OwnRating| score.is_none_or(|score| rating.score == score);
    let ratings: Vec<OwnRating> = walked.iter().filter(fits).take(PAGE).copied().collect();
    let last = if ratings.len() == PAGE { ratings.last() } else { walked.last() };
    let more = last.filter(|last| !ends || walked.last().is_some_and(|end| end.submission != last.submission));
    let next = more.map(OwnRating::mark);
    Ok(OwnRatings { ratings, next })
}

async fn older(
    conn: &mut PgConnection,
    rater: RaterId,
    before: Mark,
    limit: usize,
) -> Result<Vec<OwnRating>, sqlx::Error> {
    // What PostgreSQL takes for a time ends later than any of ours begins.
    let at = if before == Mark::NEWEST { None } else { Some(before.at) };
    let rows = sqlx::query!(
        r#"SELECT submission AS "submission!", score AS "score!", created_at AS "created_at!", changed_at
           FROM ratings_before($1, coalesce($2::timestamptz, 'infinity'), $3, $4)"#,
        rater.0,
        at,
        before.submission,
        limit as i64
    )
    .fetch_all(conn)
    .await?;
    let rating = |row: (i64, i16, DateTime<Utc>, Option<DateTime<Utc>>)| OwnRating {
        submission: row.0,
        score: Score::from_row(row.1),
        created_at: row.2,
        changed_at: row.3,
    };
    Ok(rows.into_iter().map(|row| rating((row.submission, row.score, row.created_at, row.changed_at))).collect())
}
