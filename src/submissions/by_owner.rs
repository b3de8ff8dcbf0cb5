//! What one member has uploaded.

use sqlx::PgConnection;

use super::Submission;

/// Photos on one page.
pub const PAGE: usize = 20;

/// A photo as its owner sees it in a list.
#[derive(Debug, Clone)]
pub struct OwnPhoto {
    /// The photo, in whatever state it is.
    pub photo: Submission,
    /// How many ratings it has.
    pub count: i64,
    /// The sum of their scores.
    pub sum: i64,
}

/// A page of an account's photos.
#[derive(Debug, Clone)]
pub struct OwnPhotos {
    /// At most [`PAGE`], the newest first.
    pub photos: Vec<OwnPhoto>,
    /// What the next page is `before`, if there is one.
    pub next: Option<i64>,
}

/// The newest photos of an account, older than `before`.
pub async fn page(conn: &mut PgConnection, owner: i64, before: Option<i64>) -> Result<OwnPhotos, sqlx::Error> {
    let mut rows = sqlx::query!(
        r#"SELECT s.id, coalesce(t.count, 0) AS "count!", coalesce(t.sum, 0) AS "sum!"
           FROM submissions s LEFT JOIN tallies t ON t.submission = s.id
           WHERE s.owner = $1 AND s.id < coalesce($2, 9223372036854775807) AND s.moderation <> 'removed'
           ORDER BY s.id DESC LIMIT $3"#,
        owner,
        before,
        PAGE as i64 + 1
    )
    .fetch_all(&mut *conn)
    .await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut found = super::find_all(conn, &ids).await?;
    let photos = rows.into_iter().filter_map(|row| {
        // One that was removed between the two statements is missing.
        let at = found.iter().position(|photo| photo.id == row.id)?;
        Some(OwnPhoto { photo: found.swap_remove(at), count: row.count, sum: row.sum })
    });
    Ok(OwnPhotos { photos: photos.collect(), next })
}
