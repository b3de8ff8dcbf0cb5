//! Harsh and generous raters made comparable.
//!
//! A rating is taken for `mean + photo + rater + noise`, the baseline predictors of Koren, Bell and Volinsky ("Matrix factorization
//! techniques for recommender systems", 2009): a regularised additive model, fitted by alternating least squares. A rater's bias is
//! how much higher than the photos' scores their ratings are on average, with [`PULL`] pretended ratings that are as high; a photo's
//! adjusted score is its score from ratings less the biases of those who gave them.
//!
//! What that costs follows what has changed. A rater is looked at again once about every fourth of their ratings is new, so that each rating is
//! read a few times; beside them come those who were not looked at for the longest, [`IN_TURN`] ratings for each that has changed. Only a bias
//! that is off by [`STEP`] is replaced, and at most [`MOVED`] ratings are counted otherwise by one run; who has given more is gone
//! through over several. Sums are exact at every moment: of the biases that were applied, in hundredths of a point.

mod apply;
mod begin;
mod fit;

use sqlx::{Postgres, Transaction};

use super::days::{Changes, DayChange};
use super::standings::Parameters;

pub use begin::{begin, recount};

/// So many pretended ratings without bias go into that of a rater.
pub const PULL: f64 = 4.0;

/// A bias is replaced when it is off by so many hundredths of a point.
pub const STEP: i32 = 20;

/// For each rating that has changed so many others are looked at again.
const IN_TURN: i64 = 8;

/// So many ratings at most are looked at in one run; the last rater may have more.
const LOOKED_AT: i64 = 100_000;

/// So many are counted with another bias.
const MOVED: i64 = 10_000;

/// Adds the changes of ratings to their photos, and gives what else has changed: days of photos whose raters count otherwise now.
pub(super) async fn follow(
    tx: &mut Transaction<'_, Postgres>,
    changes: &Changes,
    parameters: &Parameters,
) -> Result<Vec<DayChange>, sqlx::Error> {
    add(tx, &changes.days).await?;
    if changes.ratings == 0 && !apply::unfinished(tx).await? {
        return Ok(vec![]);
    }
    // Also where somebody has given most of all ratings, the others are looked up and not read through.
    sqlx::query!("SET LOCAL enable_seqscan = off").execute(&mut **tx).await?;
    fit::fit(tx, parameters, changes.ratings.saturating_mul(IN_TURN)).await?;
    let moved = apply::apply(tx).await?;
    sqlx::query!("SET LOCAL enable_seqscan = on").execute(&mut **tx).await?;
    add(tx, &moved).await?;
    note(tx, changes.days.iter().chain(&moved).filter(|change| change.bias != 0)).await?;
    Ok(moved)
}

async fn add(tx: &mut Transaction<'_, Postgres>, changes: &[DayChange]) -> Result<(), sqlx::Error> {
    let column = |of: fn(&DayChange) -> i64| changes.iter().map(of).collect::<Vec<i64>>();
    let submissions = column(|change| change.submission);
    sqlx::query!(
        "INSERT INTO photo_biases AS p (submission, ratings, sum, bias)
         SELECT submission, sum(ratings), sum(sum), sum(bias)
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS c (submission, ratings, sum, bias)
         GROUP BY submission
         ON CONFLICT (submission) DO UPDATE
         SET ratings = p.ratings + excluded.ratings, sum = p.sum + excluded.sum, bias = p.bias + excluded.bias",
        &submissions,
        &column(|change| change.ratings),
        &column(|change| change.sum),
        &column(|change| change.bias)
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM photo_biases WHERE submission = ANY($1) AND ratings = 0", &submissions)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// The next generation gives these photos another score.
async fn note(
    tx: &mut Transaction<'_, Postgres>,
    changes: impl Iterator<Item = &DayChange>,
) -> Result<(), sqlx::Error> {
    let photos: Vec<i64> = changes.map(|change| change.submission).collect();
    sqlx::query!("INSERT INTO photos_to_rank SELECT DISTINCT * FROM unnest($1::bigint[])", &photos)
        .execute(&mut **tx)
        .await
        .map(drop)
}
