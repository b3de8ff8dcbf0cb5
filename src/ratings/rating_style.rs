//! How somebody votes, in a few figures.
//!
//! They are worked out from the member's own ratings when they are asked for, with an upper bound, so that votes stay cheap and
//! the figures too: nothing is kept beside the ratings, and however many others there are does not matter.

use sqlx::PgConnection;

use super::RaterId;

/// Ratings that are counted exactly; past that there are "more than".
pub const COUNTED: i64 = 10_000;

/// Ratings that the means are over: those of the newest photos.
pub const SAMPLE: i64 = 1_000;

/// Photos rated together with others that it takes to compare somebody with them.
const ENOUGH: i64 = 5;

/// Somebody's ratings in figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatingStyle {
    /// How many ratings they have cast; one more than [`COUNTED`] stands for all numbers above.
    pub count: i64,
    /// Their mean, over at most [`SAMPLE`].
    pub mean: f64,
    /// By how many points they lie above what everybody else gives the same photos on average; below is negative. Nothing while
    /// there are too few such photos.
    pub above_others: Option<f64>,
}

/// How this member votes; nothing before their first rating.
pub async fn of_account(conn: &mut PgConnection, account: i64) -> Result<Option<RatingStyle>, sqlx::Error> {
    let rater =
        sqlx::query_scalar!("SELECT id FROM raters WHERE account = $1", account).fetch_optional(&mut *conn).await?;
    match rater {
        Some(rater) => of_rater(conn, RaterId(rater)).await,
        None => Ok(None),
    }
}

/// How somebody votes; nothing before their first rating.
pub async fn of_rater(conn: &mut PgConnection, rater: RaterId) -> Result<Option<RatingStyle>, sqlx::Error> {
    // OFFSET 0 keeps the look-ups of tallies what they are: one for each rating, whatever the planner thinks of their number.
    let row = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM (
                      SELECT FROM ratings r WHERE r.rater = $1 LIMIT $2) counted) AS "count!",
                  m.mean, m.above, m.shared AS "shared!"
           FROM (
                    SELECT avg(own.score)::float8 AS mean,
                           (avg(own.score - (t.sum - own.score)::float8 / (t.count - 1)) FILTER (WHERE t.count > 1)) AS above,
                           count(*) FILTER (WHERE t.count > 1) AS shared
                    FROM (SELECT submission, score FROM ratings r WHERE r.rater = $1
                          ORDER BY submission DESC LIMIT $3) own
                         CROSS JOIN LATERAL (
                             SELECT count, sum FROM tallies WHERE submission = own.submission OFFSET 0) t) m"#,
        rater.0,
        COUNTED + 1,
        SAMPLE
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.and_then(|row| {
        let above_others = row.above.filter(|_| row.shared >= ENOUGH);
        Some(RatingStyle { count: row.count, mean: row.mean?, above_others })
    }))
}
