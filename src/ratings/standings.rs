//! Score and rank, as the ranking job works them out.
//!
//! A score is the photo's mean pulled towards everybody's mean, the more so the fewer ratings it has
//! (empirical Bayes, as for "true" ratings by Efron and Morris, 1975): `(weight * mean + sum) / (weight + count)`.

mod generation;
mod ladder;
mod moments;
mod parameters;
pub mod profile_photos;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgConnection, Postgres, Transaction};

pub use parameters::Parameters;
use parameters::WIDTH;

/// What one run of the ranking job did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// The generation it made.
    pub number: i64,
    /// Photos that have a rank.
    pub photos: i64,
    /// Standings written or removed.
    pub written: u64,
}

/// Where one photo stands in the last generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// From 1 to 10.
    pub score: f64,
    /// What it is with ratings as they were given, and what without the biases of those who gave them: one of the two is `score`.
    pub plain: f64,
    pub evened: f64,
    /// Is it the second?
    pub adjusted: bool,
    /// The score is most likely (95 %) between these.
    pub between: (f64, f64),
    /// 1 is the derpiest; photos with equal scores share a rank.
    pub rank: i64,
    /// Ranks of the two ends of `between`, best first.
    pub rank_between: (i64, i64),
    /// Photos that have a rank.
    pub photos: i64,
    /// When this was worked out.
    pub as_of: DateTime<Utc>,
}

/// Makes the next generation: rewrites the standings of photos that were voted on, hidden or un-hidden since the last
/// one, and the rungs of the ladder that they have passed. All of them are rewritten only when the parameters have moved enough
/// to be seen. Readers see the old generation until the commit.
pub async fn recompute(tx: &mut Transaction<'_, Postgres>) -> Result<Summary, sqlx::Error> {
    generation::recompute(tx).await
}

/// Scores are without the [biases](super::biases) of raters from now on, or with them.
pub async fn score_as(tx: &mut Transaction<'_, Postgres>, adjusted: bool) -> Result<(), sqlx::Error> {
    generation::score_as(tx, adjusted).await
}

/// Keeps others from working out a generation until the end of this transaction. False when somebody else is at it.
pub async fn try_lock(tx: &mut Transaction<'_, Postgres>) -> Result<bool, sqlx::Error> {
    let lock = sqlx::query_scalar!("SELECT number FROM generation FOR UPDATE SKIP LOCKED");
    Ok(lock.fetch_optional(&mut **tx).await?.is_some())
}

/// What the last run of the ranking job covered.
#[derive(Debug, Clone, Copy)]
pub struct Generation {
    /// Its number; 0 before the first.
    pub number: i64,
    /// Photos that have a rank.
    pub photos: i64,
    /// When it was worked out; nothing before the first.
    pub finished_at: Option<DateTime<Utc>>,
}

pub async fn generation(conn: &mut PgConnection) -> Result<Generation, sqlx::Error> {
    sqlx::query_as!(Generation, "SELECT number, photos, finished_at FROM generation").fetch_one(conn).await
}

/// Where this photo stands; nothing before the ranking job has seen a rating of it.
pub async fn find(conn: &mut PgConnection, submission: i64) -> Result<Option<Standing>, sqlx::Error> {
    // One statement, so that everything is of one generation.
    let row = sqlx::query!(
        r#"SELECT s.score, s.count, s.sum, s.bias, g.adjusted, g.mean, g.weight, g.variance, g.photos, g.finished_at AS "as_of!",
                  rank_of(s.score) AS "rank!",
                  rank_of(s.score + u.uncertainty) AS "best!",
                  rank_of(s.score - u.uncertainty) AS "worst!"
           FROM standings s CROSS JOIN generation g
                CROSS JOIN LATERAL (SELECT $2 * sqrt(g.variance / (s.count + g.weight)) AS uncertainty) u
           WHERE s.submission = $1"#,
        submission,
        WIDTH
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let (mean, weight, variance, adjusted) = (row.mean, row.weight, row.variance, row.adjusted);
        let parameters = Parameters { mean, weight, variance, adjusted };
        let of = |sum: f64| mean + (sum - row.count as f64 * mean) / (weight + row.count as f64);
        Standing {
            score: row.score,
            adjusted,
            plain: of(row.sum as f64),
            evened: of(row.sum as f64 - row.bias as f64 / 100.0),
            between: parameters.between(row.score, row.count),
            rank: row.rank,
            rank_between: (row.best, row.worst.min(row.photos)),
            photos: row.photos,
            as_of: row.as_of,
        }
    }))
}

/// A score and what it was worked out from.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    pub submission: i64,
    pub title: String,
    pub count: i64,
    pub sum: i64,
    pub score: f64,
    /// Everybody's mean.
    pub mean: f64,
    /// How many pretend ratings there are.
    pub weight: f64,
    /// How much people disagree about one photo: the standard deviation.
    pub deviation: f64,
    /// The score may be so much higher or lower.
    pub uncertainty: f64,
    /// By how much its raters count as too generous, added up, in points.
    pub bias: f64,
    /// The scores with and without that.
    pub plain: f64,
    pub evened: f64,
    /// Is the last one what photos are ranked by?
    pub adjusted: bool,
    pub as_of: Option<DateTime<Utc>>,
}

/// The first of the leaderboard; nothing when there is none.
pub async fn example(conn: &mut PgConnection) -> Result<Option<Example>, sqlx::Error> {
    sqlx::query_as!(
        Example,
        r#"SELECT b.submission, s.title, b.count, b.sum, b.score, g.mean, g.weight, sqrt(g.variance) AS "deviation!",
                  $1 * sqrt(g.variance / (b.count + g.weight)) AS "uncertainty!", b.bias / 100.0::float8 AS "bias!",
                  g.mean + (b.sum - b.count * g.mean) / (g.weight + b.count) AS "plain!",
                  g.mean + (b.sum - b.bias / 100.0::float8 - b.count * g.mean) / (g.weight + b.count) AS "evened!",
                  g.adjusted, g.finished_at AS as_of
           FROM standings b JOIN submissions s ON s.id = b.submission CROSS JOIN generation g
           WHERE s.ordinal IS NOT NULL ORDER BY b.score DESC, b.submission LIMIT 1"#,
        WIDTH
    )
    .fetch_optional(conn)
    .await
}
