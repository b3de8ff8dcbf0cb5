//! From nothing, or after what was noted has been lost.

use sqlx::{Postgres, Transaction};

use super::PULL;

/// How often raters and photos are fitted in turn when nothing is known. Each time reads all ratings twice, and a third one changes how well
/// the true order is found in no digit that `/about/scores` shows; afterwards raters go on being fitted anyway.
const TURNS: usize = 2;

/// Fits everybody where no bias is known yet, by alternating least squares.
pub async fn begin(tx: &mut Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
    sqlx::query!("SET LOCAL statement_timeout = 0").execute(&mut **tx).await?;
    let known =
        sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM rater_biases WHERE fitted_at > '-infinity') AS "known!""#);
    if known.fetch_one(&mut **tx).await? {
        return Ok(());
    }
    sqlx::query!("DELETE FROM rater_biases").execute(&mut **tx).await?;
    for _ in 0..TURNS {
        fit_photos(tx).await?;
        fit_raters(tx).await?;
    }
    Ok(())
}

async fn fit_photos(tx: &mut Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM photo_biases").execute(&mut **tx).await?;
    sqlx::query!(
        "INSERT INTO photo_biases (submission, ratings, sum, bias)
         SELECT r.submission, count(*), sum(r.score), sum(coalesce(b.applied, 0))
         FROM ratings r LEFT JOIN rater_biases b ON b.rater = r.rater GROUP BY r.submission"
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

async fn fit_raters(tx: &mut Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH everybody AS (SELECT sum(sum)::float8 / greatest(sum(ratings), 1)::float8 AS mean FROM photo_biases),
         fitted AS (
             SELECT r.rater, count(*) AS ratings, round(100 * sum(r.score - p.score) / ($1::float8 + count(*)))::integer AS bias
             FROM ratings r JOIN (
                 SELECT submission, e.mean + (evened(sum, bias, true) - ratings * e.mean) / (g.weight + ratings) AS score
                 FROM photo_biases, everybody e, generation g) p ON p.submission = r.submission
             GROUP BY r.rater)
         INSERT INTO rater_biases (rater, ratings, due, fitted_at, applied, target)
         SELECT rater, ratings, false, now(), bias, bias FROM fitted
         ON CONFLICT (rater) DO UPDATE SET applied = excluded.applied, target = excluded.target",
        PULL
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Photos are added up from their days, which have just been counted anew, and those with another bias than before are ranked again.
pub async fn recount(tx: &mut Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM rater_biases WHERE ratings = 0").execute(&mut **tx).await?;
    sqlx::query!("DELETE FROM photo_biases").execute(&mut **tx).await?;
    sqlx::query!(
        "INSERT INTO photo_biases (submission, ratings, sum, bias)
         SELECT submission, sum(ratings), sum(sum), sum(bias) FROM submission_days GROUP BY submission HAVING sum(ratings) > 0"
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO photos_to_rank
         SELECT s.submission FROM standings s LEFT JOIN photo_biases p ON p.submission = s.submission
         WHERE s.bias <> coalesce(p.bias, 0)"
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
