//! How harsh or generous raters are, by the scores that the photos have at that moment.

use sqlx::{Postgres, Transaction};

use super::super::standings::Parameters;
use super::{LOOKED_AT, PULL, STEP};

/// As many raters as one statement looks at.
const RATERS: i64 = 10_000;

/// Looks at raters with many new ratings, and at those who were not looked at for the longest as far as what was put aside for them allows: for
/// each run as many of their ratings as `in_turn`, and for whoever has more what several runs put aside.
pub(super) async fn fit(
    tx: &mut Transaction<'_, Postgres>,
    parameters: &Parameters,
    in_turn: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH chosen AS MATERIALIZED (
             SELECT rater, due, ratings FROM (
                 SELECT rater, due, ratings, sum(ratings) OVER (PARTITION BY due ORDER BY fitted_at, rater) AS so_far
                 FROM (SELECT rater, due, ratings, fitted_at FROM rater_biases ORDER BY due DESC, fitted_at, rater LIMIT $1) AS first
             ) AS ordered
             WHERE so_far - ratings < $2::bigint AND (due OR so_far <= (SELECT looks FROM board_state) + $3::bigint)),
         paid AS (
             UPDATE board_state SET looks = looks + $3 - coalesce((SELECT sum(ratings) FROM chosen WHERE NOT due), 0)),
         fitted AS (
             SELECT c.rater, coalesce(round(100 * sum(r.score - p.score) / ($4::float8 + count(p.score))), 0)::integer AS bias
             FROM chosen c
                  LEFT JOIN LATERAL (SELECT submission, score FROM ratings WHERE rater = c.rater OFFSET 0) r ON true
                  LEFT JOIN LATERAL (
                      SELECT $5::float8 + (evened(sum, bias, true) - ratings * $5) / ($6::float8 + ratings) AS score
                      FROM photo_biases WHERE submission = r.submission OFFSET 0) p ON true
             GROUP BY c.rater)
         INSERT INTO rater_biases AS b (rater, target)
         SELECT rater, bias FROM fitted ORDER BY rater
         ON CONFLICT (rater) DO UPDATE
         SET fitted_at = now(), changes = 0, due = false,
             target = CASE WHEN b.target = b.applied AND abs(excluded.target - b.applied) >= $7::integer
                           THEN excluded.target ELSE b.target END",
        RATERS,
        LOOKED_AT,
        in_turn,
        PULL,
        parameters.mean,
        parameters.weight,
        STEP
    )
    .execute(&mut **tx)
    .await?;
    // Whoever has no rating left was due, and is forgotten.
    sqlx::query!("DELETE FROM rater_biases WHERE ratings = 0 AND fitted_at = now() AND NOT due")
        .execute(&mut **tx)
        .await
        .map(drop)
}
