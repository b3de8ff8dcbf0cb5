//! What the votes for a photo add up to.

use std::collections::BTreeMap;

use sqlx::PgConnection;

/// Count, sum and histogram of one photo, exact at every moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub count: i64,
    /// Sum of their scores.
    pub sum: i64,
    /// How many of each score, from 1 to 10.
    pub histogram: Vec<i32>,
}

impl Tally {
    /// The mean score; nothing before the first rating.
    pub fn average(&self) -> Option<f64> {
        average(self.count, self.sum)
    }
}

/// The mean of `count` scores with this sum.
pub fn average(count: i64, sum: i64) -> Option<f64> {
    (count > 0).then(|| sum as f64 / count as f64)
}

/// The tally of a photo that is, or once was, in the deck.
pub async fn find(conn: &mut PgConnection, submission: i64) -> Result<Option<Tally>, sqlx::Error> {
    sqlx::query_as!(Tally, "SELECT count, sum, histogram FROM tallies WHERE submission = $1", submission)
        .fetch_optional(conn)
        .await
}

/// The mean scores of these photos, where there are any.
pub async fn averages(conn: &mut PgConnection, submissions: &[i64]) -> Result<BTreeMap<i64, f64>, sqlx::Error> {
    let rows = sqlx::query!("SELECT submission, count, sum FROM tallies WHERE submission = ANY($1)", submissions)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.submission, average(row.count, row.sum)?))).collect())
}
