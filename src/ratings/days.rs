//! What photos were given on which day, added up from what has changed since the last time.
//!
//! Triggers note every change of a rating in `rating_changes`, in the transaction that makes it. A rating belongs to the day (UTC) on
//! which it was first given, with the score that it has now.

use chrono::NaiveDate;
use sqlx::{PgConnection, Postgres, Transaction};

/// By how much one photo's ratings of one day have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayChange {
    pub submission: i64,
    pub day: NaiveDate,
    pub ratings: i64,
    pub sum: i64,
    /// Sum of their squares.
    pub squares: i64,
}

/// What has changed since the last time.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub days: Vec<DayChange>,
    /// Photos that are shown or hidden, or are something else than before.
    pub photos: Vec<i64>,
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
}

/// The last so many days (UTC), today last; those without anything are zero.
pub async fn of_photo(conn: &mut PgConnection, submission: i64, days: i32) -> Result<Vec<PhotoDay>, sqlx::Error> {
    sqlx::query_as!(
        PhotoDay,
        r#"SELECT a.day AS "day!", coalesce(d.ratings, 0) AS "ratings!", coalesce(d.shares, 0) AS "shares!",
                  coalesce(d.arrivals, 0) AS "arrivals!"
           FROM (SELECT (now() AT TIME ZONE 'UTC')::date - back AS day FROM generate_series($2 - 1, 0, -1) AS back) a
                LEFT JOIN LATERAL (
                    SELECT ratings, shares, arrivals FROM submission_days WHERE submission = $1 AND day = a.day OFFSET 0) d ON true
           ORDER BY a.day"#,
        submission,
        days
    )
    .fetch_all(conn)
    .await
}

/// Takes what was noted, and adds it to `submission_days`. Nothing when that is not known, before the first time and after a crash: then all days
/// were counted anew. Never twice at once: the generation's row is locked by whoever calls it.
pub(super) async fn roll_up(tx: &mut Transaction<'_, Postgres>) -> Result<Option<Changes>, sqlx::Error> {
    let taken = sqlx::query!(
        r#"WITH taken AS (DELETE FROM rating_changes RETURNING *)
           SELECT submission AS "submission!", day, sum(ratings)::bigint AS "ratings!", sum(sum)::bigint AS "sum!",
                  sum(squares)::bigint AS "squares!"
           FROM taken GROUP BY submission, day ORDER BY submission, day"#
    )
    .fetch_all(&mut **tx)
    .await?;
    // Photo 0 says that nothing was lost until here, and from here on.
    sqlx::query!("INSERT INTO rating_changes (submission) VALUES (0)").execute(&mut **tx).await?;
    if !taken.iter().any(|row| row.submission == 0) {
        recount(tx).await?;
        return Ok(None);
    }
    let mut changes = Changes::default();
    for row in taken.into_iter().filter(|row| row.submission != 0) {
        match row.day {
            None => changes.photos.push(row.submission),
            Some(_) if (row.ratings, row.sum, row.squares) == (0, 0, 0) => {}
            Some(day) => {
                let (submission, ratings, sum, squares) = (row.submission, row.ratings, row.sum, row.squares);
                changes.days.push(DayChange { submission, day, ratings, sum, squares });
            }
        }
    }
    add(tx, &changes.days).await?;
    Ok(Some(changes))
}

async fn add(tx: &mut Transaction<'_, Postgres>, changes: &[DayChange]) -> Result<(), sqlx::Error> {
    let columns = Columns::of(changes);
    sqlx::query!(
        "INSERT INTO submission_days AS d (submission, day, ratings, sum, squares)
         SELECT * FROM unnest($1::bigint[], $2::date[], $3::bigint[], $4::bigint[], $5::bigint[])
         ON CONFLICT (submission, day) DO UPDATE
         SET ratings = d.ratings + excluded.ratings, sum = d.sum + excluded.sum, squares = d.squares + excluded.squares",
        &columns.submissions,
        &columns.days,
        &columns.ratings,
        &columns.sums,
        &columns.squares
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "DELETE FROM submission_days d USING unnest($1::bigint[], $2::date[]) AS c (submission, day)
         WHERE d.submission = c.submission AND d.day = c.day AND (ratings, views, shares, arrivals) = (0, 0, 0, 0)",
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
}

impl Columns {
    pub fn of(changes: &[DayChange]) -> Self {
        Columns {
            submissions: changes.iter().map(|change| change.submission).collect(),
            days: changes.iter().map(|change| change.day).collect(),
            ratings: changes.iter().map(|change| change.ratings).collect(),
            sums: changes.iter().map(|change| change.sum).collect(),
            squares: changes.iter().map(|change| change.squares).collect(),
        }
    }
}

/// Reads all ratings. One statement forgets what was noted and counts: both see the same ratings.
async fn recount(tx: &mut Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
    sqlx::query!("SET LOCAL statement_timeout = 0").execute(&mut **tx).await?;
    sqlx::query!("UPDATE submission_days SET ratings = 0, sum = 0, squares = 0").execute(&mut **tx).await?;
    sqlx::query!(
        "WITH forgotten AS (DELETE FROM rating_changes WHERE submission <> 0)
         INSERT INTO submission_days (submission, day, ratings, sum, squares)
         SELECT submission, (created_at AT TIME ZONE 'UTC')::date, count(*), sum(score), sum(score * score)
         FROM ratings GROUP BY 1, 2
         ON CONFLICT (submission, day) DO UPDATE
         SET ratings = excluded.ratings, sum = excluded.sum, squares = excluded.squares"
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM submission_days WHERE (ratings, views, shares, arrivals) = (0, 0, 0, 0)")
        .execute(&mut **tx)
        .await
        .map(drop)
}
