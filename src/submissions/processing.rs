//! From an uploaded file to renditions, the first time and every time after.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::crop::Crop;
use super::{Moderation, SubmissionState, blobs, ordinals, similar};
use crate::accounts::settings;
use crate::mail::{self, Notification, OptionalMail};
use crate::queue::{self, Job};
use crate::storage::Folder;

/// How long the file of a photo stays that failed through our fault, in case it is tried again by hand.
const KEPT_AFTER_OUR_FAULT: Duration = Duration::from_secs(30 * 24 * 3600);

/// A photo whose renditions are to be made.
#[derive(Debug, Clone, Copy)]
pub struct ProcessingRequest {
    /// Where the uploaded file is; nothing when it was not kept.
    pub original_key: Option<Uuid>,
    /// Where the square is to sit.
    pub crop: Crop,
    /// The request that is being answered; nothing for the first one.
    pub stale_since: Option<DateTime<Utc>>,
    /// When the photo was sent in.
    pub sent_at: DateTime<Utc>,
}

/// What the job has made and stored.
#[derive(Debug, Clone)]
pub struct ProcessedPhoto {
    /// Where the renditions are, in the public folder.
    pub key: Uuid,
    /// Their sides in pixels, ascending.
    pub sizes: Vec<i32>,
    /// Of the upright original, in pixels.
    pub width: i32,
    /// Of the upright original, in pixels.
    pub height: i32,
    /// What it looks like.
    pub fingerprint: Option<i64>,
    /// Where the previews of the crop are, if there are any.
    pub preview_key: Option<Uuid>,
    /// Where the square sits.
    pub crop: Crop,
}

/// What is to be processed for a photo; nothing when it has all it needs, or was removed.
pub async fn find_request(conn: &mut PgConnection, id: i64) -> Result<Option<ProcessingRequest>, sqlx::Error> {
    sqlx::query_as!(
        ProcessingRequest,
        r#"SELECT original_key, crop AS "crop: Crop", stale_since, created_at AS sent_at FROM submissions
           WHERE id = $1 AND moderation <> 'removed' AND (state = 'pending' OR stale_since IS NOT NULL)"#,
        id
    )
    .fetch_optional(conn)
    .await
}

/// Its renditions are to be made anew, by a job in the same transaction; the old ones stay until then.
/// False when there is nothing to make them from, or nothing made yet.
pub async fn reprocess(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<bool, sqlx::Error> {
    let stale = sqlx::query!(
        "UPDATE submissions SET stale_since = clock_timestamp(), updated_at = now()
         WHERE id = $1 AND state = 'ready' AND original_key IS NOT NULL",
        id
    )
    .execute(&mut **tx)
    .await?;
    if stale.rows_affected() == 0 {
        return Ok(false);
    }
    queue::enqueue(tx, Job::MakeThumbnails { submission: id }).await?;
    Ok(true)
}

/// Its renditions are stored. A new photo may be voted on from the commit on; of an older one the renditions are replaced,
/// and the ones before go after a grace. `answered` is [`ProcessingRequest::stale_since`]: a request that came meanwhile stays open.
/// False when they are no longer wanted, and then nothing changed.
pub async fn publish(
    tx: &mut Transaction<'_, Postgres>,
    id: i64,
    processed: &ProcessedPhoto,
    answered: Option<DateTime<Utc>>,
    keep_original: bool,
) -> Result<bool, sqlx::Error> {
    let Some(before) = lock(tx, id).await? else {
        return Ok(false);
    };
    let place = place(tx, id, &before, processed.fingerprint).await?;
    let original_key = before.original_key.filter(|_| keep_original);
    store(tx, id, processed, &place, original_key, answered).await?;
    sqlx::query!("INSERT INTO tallies (submission) VALUES ($1) ON CONFLICT DO NOTHING", id).execute(&mut **tx).await?;
    discard_replaced(tx, &before, keep_original).await?;
    if before.moderation != Moderation::Visible {
        queue::enqueue(tx, Job::MoveThumbnails { submission: id }).await?;
    }
    if before.is_new() {
        notify_owner(tx, before.owner, Notification::PhotoReady { submission: id }).await?;
    }
    Ok(true)
}

/// What publishing replaces or keeps of a photo.
struct Unprocessed {
    owner: i64,
    state: SubmissionState,
    moderation: Moderation,
    described: bool,
    place: Place,
    original_key: Option<Uuid>,
    rendition_key: Option<Uuid>,
    renditions_hidden: bool,
    preview_key: Option<Uuid>,
}

/// Where a photo stands among others.
#[derive(Clone, Copy)]
struct Place {
    ordinal: Option<i64>,
    described_ordinal: Option<i64>,
    similar_to: Option<i64>,
}

impl Unprocessed {
    fn is_new(&self) -> bool {
        self.state == SubmissionState::Pending
    }
}

/// The photo, locked until the commit, unless its renditions are no longer wanted.
async fn lock(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<Option<Unprocessed>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT owner, state AS "state: SubmissionState", moderation AS "moderation: Moderation", ordinal,
                  described_ordinal, alt_text <> '' AS "described!", original_key, rendition_key, renditions_hidden,
                  preview_key, similar_to
           FROM submissions
           WHERE id = $1 AND moderation <> 'removed' AND (state = 'pending' OR stale_since IS NOT NULL)
           FOR UPDATE"#,
        id
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Unprocessed {
        owner: row.owner,
        state: row.state,
        moderation: row.moderation,
        described: row.described,
        place: Place { ordinal: row.ordinal, described_ordinal: row.described_ordinal, similar_to: row.similar_to },
        original_key: row.original_key,
        rendition_key: row.rendition_key,
        renditions_hidden: row.renditions_hidden,
        preview_key: row.preview_key,
    }))
}

/// Gives a new photo its place; an older one keeps its own.
async fn place(
    tx: &mut Transaction<'_, Postgres>,
    id: i64,
    before: &Unprocessed,
    fingerprint: Option<i64>,
) -> Result<Place, sqlx::Error> {
    let mut place = before.place;
    if !before.is_new() {
        return Ok(place);
    }
    if before.moderation == Moderation::Visible {
        let ordinals = ordinals::next(tx, before.described).await?;
        (place.ordinal, place.described_ordinal) = (Some(ordinals.ordinal), ordinals.described);
    }
    // The deck is locked by now, so that of two equal photos that are published together the later one sees the earlier.
    if let Some(fingerprint) = fingerprint {
        place.similar_to = similar::find(tx, id, fingerprint).await?;
    }
    Ok(place)
}

async fn store(
    tx: &mut Transaction<'_, Postgres>,
    id: i64,
    processed: &ProcessedPhoto,
    place: &Place,
    original_key: Option<Uuid>,
    answered: Option<DateTime<Utc>>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE submissions
         SET state = 'ready', rendition_key = $2, rendition_sizes = $3, renditions_hidden = false,
             width = $4, height = $5, fingerprint = $6, preview_key = $7, made_crop = $8, original_key = $9,
             ordinal = $10, described_ordinal = $11, similar_to = $12,
             stale_since = CASE WHEN stale_since = $13 THEN NULL ELSE stale_since END, updated_at = now()
         WHERE id = $1",
        id,
        processed.key,
        &processed.sizes,
        processed.width,
        processed.height,
        processed.fingerprint,
        processed.preview_key,
        processed.crop as Crop,
        original_key,
        place.ordinal,
        place.described_ordinal,
        place.similar_to,
        answered
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Renditions and previews go after a grace, since open pages show them; an original that is not kept goes at once.
async fn discard_replaced(
    tx: &mut Transaction<'_, Postgres>,
    before: &Unprocessed,
    keep_original: bool,
) -> Result<(), sqlx::Error> {
    if let Some(key) = before.rendition_key {
        let folder = if before.renditions_hidden { Folder::Hidden } else { Folder::Images };
        blobs::discard(tx, folder, key, blobs::GRACE).await?;
    }
    if let Some(key) = before.preview_key {
        blobs::discard(tx, Folder::Previews, key, blobs::GRACE).await?;
    }
    if let Some(key) = before.original_key.filter(|_| !keep_original) {
        blobs::discard(tx, Folder::Originals, key, Duration::ZERO).await?;
    }
    Ok(())
}

/// Its file cannot be used; `reason` is told to the owner, and the file goes. What people can see already stays as it is.
/// False when it no longer waits.
pub async fn reject(tx: &mut Transaction<'_, Postgres>, id: i64, reason: &str) -> Result<bool, sqlx::Error> {
    fail(tx, id, reason, Duration::ZERO).await
}

/// It was tried often enough, and the file is not to blame. False when it no longer waits.
pub async fn give_up(tx: &mut Transaction<'_, Postgres>, id: i64, reason: &str) -> Result<bool, sqlx::Error> {
    fail(tx, id, reason, KEPT_AFTER_OUR_FAULT).await
}

async fn fail(tx: &mut Transaction<'_, Postgres>, id: i64, reason: &str, keep: Duration) -> Result<bool, sqlx::Error> {
    // Renditions that could not be made anew are no failure of the photo: its crop is what can be seen.
    let kept = sqlx::query!(
        "UPDATE submissions SET stale_since = NULL, crop = coalesce(made_crop, crop), updated_at = now()
         WHERE id = $1 AND state = 'ready' AND stale_since IS NOT NULL",
        id
    )
    .execute(&mut **tx)
    .await?;
    if kept.rows_affected() == 1 {
        return Ok(true);
    }
    let failed = sqlx::query!(
        "SELECT owner, original_key FROM submissions WHERE id = $1 AND state = 'pending' AND moderation <> 'removed' FOR UPDATE",
        id
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(failed) = failed else {
        return Ok(false);
    };
    sqlx::query!(
        "UPDATE submissions
         SET state = 'failed', failure = $2, original_key = NULL, failed_original_key = $3, updated_at = now()
         WHERE id = $1",
        id,
        reason,
        failed.original_key.filter(|_| !keep.is_zero())
    )
    .execute(&mut **tx)
    .await?;
    if let Some(key) = failed.original_key {
        blobs::discard(tx, Folder::Originals, key, keep).await?;
    }
    notify_owner(tx, failed.owner, Notification::PhotoFailed { submission: id }).await?;
    Ok(true)
}

async fn notify_owner(
    tx: &mut Transaction<'_, Postgres>,
    owner: i64,
    notification: Notification,
) -> Result<(), sqlx::Error> {
    if settings::wants(tx, owner, OptionalMail::Photos).await? { mail::enqueue(tx, notification).await } else { Ok(()) }
}
