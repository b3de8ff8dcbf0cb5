//! All photos on show, by their places in the deck: for maps of the site.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A photo on show.
#[derive(Debug, Clone)]
pub struct OnShow {
    pub id: i64,
    pub updated_at: DateTime<Utc>,
}

/// How many places were ever given out.
pub async fn places(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("SELECT size FROM deck").fetch_one(conn).await
}

/// The photos at places behind `after`, up to `last`.
pub async fn between(conn: &mut PgConnection, after: i64, last: i64) -> Result<Vec<OnShow>, sqlx::Error> {
    sqlx::query_as!(
        OnShow,
        "SELECT id, updated_at FROM submissions WHERE ordinal > $1 AND ordinal <= $2 ORDER BY ordinal",
        after,
        last
    )
    .fetch_all(conn)
    .await
}
