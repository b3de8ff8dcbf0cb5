//! Every rating of one member, for their export.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

/// Rows on one page.
pub const PAGE: i64 = 1000;

#[derive(Debug, Clone, Serialize)]
pub struct Rating {
    #[serde(rename = "photo")]
    pub submission: i64,
    /// From 1 to 10.
    pub score: i16,
    /// What it was before it was changed.
    pub previous: Option<i16>,
    /// When it was given.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub changed_at: Option<DateTime<Utc>>,
}

/// A member's ratings of photos behind `after`: a full page, or the rest.
pub async fn ratings(conn: &mut PgConnection, account: i64, after: i64) -> Result<Vec<Rating>, sqlx::Error> {
    sqlx::query_as!(
        Rating,
        "SELECT submission, score, previous, r.created_at, changed_at FROM ratings r
         WHERE rater = (SELECT id FROM raters WHERE account = $1) AND submission > $2 ORDER BY submission LIMIT $3",
        account,
        after,
        PAGE
    )
    .fetch_all(conn)
    .await
}
