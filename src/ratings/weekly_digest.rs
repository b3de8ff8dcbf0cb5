//! How photos did in a week, for the weekly mail.

use chrono::NaiveDate;
use sqlx::{PgConnection, Postgres, Transaction};

/// What one photo got in one week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeeklyPhoto {
    pub submission: i64,
    pub title: String,
    /// How many people rated it for the first time.
    pub ratings: i64,
    /// The sum of their scores.
    pub sum: i64,
}

/// The Monday of the week that was over last, in UTC, by the database's clock.
pub async fn last(conn: &mut PgConnection) -> Result<NaiveDate, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT date_trunc('week', now() AT TIME ZONE 'UTC')::date - 7 AS "week!""#)
        .fetch_one(conn)
        .await
}

/// Adds up a week for those who want to be told, however long that takes. Repeating it changes nothing.
pub async fn add_up(tx: &mut Transaction<'_, Postgres>, week: NaiveDate) -> Result<(), sqlx::Error> {
    sqlx::query!("SET LOCAL statement_timeout = 0").execute(&mut **tx).await?;
    sqlx::query!(
        "INSERT INTO weekly_photos (week, submission, ratings, sum)
         SELECT $1, r.submission, count(*), sum(r.score)
         FROM ratings r
              JOIN submissions s ON s.id = r.submission AND s.ordinal IS NOT NULL
              JOIN settings o ON o.account = s.owner AND o.mail_digest
              JOIN accounts a ON a.id = s.owner AND a.email_verified_at IS NOT NULL
         WHERE r.created_at >= $1::date::timestamp AT TIME ZONE 'UTC'
           AND r.created_at < ($1::date + 7)::timestamp AT TIME ZONE 'UTC'
         GROUP BY r.submission
         ON CONFLICT (week, submission) DO NOTHING",
        week
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Owners of photos that were rated in that week, from the one after `after` on.
pub async fn owners(conn: &mut PgConnection, week: NaiveDate, after: i64, limit: i64) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT DISTINCT s.owner FROM weekly_photos w JOIN submissions s ON s.id = w.submission
         WHERE w.week = $1 AND s.owner > $2 ORDER BY s.owner LIMIT $3",
        week,
        after,
        limit
    )
    .fetch_all(conn)
    .await
}

/// An owner's photos that were rated in that week, the most rated first.
pub async fn of_owner(conn: &mut PgConnection, week: NaiveDate, owner: i64) -> Result<Vec<WeeklyPhoto>, sqlx::Error> {
    sqlx::query_as!(
        WeeklyPhoto,
        "SELECT w.submission, s.title, w.ratings, w.sum
         FROM submissions s JOIN weekly_photos w ON w.submission = s.id AND w.week = $1
         WHERE s.owner = $2 AND s.ordinal IS NOT NULL
         ORDER BY w.ratings DESC, w.submission",
        week,
        owner
    )
    .fetch_all(conn)
    .await
}

/// Deletes weeks that began more than so many days ago.
pub async fn delete_old(conn: &mut PgConnection, days: i32) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM weekly_photos WHERE week < (now() AT TIME ZONE 'UTC')::date - $1::integer", days)
        .execute(conn)
        .await
        .map(drop)
}
