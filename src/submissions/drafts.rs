//! Uploaded files whose form had something else wrong: kept for a day, so that nobody uploads them twice.

use std::time::Duration;

use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::blobs;
use super::upload::{self, Details, Duplicate, Original, UploadOutcome};
use crate::config::UploadsConfig;
use crate::error::Error;
use crate::queue::{self, Job};
use crate::storage::Folder;

/// How long a file waits for its form, in hours.
pub const KEPT_HOURS: i32 = 24;

/// Files that one account may have waiting; a further one takes the place of the oldest.
const MOST: i64 = 3;

/// The name of the only preview that a draft has.
pub const PREVIEW: &str = "whole";

/// A file that waits for its form.
#[derive(Debug, Clone)]
pub struct Draft {
    pub id: i64,
    pub owner: i64,
    /// Where the file is.
    pub original_key: Uuid,
    /// How long it is.
    pub bytes: i64,
    /// As its header says.
    pub width: i32,
    /// As its header says.
    pub height: i32,
    /// Where its preview is, once there is one.
    pub preview_key: Option<Uuid>,
}

/// An uploaded original whose header was read.
#[derive(Debug, Clone, Copy)]
pub struct InspectedOriginal {
    /// Where it is, and what.
    pub original: Original,
    /// How long it is.
    pub bytes: i64,
    /// As its header says.
    pub width: i32,
    /// As its header says.
    pub height: i32,
}

/// Keeps a file for later, and has a preview made; gives the draft's number.
pub async fn create(
    tx: &mut Transaction<'_, Postgres>,
    owner: i64,
    file: &InspectedOriginal,
) -> Result<i64, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO drafts (owner, original_key, original_sha256, bytes, width, height)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        owner,
        file.original.key,
        &file.original.sha256[..],
        file.bytes,
        file.width,
        file.height
    )
    .fetch_one(&mut **tx)
    .await?;
    queue::enqueue(tx, Job::MakePreview { draft: id }).await?;
    let beyond = sqlx::query_scalar!("SELECT id FROM drafts WHERE owner = $1 ORDER BY id DESC OFFSET $2", owner, MOST)
        .fetch_all(&mut **tx)
        .await?;
    for id in beyond {
        delete(tx, id).await?;
    }
    Ok(id)
}

/// Drafts with this condition.
macro_rules! drafts {
    ($rest:tt, $($bind:expr),+) => {
        sqlx::query_as!(
            Draft,
            "SELECT id, owner, original_key, bytes, width, height, preview_key FROM drafts WHERE " + $rest,
            $($bind),+
        )
    };
}

/// The account's draft with this number.
pub async fn find(conn: &mut PgConnection, owner: i64, id: i64) -> Result<Option<Draft>, sqlx::Error> {
    Ok(load(conn, id).await?.filter(|draft| draft.owner == owner))
}

/// The account's newest draft.
pub async fn newest(conn: &mut PgConnection, owner: i64) -> Result<Option<Draft>, sqlx::Error> {
    drafts!(
        "owner = $1 AND created_at > now() - make_interval(hours => $2) ORDER BY id DESC LIMIT 1",
        owner,
        KEPT_HOURS
    )
    .fetch_optional(conn)
    .await
}

/// The draft with this number, whoever's it is.
pub async fn load(conn: &mut PgConnection, id: i64) -> Result<Option<Draft>, sqlx::Error> {
    drafts!("id = $1", id).fetch_optional(conn).await
}

/// Its preview is stored. False when the draft has gone meanwhile.
pub async fn set_preview(tx: &mut Transaction<'_, Postgres>, id: i64, key: Uuid) -> Result<bool, sqlx::Error> {
    let kept = sqlx::query!("UPDATE drafts SET preview_key = $2 WHERE id = $1 AND preview_key IS NULL", id, key)
        .execute(&mut **tx)
        .await?;
    Ok(kept.rows_affected() == 1)
}

/// Makes a photo of a draft: the form is right now. When the file is a duplicate the draft goes; when the quota is used up it
/// stays. `NotFound` when it has gone already, be it by a doubled form.
pub async fn submit(
    tx: &mut Transaction<'_, Postgres>,
    owner: i64,
    id: i64,
    details: &Details,
    limits: &UploadsConfig,
) -> Result<UploadOutcome, Error> {
    let draft = sqlx::query!(
        "DELETE FROM drafts WHERE id = $1 AND owner = $2 RETURNING original_key, original_sha256, preview_key",
        id,
        owner
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(&draft.original_sha256); // the column's CHECK holds its length
    if let Some(key) = draft.preview_key {
        blobs::discard(tx, Folder::Previews, key, blobs::GRACE).await?;
    }
    let original = Original { key: draft.original_key, sha256 };
    let outcome = upload::submit(tx, owner, details, original, Some(limits)).await?;
    if let UploadOutcome::Duplicate(Duplicate { .. }) = outcome {
        blobs::discard(tx, Folder::Originals, draft.original_key, Duration::ZERO).await?;
    }
    Ok(outcome)
}

/// Drops every draft that has waited too long; says how many.
pub async fn expire(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let old = sqlx::query_scalar!(
        "SELECT id FROM drafts WHERE created_at < now() - make_interval(hours => $1)
         ORDER BY created_at LIMIT 1000 FOR UPDATE SKIP LOCKED",
        KEPT_HOURS
    )
    .fetch_all(&mut *tx)
    .await?;
    for &id in &old {
        delete(&mut tx, id).await?;
    }
    tx.commit().await?;
    Ok(old.len() as u64)
}

/// Drops every draft of an account.
pub(super) async fn delete_all(tx: &mut Transaction<'_, Postgres>, owner: i64) -> Result<(), sqlx::Error> {
    let all =
        sqlx::query_scalar!("SELECT id FROM drafts WHERE owner = $1 ORDER BY id", owner).fetch_all(&mut **tx).await?;
    for id in all {
        delete(tx, id).await?;
    }
    Ok(())
}

/// Drops a draft with its file.
pub async fn delete(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<(), sqlx::Error> {
    let gone = sqlx::query!("DELETE FROM drafts WHERE id = $1 RETURNING original_key, preview_key", id)
        .fetch_optional(&mut **tx)
        .await?;
    if let Some(gone) = gone {
        blobs::discard(tx, Folder::Originals, gone.original_key, Duration::ZERO).await?;
        if let Some(key) = gone.preview_key {
            blobs::discard(tx, Folder::Previews, key, Duration::ZERO).await?;
        }
    }
    Ok(())
}
