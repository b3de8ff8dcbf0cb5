//! Days, boards and biases of raters, against all ratings.
//!
//! What was noted and waits for the ranking job is left out on both sides. Where the notes were lost, that job counts everything anew, and nothing is
//! compared.

use futures_util::TryStreamExt;
use sqlx::PgConnection;

use super::super::boards::{LEAST, reached};
use crate::db::sentences;

pub(super) async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let whole = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM rating_changes WHERE submission = 0 AND rater IS NOT NULL) AS "whole!""#
    )
    .fetch_one(&mut *conn)
    .await?;
    if !whole {
        return Ok(vec![]);
    }
    let mut wrong = days(conn).await?;
    wrong.extend(raters(conn).await?);
    wrong.extend(photos(conn).await?);
    wrong.extend(boards(conn).await?);
    wrong.extend(scores(conn).await?);
    wrong.extend(species(conn).await?);
    wrong.extend(reached(conn).await?);
    Ok(wrong)
}

async fn days(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"WITH given AS (
               SELECT rater, submission, (created_at AT TIME ZONE 'UTC')::date AS day, 1::bigint AS ratings, score::bigint AS sum,
                      (score * score)::bigint AS squares
               FROM ratings
               UNION ALL
               SELECT rater, submission, day, -ratings, -sum, -squares FROM rating_changes WHERE day IS NOT NULL),
           again AS (
               SELECT g.submission, g.day, sum(g.ratings)::bigint AS ratings, sum(g.sum)::bigint AS sum, sum(g.squares)::bigint AS squares,
                      sum(g.ratings * coalesce(bias_at(g.submission, b.applied, b.target, b.done), 0))::bigint AS bias
               FROM given g LEFT JOIN rater_biases b ON b.rater = g.rater GROUP BY g.submission, g.day)
           SELECT submission AS "submission!", day AS "day!", coalesce(d.ratings, 0) AS "ratings!", coalesce(d.sum, 0) AS "sum!",
                  coalesce(a.ratings, 0) AS "again!", coalesce(a.sum, 0) AS "resum!"
           FROM submission_days d FULL JOIN again a USING (submission, day)
           WHERE (coalesce(d.ratings, 0), coalesce(d.sum, 0), coalesce(d.squares, 0), coalesce(d.bias, 0))
                 <> (coalesce(a.ratings, 0), coalesce(a.sum, 0), coalesce(a.squares, 0), coalesce(a.bias, 0))
           ORDER BY 1, 2"#
    )
    .fetch(conn)
    .map_ok(|row| {
        format!(
            "Photo {} was given {} ratings with sum {} on {} as its days say, and {} with sum {} by a recount (or squares or biases differ).",
            row.submission, row.ratings, row.sum, row.day, row.again, row.resum
        )
    });
    sentences(rows).await
}

async fn raters(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let off = sqlx::query_scalar!(
        r#"SELECT count(*) AS "off!"
           FROM rater_biases b FULL JOIN (
               SELECT rater, sum(ratings) AS ratings
               FROM (SELECT rater, count(*) AS ratings FROM ratings GROUP BY rater
                     UNION ALL SELECT rater, -ratings FROM rating_changes WHERE day IS NOT NULL) AS given
               GROUP BY rater) AS again ON again.rater = b.rater
           WHERE coalesce(b.ratings, 0) <> coalesce(again.ratings, 0)"#
    )
    .fetch_one(conn)
    .await?;
    Ok(if off > 0 {
        vec![format!("The biases of {off} raters are not of as many ratings as they gave.")]
    } else {
        vec![]
    })
}

async fn photos(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"SELECT format('The ratings of photo %s and the biases of its raters are not the sums of its days.',
                         coalesce(p.submission, d.submission)) AS "what!"
           FROM photo_biases p FULL JOIN (
               SELECT submission, sum(ratings) AS ratings, sum(sum) AS sum, sum(bias) AS bias
               FROM submission_days GROUP BY submission HAVING sum(ratings) > 0) AS d ON d.submission = p.submission
           WHERE (p.ratings, p.sum, p.bias) IS DISTINCT FROM (d.ratings, d.sum, d.bias)
           ORDER BY 1"#
    )
    .fetch(conn);
    sentences(rows).await
}

/// A photo that is shown or hidden since the last run is noted for the next one. What is not kept any more may be there or not, and so may the
/// empty line of a photo that is neither shown nor rated.
async fn boards(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"WITH again AS (
               SELECT d.submission, p.period, since_of(p.period, d.day) AS since, sum(d.ratings) AS ratings, sum(d.sum) AS sum,
                      sum(d.squares) AS squares, sum(d.bias) AS bias
               FROM (SELECT submission, day, ratings, sum, squares, bias FROM submission_days WHERE ratings > 0
                     UNION ALL SELECT id, '1970-01-01', 0, 0, 0, 0 FROM submissions WHERE ordinal IS NOT NULL) AS d,
                    unnest(enum_range(NULL::board_period)) AS p (period)
               GROUP BY 1, 2, 3 HAVING p.period = 'all' OR sum(d.ratings) > 0)
           SELECT format('Photo %s is on the board of the %s from %s with other figures than its days have.',
                         coalesce(b.submission, a.submission), coalesce(b.period, a.period), coalesce(b.since, a.since)) AS "what!"
           FROM (SELECT * FROM board_photos WHERE shown OR ratings > 0) b FULL JOIN again a
                ON a.submission = b.submission AND a.period = b.period AND a.since = b.since
                LEFT JOIN submissions s ON s.id = coalesce(b.submission, a.submission)
           WHERE (b.ratings, b.sum, b.squares, b.bias, b.shown, b.species)
                 IS DISTINCT FROM (a.ratings, a.sum, a.squares, a.bias, s.ordinal IS NOT NULL, lower(s.species))
             AND coalesce(b.submission, a.submission) NOT IN (SELECT submission FROM rating_changes WHERE day IS NULL)
             AND board_kept(coalesce(b.period, a.period), coalesce(b.since, a.since), (now() AT TIME ZONE 'UTC')::date)
           ORDER BY 1"#
    )
    .fetch(conn);
    sentences(rows).await
}

/// Boards of the past keep the scores that they had.
async fn scores(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"SELECT format('Photo %s scores %s on the board of the %s from %s, and its figures give %s.',
                         submission, score, period, since, again) AS "what!"
           FROM (SELECT b.*, board_score(b.shown, b.ratings, evened(b.sum, b.bias, s.adjusted),
                                         CASE b.period WHEN 'all' THEN 1 ELSE $1::bigint END, s.mean, s.weight) AS again
                 FROM board_photos b, board_state s
                 WHERE b.since = since_of(b.period, (now() AT TIME ZONE 'UTC')::date)) AS scored
           WHERE score IS DISTINCT FROM again AND (score IS NULL OR again IS NULL OR abs(score - again) > 1e-9)
           ORDER BY 1"#,
        LEAST
    )
    .fetch(conn);
    sentences(rows).await
}

async fn species(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"SELECT format('Of the species %s there are %s photos as boards count them, and %s on the boards.',
                         coalesce(s.name, b.species), coalesce(s.photos, 0), coalesce(b.photos, 0)) AS "what!"
           FROM species s FULL JOIN (
               SELECT species, count(*) AS photos FROM board_photos WHERE period = 'all' AND shown GROUP BY species) AS b
               ON b.species = s.name
           WHERE coalesce(s.photos, 0) <> coalesce(b.photos, 0) ORDER BY 1"#
    )
    .fetch(conn);
    sentences(rows).await
}

/// What is trending and viral, from all days at once. Photos to which something has happened since are noted for the next run.
async fn reached(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"WITH latest AS (
               SELECT *, ratings + $1::bigint * shares + $2::bigint * arrivals AS weight, max(day) OVER (PARTITION BY submission) AS last
               FROM (SELECT *, row_number() OVER (PARTITION BY submission ORDER BY day DESC) AS place FROM submission_days) AS d
               WHERE place <= 30),
           again AS (
               SELECT submission, sum(weight) AS happened, sum(shares + arrivals) AS passed_on, sum(ratings + views) AS views,
                      sum(weight * power(0.5::float8, (last - day) / $3::float8)) AS heat,
                      coalesce(sum(weight) FILTER (WHERE last - day >= 3), 0) / greatest(max(last) - min(day) - 2, 7)::float8 AS usual,
                      max(last) AS last
               FROM latest GROUP BY submission)
           SELECT format('Photo %s has trend %s and virality %s on the boards, and its days give %s and %s.',
                         submission, trend, viral, trend_again, viral_again) AS "what!"
           FROM (SELECT b.submission, b.trend, b.viral,
                        CASE WHEN b.shown AND a.happened >= $4::bigint
                             THEN ln(a.heat / (a.usual + $5::float8)) / ln(2::float8) + (a.last - $7::date) / $3 END AS trend_again,
                        CASE WHEN b.shown AND a.passed_on > 0 THEN 100 * a.passed_on / (a.views + $6::float8) END AS viral_again
                 FROM board_photos b LEFT JOIN again a ON a.submission = b.submission
                 WHERE b.period = 'all' AND b.submission NOT IN (SELECT submission FROM rating_changes)) AS both_of_them
           WHERE (trend IS NULL) <> (trend_again IS NULL) OR abs(trend - trend_again) > 1e-6
              OR (viral IS NULL) <> (viral_again IS NULL) OR abs(viral - viral_again) > 1e-6
           ORDER BY 1"#,
        reached::SHARE,
        reached::ARRIVAL,
        reached::HALF_LIFE,
        LEAST,
        reached::CALM_DAY,
        reached::QUIET_VIEWS,
        reached::FIRST
    )
    .fetch(conn);
    sentences(rows).await
}
