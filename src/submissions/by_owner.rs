//! What one member has handed in.

use sqlx::PgConnection;

use super::crop::Crop;
use super::{Moderation, Submission, SubmissionState};

/// Photos on one page.
pub const PAGE: usize = 20;

/// A photo as its owner sees it in a list.
#[derive(Debug, Clone)]
pub struct OwnPhoto {
    /// The photo, in whatever state it is.
    pub photo: Submission,
    /// How many ratings it has.
    pub count: i64,
    /// Their sum.
    pub sum: i64,
}

/// The newest photos of an account, older than `before`: one more than a page holds, if there are more.
pub async fn page(conn: &mut PgConnection, owner: i64, before: Option<i64>) -> Result<Vec<OwnPhoto>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT s.id, s.owner, a.display_name AS owner_name, s.title, s.species, s.alt_text,
                  s.state AS "state: SubmissionState", s.failure, s.moderation AS "moderation: Moderation",
                  s.rendition_key, s.rendition_sizes, s.renditions_hidden, s.crop AS "crop: Crop", s.created_at,
                  coalesce(t.count, 0) AS "count!", coalesce(t.sum, 0) AS "sum!"
           FROM submissions s JOIN accounts a ON a.id = s.owner LEFT JOIN tallies t ON t.submission = s.id
           WHERE s.owner = $1 AND s.id < coalesce($2, 9223372036854775807) AND s.moderation <> 'removed'
           ORDER BY s.id DESC LIMIT $3"#,
        owner,
        before,
        PAGE as i64 + 1
    )
    .fetch_all(conn)
    .await?;
    let photos = rows.into_iter().map(|row| OwnPhoto {
        photo: Submission {
            id: row.id,
            owner: row.owner,
            owner_name: row.owner_name,
            title: row.title,
            species: row.species,
            alt_text: row.alt_text,
            state: row.state,
            failure: row.failure,
            moderation: row.moderation,
            rendition_key: row.rendition_key,
            rendition_sizes: row.rendition_sizes,
            renditions_hidden: row.renditions_hidden,
            crop: row.crop,
            created_at: row.created_at,
        },
        count: row.count,
        sum: row.sum,
    });
    Ok(photos.collect())
}
