//! Counting ratings with another bias than before.

use sqlx::{Postgres, Transaction};

use super::super::days::DayChange;
use super::MOVED;

/// Is there somebody whose ratings do not all count with the bias that they should have?
pub(super) async fn unfinished(tx: &mut Transaction<'_, Postgres>) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM rater_biases WHERE target <> applied) AS "unfinished!""#)
        .fetch_one(&mut **tx)
        .await
}

/// Goes on with raters whose bias is to be another one, photo by photo. What was noted since the days were added up is not a part of
/// them yet: it comes with the bias that its rater has then.
pub(super) async fn apply(tx: &mut Transaction<'_, Postgres>) -> Result<Vec<DayChange>, sqlx::Error> {
    sqlx::query_as!(
        DayChange,
        r#"WITH wanted AS MATERIALIZED (
               SELECT rater, applied, target, done FROM (
                   SELECT *, sum(ratings) OVER (ORDER BY rater) - ratings AS before
                   FROM (SELECT * FROM rater_biases WHERE target <> applied ORDER BY rater LIMIT $1) AS first
               ) AS ordered
               WHERE before < $1),
           late AS MATERIALIZED (
               SELECT rater, submission, day, sum(ratings)::bigint AS n FROM rating_changes
               WHERE day IS NOT NULL AND rater IN (SELECT rater FROM wanted) GROUP BY 1, 2, 3),
           page AS MATERIALIZED (
               SELECT w.rater, r.submission, r.day
               FROM wanted w CROSS JOIN LATERAL (
                   SELECT submission, (created_at AT TIME ZONE 'UTC')::date AS day FROM ratings
                   WHERE rater = w.rater AND submission > w.done ORDER BY submission LIMIT $1) r),
           ends AS MATERIALIZED (
               SELECT w.*, CASE WHEN coalesce(p.photos, 0) < $1 THEN 9223372036854775807 ELSE p.last END AS last
               FROM wanted w LEFT JOIN (
                   SELECT rater, count(*) AS photos, max(submission) AS last FROM page GROUP BY rater) p USING (rater)),
           step AS (
               INSERT INTO rater_biases AS b (rater, applied, target, done)
               SELECT rater, CASE last WHEN 9223372036854775807 THEN target ELSE applied END, target,
                      CASE last WHEN 9223372036854775807 THEN 0 ELSE last END
               FROM ends ORDER BY rater
               ON CONFLICT (rater) DO UPDATE SET applied = excluded.applied, done = excluded.done)
           SELECT x.submission AS "submission!", x.day AS "day!", 0::bigint AS "ratings!", 0::bigint AS "sum!", 0::bigint AS "squares!",
                  sum(x.n * (e.target - e.applied))::bigint AS "bias!"
           FROM ends e JOIN (SELECT rater, submission, day, 1 AS n FROM page
                             UNION ALL SELECT rater, submission, day, -n FROM late) x
                ON x.rater = e.rater AND x.submission > e.done AND x.submission <= e.last
           GROUP BY 1, 2 HAVING sum(x.n * (e.target - e.applied)) <> 0"#,
        MOVED
    )
    .fetch_all(&mut **tx)
    .await
}
