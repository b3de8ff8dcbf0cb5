//! What photos were given on which day, added up from what has changed since the last time.
//!
//! Triggers note every change of a rating in `rating_changes`, in the transaction that makes it. A rating belongs to the day (UTC) on
//! which it was first given, with the score that it has now.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

/// By how much one photo's ratings of one day have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayChange {
    pub submission: i64,
    pub day: NaiveDate,
    pub ratings: i64,
    pub sum: i64,
    /// Sum of their squares.
    pub squares: i64,
    /// What their raters count as too generous, added up, in hundredths of a point.
    pub bias: i64,
}

/// What has changed since the last time.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// One for each photo and day.
    pub days: Vec<DayChange>,
    /// Photos that are shown or hidden, or are something else than before.
    pub photos: Vec<i64>,
    /// Photos that were rated, shared, come to or looked at.
    pub reached: Vec<i64>,
    /// How often a rating was given, changed or taken back.
    pub ratings: i64,
}

impl Changes {
    /// Every photo to which anything has happened, once.
    pub fn touched(&self) -> Vec<i64> {
        let mut photos: Vec<i64> = self.reached.iter().chain(&self.photos).copied().collect();
        photos.sort_unstable();
        photos.dedup();
        photos
    }

    /// Adds others of the same days.
    pub fn merge(&mut self, more: Vec<DayChange>) {
        let mut all: BTreeMap<(i64, NaiveDate), DayChange> = BTreeMap::new();
        for change in self.days.drain(..).chain(more) {
            all.entry((change.submission, change.day))
                .and_modify(|known| {
                    known.ratings += change.ratings;
                    known.sum += change.sum;
                    known.squares += change.squares;
                    known.bias += change.bias;
                })
                .or_insert(change);
        }
        self.days = all.into_values().collect();
    }
}

/// What a photo was given on one day, and how far it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoDay {
    pub day: NaiveDate,
    /// Ratings that were first given on it.
    pub ratings: i64,
    /// People who shared it.
    pub shares: i64,
    /// People who came by a link that was shared.
    pub arrivals: i64,
    /// How often somebody who is known to rate looked at its page.
    pub views: i64,
}

/// The last so many days (UTC), today last; those without anything are zero.
pub async fn of_photo(conn: &mut PgConnection, submission: i64, days: i32) -> Result<Vec<PhotoDay>, sqlx::Error> {
    sqlx::query_as!(
        PhotoDay,
        r#"SELECT a.day AS "day!", coalesce(d.ratings, 0) AS "ratings!", coalesce(d.shares, 0) AS "shares!",
                  coalesce(d.arrivals, 0) AS "arrivals!", coalesce(d.views, 0) AS "views!"
           FROM (SELECT (now() AT TIME ZONE 'UTC')::date - back AS day FROM generate_series($2 - 1, 0, -1) AS back) a
                LEFT JOIN LATERAL (
                    SELECT ratings, shares, arrivals, views FROM submission_days WHERE submission = $1 AND day = a.day OFFSET 0) d ON true
           ORDER BY a.day"#,
        submission,
        days
    )
    .fetch_all(conn)
    .await
}

/// What has happened to a photo since a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct News {
    #[serde(skip)]
    pub submission: i64,
    pub ratings: i64,
    pub shares: i64,
    pub arrivals: i64,
    /// Ratings, and looks at its page by people who are known to rate.
    pub views: i64,
}

/// What has happened to these photos from this day on, that day included; those to which nothing has are left out.
pub async fn since(conn: &mut PgConnection, photos: &[i64], day: NaiveDate) -> Result<Vec<News>, sqlx::Error> {
    sqlx::query_as!(
        News,
        r#"SELECT n.submission AS "submission!", d.ratings AS "ratings!", d.shares AS "shares!", d.arrivals AS "arrivals!",
                  d.views AS "views!"
           FROM unnest($1::bigint[]) AS n (submission) CROSS JOIN LATERAL (
               SELECT sum(ratings)::bigint AS ratings, sum(shares)::bigint AS shares, sum(arrivals)::bigint AS arrivals,
                      sum(ratings + views)::bigint AS views
               FROM submission_days WHERE submission = n.submission AND day >= $2 OFFSET 0) AS d
           WHERE d.ratings + d.shares + d.arrivals + d.views > 0"#,
        photos,
        day
    )
    .fetch_all(conn)
    .await
}

/// Takes what was noted; raters are counted with it. Nothing when that is not known, before the first time and after a program from
/// before: then everything has to be [counted anew](recount). Never twice at once: the generation's row is locked by
/// whoever calls it.
pub(super) async fn take(tx: &mut Transaction<'_, Postgres>) -> Result<Option<Changes>, sqlx::Error> {
    let taken = sqlx::query!(
        r#"WITH taken AS (DELETE FROM rating_changes RETURNING *),
           counted AS (
               INSERT INTO rater_biases AS b (rater, ratings, changes)
               SELECT rater, sum(ratings)::bigint, count(*) FROM taken
               WHERE rater IS NOT NULL AND day IS NOT NULL GROUP BY rater ORDER BY rater
               ON CONFLICT (rater) DO UPDATE
               SET ratings = b.ratings + excluded.ratings, changes = b.changes + excluded.changes,
                   due = b.due OR 4 * (b.changes + excluded.changes) > b.ratings + excluded.ratings)
           SELECT t.submission AS "submission!", t.day, sum(t.ratings)::bigint AS "ratings!",
                  sum(t.sum)::bigint AS "sum!", sum(t.squares)::bigint AS "squares!",
                  sum(t.ratings * coalesce(b.bias, 0))::bigint AS "bias!", count(t.rater) AS "raters!"
           FROM taken t LEFT JOIN LATERAL (
               SELECT bias_at(t.submission, applied, target, done) AS bias FROM rater_biases WHERE rater = t.rater OFFSET 0) b ON true
           GROUP BY t.submission, t.day ORDER BY t.submission, t.day"#
    )
    .fetch_all(&mut **tx)
    .await?;
    // Photo 0 says that nothing was lost until here, and from here on.
    sqlx::query!("INSERT INTO rating_changes (submission, rater) VALUES (0, $1)", Uuid::nil())
        .execute(&mut **tx)
        .await?;
    if !taken.iter().any(|row| row.submission == 0 && row.raters > 0) {
        return Ok(None);
    }
    let mut changes = Changes::default();
    for row in taken.into_iter().filter(|row| row.submission != 0) {
        let Some(day) = row.day else {
            changes.photos.push(row.submission);
            continue;
        };
        changes.reached.push(row.submission);
        changes.ratings += row.raters;
        if (row.ratings, row.sum, row.squares, row.bias) != (0, 0, 0, 0) {
            let (submission, ratings, sum, squares, bias) =
                (row.submission, row.ratings, row.sum, row.squares, row.bias);
            changes.days.push(DayChange { submission, day, ratings, sum, squares, bias });
        }
    }
    Ok(Some(changes))
}

/// Adds changes to `submission_days`.
pub(super) async fn add(tx: &mut Transaction<'_, Postgres>, changes: &[DayChange]) -> Result<(), sqlx::Error> {
    let columns = Columns::of(changes);
    sqlx::query!(
        "INSERT INTO submission_days AS d (submission, day, ratings, sum, squares, bias)
         SELECT * FROM unnest($1::bigint[], $2::date[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
         ON CONFLICT (submission, day) DO UPDATE
         SET ratings = d.ratings + excluded.ratings, sum = d.sum + excluded.sum, squares = d.squares + excluded.squares,
             bias = d.bias + excluded.bias",
        &columns.submissions,
        &columns.days,
        &columns.ratings,
        &columns.sums,
        &columns.squares,
        &columns.biases
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "DELETE FROM submission_days WHERE ctid = ANY(ARRAY(
             SELECT d.ctid FROM unnest($1::bigint[], $2::date[]) AS c (submission, day) CROSS JOIN LATERAL (
                 SELECT d.ctid FROM submission_days d
                 WHERE d.submission = c.submission AND d.day = c.day AND (ratings, views, shares, arrivals) = (0, 0, 0, 0)
                 OFFSET 0) AS d))",
        &columns.submissions,
        &columns.days
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Changes as columns.
pub(super) struct Columns {
    pub submissions: Vec<i64>,
    pub days: Vec<NaiveDate>,
    pub ratings: Vec<i64>,
    pub sums: Vec<i64>,
    pub squares: Vec<i64>,
    pub biases: Vec<i64>,
}

impl Columns {
    pub fn of(changes: &[DayChange]) -> Self {
        Columns {
            submissions: changes.iter().map(|change| change.submission).collect(),
            days: changes.iter().map(|change| change.day).collect(),
            ratings: changes.iter().map(|change| change.ratings).collect(),
            sums: changes.iter().map(|change| change.sum).collect(),
            squares: changes.iter().map(|change| change.squares).collect(),
            biases: changes.iter().map(|change| change.bias).collect(),
        }
    }
}

/// Reads all ratings, and writes what is something else than before. One statement forgets what was noted and counts: both see the same
/// ratings. What is written is in the order of photos, so that the days of one lie together.
pub(super) async fn recount(tx: &mut Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
    sqlx::query!("SET LOCAL statement_timeout = 0").execute(&mut **tx).await?;
    // All rows of all these tables meet. For one that is empty at this moment PostgreSQL would take a loop, which then goes through all
    // that the statement itself has written.
    sqlx::query!("SET LOCAL enable_nestloop = off").execute(&mut **tx).await?;
    sqlx::query!(
        "WITH forgotten AS (DELETE FROM rating_changes WHERE submission <> 0),
         raters AS MATERIALIZED (SELECT rater, count(*) AS ratings FROM ratings GROUP BY rater),
         counted AS (
             INSERT INTO rater_biases AS b (rater, ratings) SELECT rater, ratings FROM raters
             ON CONFLICT (rater) DO UPDATE SET ratings = excluded.ratings WHERE b.ratings <> excluded.ratings),
         stopped AS (
             UPDATE rater_biases b SET ratings = 0
             WHERE ratings <> 0 AND NOT EXISTS (SELECT FROM raters r WHERE r.rater = b.rater)),
         again AS MATERIALIZED (
             SELECT r.submission, (r.created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS ratings, sum(r.score)::bigint AS sum,
                    sum(r.score * r.score)::bigint AS squares,
                    sum(coalesce(bias_at(r.submission, b.applied, b.target, b.done), 0))::bigint AS bias
             FROM ratings r LEFT JOIN rater_biases b ON b.rater = r.rater GROUP BY 1, 2 ORDER BY 1, 2),
         corrected AS (
             UPDATE submission_days d SET ratings = a.ratings, sum = a.sum, squares = a.squares, bias = a.bias
             FROM again a
             WHERE d.submission = a.submission AND d.day = a.day
               AND (d.ratings, d.sum, d.squares, d.bias) <> (a.ratings, a.sum, a.squares, a.bias)),
         emptied AS (
             UPDATE submission_days d SET ratings = 0, sum = 0, squares = 0, bias = 0
             WHERE ratings <> 0 AND NOT EXISTS (SELECT FROM again a WHERE a.submission = d.submission AND a.day = d.day))
         INSERT INTO submission_days (submission, day, ratings, sum, squares, bias)
         SELECT * FROM again a
         WHERE NOT EXISTS (SELECT FROM submission_days d WHERE d.submission = a.submission AND d.day = a.day)
         ON CONFLICT (submission, day) DO UPDATE
         SET ratings = excluded.ratings, sum = excluded.sum, squares = excluded.squares, bias = excluded.bias"
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("SET LOCAL enable_nestloop = on").execute(&mut **tx).await?;
    sqlx::query!("DELETE FROM submission_days WHERE (ratings, views, shares, arrivals) = (0, 0, 0, 0)")
        .execute(&mut **tx)
        .await
        .map(drop)
}
