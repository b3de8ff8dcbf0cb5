//! Taking photos out of sight and back.

use std::time::Duration;

use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::{blobs, ordinals};
use crate::error::Error;
use crate::queue::{self, Job};
use crate::storage::Folder;

/// Takes a photo out of the deck, the lists and its own page, and by a job in the same transaction its pictures out of reach.
/// Its votes stay. Repeating it changes nothing.
pub async fn hide(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<(), Error> {
    let hidden = sqlx::query!(
        "UPDATE submissions SET moderation = 'hidden', ordinal = NULL, described_ordinal = NULL, updated_at = now()
         WHERE id = $1 AND moderation <> 'removed'",
        id
    )
    .execute(&mut **tx)
    .await?;
    if hidden.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    queue::enqueue(tx, Job::MoveThumbnails { submission: id }).await?;
    Ok(())
}

/// Brings a hidden photo back, at the end of the deck and of its described part. Repeating it changes nothing.
pub async fn unhide(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<(), Error> {
    let hidden = sqlx::query!(
        r#"SELECT state = 'ready' AS "ready!", moderation = 'hidden' AS "hidden!", alt_text <> '' AS "described!"
           FROM submissions WHERE id = $1 AND moderation <> 'removed' FOR UPDATE"#,
        id
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    if !hidden.hidden {
        return Ok(());
    }
    let ordinals = if hidden.ready { Some(ordinals::next(tx, hidden.described).await?) } else { None };
    sqlx::query!(
        "UPDATE submissions SET moderation = 'visible', ordinal = $2, described_ordinal = $3, updated_at = now()
         WHERE id = $1",
        id,
        ordinals.map(|ordinals| ordinals.ordinal),
        ordinals.and_then(|ordinals| ordinals.described)
    )
    .execute(&mut **tx)
    .await?;
    queue::enqueue(tx, Job::MoveThumbnails { submission: id }).await?;
    Ok(())
}

/// Renditions that are not where they belong.
#[derive(Debug, Clone)]
pub struct Misplaced {
    pub key: Uuid,
    /// Their sides in pixels.
    pub sizes: Vec<i32>,
    pub from: Folder,
    pub to: Folder,
}

/// Where a photo's renditions have to be moved; nothing when they are in their place.
pub async fn misplaced(conn: &mut PgConnection, id: i64) -> Result<Option<Misplaced>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT rendition_key AS "key!", rendition_sizes, renditions_hidden FROM submissions
           WHERE id = $1 AND rendition_key IS NOT NULL AND moderation <> 'removed'
             AND renditions_hidden <> (moderation = 'hidden')"#,
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let (from, to) =
            if row.renditions_hidden { (Folder::Hidden, Folder::Images) } else { (Folder::Images, Folder::Hidden) };
        Misplaced { key: row.key, sizes: row.rendition_sizes, from, to }
    }))
}

/// They have been copied to `key`; what they were copied from goes at once. False when the photo has changed meanwhile.
pub async fn relocated(
    tx: &mut Transaction<'_, Postgres>,
    id: i64,
    misplaced: &Misplaced,
    key: Uuid,
) -> Result<bool, sqlx::Error> {
    let moved = sqlx::query!(
        "UPDATE submissions SET rendition_key = $3, renditions_hidden = $4, updated_at = now()
         WHERE id = $1 AND rendition_key = $2 AND (moderation = 'hidden') = $4",
        id,
        misplaced.key,
        key,
        misplaced.to == Folder::Hidden
    )
    .execute(&mut **tx)
    .await?;
    if moved.rows_affected() == 0 {
        return Ok(false);
    }
    blobs::discard(tx, misplaced.from, misplaced.key, Duration::ZERO).await?;
    Ok(true)
}
