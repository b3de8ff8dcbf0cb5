//! The photos on a member's profile: those on show, newest first.

use sqlx::PgConnection;
use uuid::Uuid;

/// Photos on one page.
pub const PAGE: usize = 20;

/// A photo with its figures.
#[derive(Debug, Clone)]
pub struct ProfilePhoto {
    pub submission: i64,
    pub title: String,
    /// What kind of animal.
    pub species: String,
    /// The owner's description; may be empty.
    pub alt_text: String,
    /// From 1 to 10; nothing before the ranking job has seen a rating of it.
    pub score: Option<f64>,
    /// How many ratings it has now.
    pub count: i64,
    /// Where its renditions are.
    pub rendition_key: Uuid,
    /// Sides of its renditions, in pixels, ascending.
    pub rendition_sizes: Vec<i32>,
}

/// The newest photos of an account, older than `before`: one more than a page holds, if there are more.
pub async fn page(conn: &mut PgConnection, owner: i64, before: Option<i64>) -> Result<Vec<ProfilePhoto>, sqlx::Error> {
    sqlx::query_as!(
        ProfilePhoto,
        r#"SELECT s.id AS submission, s.title, s.species, s.alt_text, g.score AS "score?", t.count,
                  s.rendition_key AS "rendition_key!", s.rendition_sizes
           FROM submissions s JOIN tallies t ON t.submission = s.id LEFT JOIN standings g ON g.submission = s.id
           WHERE s.owner = $1 AND s.ordinal IS NOT NULL AND s.id < coalesce($2, 9223372036854775807)
           ORDER BY s.id DESC LIMIT $3"#,
        owner,
        before,
        PAGE as i64 + 1
    )
    .fetch_all(conn)
    .await
}
