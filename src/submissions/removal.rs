//! Deleting a photo for good.

use std::time::Duration;

use sqlx::{Postgres, Transaction};

use super::{blobs, drafts, quota};
use crate::error::Error;
use crate::queue::{self, Job};
use crate::storage::Folder;

/// Takes a photo out of everything: the deck, lists and pages at once; its pictures and its votes by jobs that are part of the
/// same transaction. Only its number stays, so that it is never given out again. Repeating it changes nothing.
pub async fn remove(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<(), Error> {
    let photo = sqlx::query!(
        r#"SELECT coalesce(original_key, failed_original_key) AS original_key, rendition_key, renditions_hidden, preview_key
           FROM submissions WHERE id = $1 FOR UPDATE"#,
        id
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    sqlx::query!(
        "UPDATE submissions
         SET moderation = 'removed', ordinal = NULL, described_ordinal = NULL, original_key = NULL, failed_original_key = NULL, rendition_key = NULL,
             rendition_sizes = '{}',
             preview_key = NULL, original_sha256 = NULL, fingerprint = NULL, similar_to = NULL, stale_since = NULL,
             title = 'Deleted', species = 'Deleted', alt_text = '', updated_at = now()
         WHERE id = $1",
        id
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM share_pictures WHERE submission = $1", id).execute(&mut **tx).await?;
    sqlx::query!("UPDATE submissions SET similar_to = NULL WHERE similar_to = $1", id).execute(&mut **tx).await?;
    let images = if photo.renditions_hidden { Folder::Hidden } else { Folder::Images };
    for (folder, key) in
        [(Folder::Originals, photo.original_key), (images, photo.rendition_key), (Folder::Previews, photo.preview_key)]
    {
        if let Some(key) = key {
            blobs::discard(tx, folder, key, Duration::ZERO).await?;
        }
    }
    queue::enqueue(tx, Job::DeleteVotes { submission: id }).await?;
    Ok(())
}

/// The same with every photo of an account that is deleted in this transaction, and with the files that wait for their forms.
/// A photo that is being uploaded at this moment goes too, or is refused.
pub async fn remove_all(tx: &mut Transaction<'_, Postgres>, owner: i64) -> Result<(), Error> {
    quota::lock(tx, owner).await?;
    let photos = sqlx::query_scalar!(
        "SELECT id FROM submissions WHERE owner = $1 AND moderation <> 'removed' ORDER BY id",
        owner
    )
    .fetch_all(&mut **tx)
    .await?;
    for id in photos {
        remove(tx, id).await?;
    }
    drafts::delete_all(tx, owner).await?;
    Ok(())
}

/// Deletes what others have added to a removed photo: ratings, tally, reports, places among favourites. Its standing goes with the next ranking, which
/// is asked for. False when the photo is not removed.
///
/// Votes are indexed by rater, so that this looks through all of them: a job's work, not a page's.
pub async fn erase(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<bool, sqlx::Error> {
    // Votes lock the tally first: one that is being counted now is waited for, and one that comes later finds no tally.
    sqlx::query!("SELECT submission FROM tallies WHERE submission = $1 FOR UPDATE", id)
        .fetch_optional(&mut **tx)
        .await?;
    let removed = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM submissions WHERE id = $1 AND moderation = 'removed') AS "removed!""#,
        id
    )
    .fetch_one(&mut **tx)
    .await?;
    if !removed {
        return Ok(false);
    }
    sqlx::query!("DELETE FROM ratings WHERE submission = $1", id).execute(&mut **tx).await?;
    sqlx::query!("DELETE FROM tallies WHERE submission = $1", id).execute(&mut **tx).await?;
    sqlx::query!("DELETE FROM reports WHERE submission = $1", id).execute(&mut **tx).await?;
    sqlx::query!("DELETE FROM favourites WHERE submission = $1", id).execute(&mut **tx).await?;
    forget_reach(tx, id).await?;
    queue::enqueue(tx, Job::RankPhotos).await?;
    Ok(true)
}

/// Days on which it was rated go when the ranking has taken the votes off them.
async fn forget_reach(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM submission_days WHERE submission = $1 AND ratings = 0", id).execute(&mut **tx).await?;
    sqlx::query!("UPDATE submission_days SET views = 0, shares = 0, arrivals = 0 WHERE submission = $1", id)
        .execute(&mut **tx)
        .await
        .map(drop)
}
