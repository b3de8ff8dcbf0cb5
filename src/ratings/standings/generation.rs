//! Making a generation.

use sqlx::{Postgres, Transaction};

use super::{Summary, WIDTH};

/// Rungs of the ladder: enough that a rank counts few rows, few enough to rewrite at every run.
const RUNGS: i64 = 1000;

/// Variance of photo means below which it is not believed, in squared points: it keeps `weight` finite.
const LEAST_SPREAD: f64 = 0.05;

/// How far the mean (in points) or the weight (as a part of itself) may move before every score is worked out anew.
const VISIBLE: f64 = 0.05;

/// What scores are worked out with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// Mean of all ratings.
    pub mean: f64,
    /// How many ratings the mean counts for: variance within photos over variance between them.
    pub weight: f64,
    /// Variance of the ratings of one photo.
    pub variance: f64,
}

impl Parameters {
    /// The ends of the 95 % interval around a score, within 1 to 10.
    pub fn between(&self, score: f64, count: i64) -> (f64, f64) {
        let uncertainty = WIDTH * (self.variance / (count as f64 + self.weight)).sqrt();
        ((score - uncertainty).max(1.0), (score + uncertainty).min(10.0))
    }

    fn visibly_differ(&self, other: &Parameters) -> bool {
        (self.mean - other.mean).abs() > VISIBLE || (self.weight / other.weight - 1.0).abs() > VISIBLE
    }
}

pub(super) async fn recompute(tx: &mut Transaction<'_, Postgres>) -> Result<Summary, sqlx::Error> {
    // Two ranking jobs at once would work from different votes; the row makes them queue.
    let last = sqlx::query_as!(Parameters, "SELECT mean, weight, variance FROM generation FOR UPDATE")
        .fetch_one(&mut **tx)
        .await?;
    let now = estimate(tx).await?;
    let parameters = match now {
        Some(now) if now.visibly_differ(&last) => now,
        _ => last,
    };
    let written = if parameters == last { 0 } else { rescore(tx, &parameters).await? };
    let written = written + remove_gone(tx).await? + write_changed(tx, &parameters).await?;
    let photos = write_ladder(tx).await?;
    let number = sqlx::query_scalar!(
        "UPDATE generation SET number = number + 1, finished_at = clock_timestamp(),
                mean = $1, weight = $2, variance = $3, photos = $4
         RETURNING number",
        parameters.mean,
        parameters.weight,
        parameters.variance,
        photos
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Summary { number, photos, written })
}

/// Parameters from all tallies: the method of moments. Nothing until two photos have two ratings each.
async fn estimate(tx: &mut Transaction<'_, Postgres>) -> Result<Option<Parameters>, sqlx::Error> {
    let moments = sqlx::query!(
        r#"WITH photo AS (
               SELECT t.count::float8 AS n, t.sum::float8 / t.count AS mean,
                      (SELECT sum(h.value * h.at * h.at)::float8
                       FROM unnest(t.histogram) WITH ORDINALITY h (value, at)) AS squares
               FROM tallies t JOIN submissions s ON s.id = t.submission
               WHERE t.count > 0 AND s.ordinal IS NOT NULL)
           SELECT sum(n * mean) / sum(n) AS mean,
                  sum(squares - n * mean * mean) / nullif(sum(n - 1), 0) AS within,
                  var_samp(mean) FILTER (WHERE n >= 2) AS between,
                  avg(1 / n) FILTER (WHERE n >= 2) AS noise
           FROM photo"#
    )
    .fetch_one(&mut **tx)
    .await?;
    let (Some(mean), Some(within), Some(between), Some(noise)) =
        (moments.mean, moments.within, moments.between, moments.noise)
    else {
        return Ok(None);
    };
    let variance = within.max(LEAST_SPREAD);
    let spread = (between - variance * noise).max(LEAST_SPREAD);
    Ok(Some(Parameters { mean, weight: variance / spread, variance }))
}

/// Written so that photos whose average is the mean score exactly the mean, whatever their number of ratings: by
/// `(weight * mean + sum) / (weight + count)` the last digits would differ, and with them the ranks.
async fn rescore(tx: &mut Transaction<'_, Postgres>, parameters: &Parameters) -> Result<u64, sqlx::Error> {
    let rescored = sqlx::query!(
        "UPDATE standings SET score = $2::float8 + (sum - count * $2::float8) / ($1::float8 + count)",
        parameters.weight,
        parameters.mean
    )
    .execute(&mut **tx)
    .await?;
    Ok(rescored.rows_affected())
}

/// Photos that left the deck lose their standing.
async fn remove_gone(tx: &mut Transaction<'_, Postgres>) -> Result<u64, sqlx::Error> {
    let removed = sqlx::query!(
        "DELETE FROM standings g WHERE NOT EXISTS (
             SELECT FROM submissions s WHERE s.id = g.submission AND s.ordinal IS NOT NULL)"
    )
    .execute(&mut **tx)
    .await?;
    Ok(removed.rows_affected())
}

/// Photos whose tally is not what their standing was worked out from.
async fn write_changed(tx: &mut Transaction<'_, Postgres>, parameters: &Parameters) -> Result<u64, sqlx::Error> {
    let written = sqlx::query!(
        "INSERT INTO standings (submission, score, count, sum)
         SELECT t.submission, $2::float8 + (t.sum - t.count * $2::float8) / ($1::float8 + t.count), t.count, t.sum
         FROM tallies t JOIN submissions s ON s.id = t.submission
              LEFT JOIN standings g ON g.submission = t.submission
         WHERE t.count > 0 AND s.ordinal IS NOT NULL
           AND (g.count, g.sum) IS DISTINCT FROM (t.count, t.sum)
         ON CONFLICT (submission) DO UPDATE
         SET score = excluded.score, count = excluded.count, sum = excluded.sum",
        parameters.weight,
        parameters.mean
    )
    .execute(&mut **tx)
    .await?;
    Ok(written.rows_affected())
}

/// Every n-th score with the number of photos above it; gives the number of photos.
async fn write_ladder(tx: &mut Transaction<'_, Postgres>) -> Result<i64, sqlx::Error> {
    sqlx::query!("DELETE FROM ladder").execute(&mut **tx).await?;
    sqlx::query_scalar!(
        r#"WITH ranked AS (
               SELECT score, rank() OVER w - 1 AS above, row_number() OVER w AS row, count(*) OVER () AS photos
               FROM standings WINDOW w AS (ORDER BY score DESC)),
           rungs AS (
               INSERT INTO ladder (score, above)
               SELECT DISTINCT score, above FROM ranked
               WHERE (row - 1) % greatest(photos / $1, 1) = 0)
           SELECT coalesce(max(photos), 0) AS "photos!" FROM ranked"#,
        RUNGS
    )
    .fetch_one(&mut **tx)
    .await
}
