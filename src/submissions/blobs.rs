//! Blobs that no row names any more, and those that no row ever named.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use log::warn;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use crate::error::Error;
use crate::queue::{self, Job};
use crate::storage::{Blob, Folder, Storage};

/// How long renditions stay that were replaced: pages that are open still show them.
pub const GRACE: Duration = Duration::from_secs(3600);

/// How old a blob without a row must be before it goes. An upload writes its blob first and its row some moments later.
pub const ORPHANED_AFTER: Duration = Duration::from_secs(24 * 3600);

/// Blobs looked at in one run of the sweep.
const PAGE: usize = 5_000;

/// Blobs removed in one transaction.
const BATCH: i64 = 100;

/// From the commit on no row names what is under this key; it goes when `after` has passed. At once means: by a job that
/// is part of the same transaction.
pub async fn discard(
    tx: &mut Transaction<'_, Postgres>,
    folder: Folder,
    key: Uuid,
    after: Duration,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO discarded_blobs (folder, key, due_at) VALUES ($1, $2, now() + make_interval(secs => $3))
         ON CONFLICT (folder, key) DO UPDATE SET due_at = least(discarded_blobs.due_at, excluded.due_at), refused_at = NULL",
        folder.name(),
        key,
        after.as_secs_f64()
    )
    .execute(&mut **tx)
    .await?;
    if after.is_zero() {
        queue::enqueue(tx, Job::DeleteDiscardedBlobs).await?;
    }
    Ok(())
}

/// Takes that back. False when it has been deleted meanwhile; one that is being deleted at this moment is waited for.
pub async fn keep(tx: &mut Transaction<'_, Postgres>, folder: Folder, key: Uuid) -> Result<bool, sqlx::Error> {
    let kept = sqlx::query!("DELETE FROM discarded_blobs WHERE folder = $1 AND key = $2", folder.name(), key)
        .execute(&mut **tx)
        .await?;
    Ok(kept.rows_affected() == 1)
}

/// Removes what is due; says how many keys that were. Safe to repeat and to run twice at once: rows go after their blobs.
///
/// What a photo or a draft names after all is kept: its row is put aside with the time (`refused_at`), for somebody to look at.
pub async fn remove_due(pool: &PgPool, storage: &Storage) -> Result<u64, Error> {
    let mut removed = 0;
    loop {
        let mut tx = pool.begin().await?;
        let due = take_due(&mut tx).await?;
        if due.is_empty() {
            return Ok(removed);
        }
        let needed = needed(&mut tx, &due).await?;
        for &(folder, key) in &due {
            if needed.contains(&(folder, key)) {
                warn!("{}/{key} was to be deleted, but a photo or a draft needs it: kept", folder.name());
                refuse(&mut tx, folder, key).await?;
                continue;
            }
            storage.delete_all(folder, key).await?;
            sqlx::query!("DELETE FROM discarded_blobs WHERE folder = $1 AND key = $2", folder.name(), key)
                .execute(&mut *tx)
                .await?;
            removed += 1;
        }
        tx.commit().await?;
    }
}

async fn take_due(tx: &mut Transaction<'_, Postgres>) -> Result<Vec<(Folder, Uuid)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT folder, key FROM discarded_blobs WHERE due_at <= now() AND refused_at IS NULL ORDER BY due_at LIMIT $1
         FOR UPDATE SKIP LOCKED",
        BATCH
    )
    .fetch_all(&mut **tx)
    .await?;
    // The column's CHECK allows only folders that there are.
    Ok(rows.into_iter().filter_map(|row| Some((Folder::parse(&row.folder)?, row.key))).collect())
}

async fn refuse(tx: &mut Transaction<'_, Postgres>, folder: Folder, key: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE discarded_blobs SET refused_at = now() WHERE folder = $1 AND key = $2", folder.name(), key)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// What one run of the sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Blobs without a row that were removed.
    pub removed: u64,
    /// Is there more to look at?
    pub more: bool,
}

/// Looks at the next page of all blobs, from where the last run ended, and removes those that are old enough and that no row
/// names. At the end of a round it begins afresh next time.
pub async fn sweep(pool: &PgPool, storage: &Storage) -> Result<Swept, Error> {
    let mut conn = pool.acquire().await?;
    let position = sqlx::query_scalar!("SELECT position FROM sweep").fetch_one(&mut *conn).await?;
    // By the database's clock, as `written` is by the store's: both are far more exact than a day.
    let now = sqlx::query_scalar!(r#"SELECT now() AS "now!""#).fetch_one(&mut *conn).await?;
    let page = storage.blobs_after(&position, PAGE).await?;
    drop(conn);
    // What is not ours has no key, and is left alone.
    let old: Vec<_> =
        page.blobs.iter().filter(|blob| is_old(blob, now)).filter_map(|blob| Some((blob, blob.key?))).collect();
    let mut removed = 0;
    for batch in old.chunks(BATCH as usize) {
        removed += remove_unnamed(pool, storage, batch).await?;
    }
    if !page.more {
        removed += storage.remove_parts(ORPHANED_AFTER).await?;
    }
    let looked = i64::try_from(page.blobs.len()).unwrap_or(i64::MAX);
    let last = page.blobs.last().map_or("", |blob| blob.path.as_str());
    sqlx::query!(
        "UPDATE sweep SET position = CASE WHEN $1 THEN $2 ELSE '' END,
             looked = $3 + CASE WHEN $5 = '' THEN 0 ELSE looked END,
             removed = $4 + CASE WHEN $5 = '' THEN 0 ELSE removed END,
             finished_at = CASE WHEN $1 THEN finished_at ELSE now() END
         WHERE position = $5",
        page.more,
        last,
        looked,
        i64::try_from(removed).unwrap_or(i64::MAX),
        position
    )
    .execute(pool)
    .await?;
    Ok(Swept { removed, more: page.more })
}

fn is_old(blob: &Blob, now: DateTime<Utc>) -> bool {
    (now - blob.written).to_std().is_ok_and(|age| age >= ORPHANED_AFTER)
}

/// Removes those of a few blobs that no row names, asking just before.
async fn remove_unnamed(pool: &PgPool, storage: &Storage, blobs: &[(&Blob, (Folder, Uuid))]) -> Result<u64, Error> {
    let keys: Vec<_> = blobs.iter().map(|&(_, key)| key).collect();
    let mut conn = pool.acquire().await?;
    let mut named = needed(&mut conn, &keys).await?;
    named.extend(discarded(&mut conn, &keys).await?);
    drop(conn);
    let mut removed = 0;
    for (blob, key) in blobs {
        if !named.contains(key) {
            storage.delete_at(blob).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Which of these keys a photo or a draft names. Renditions are needed wherever they lie: a key is never in two folders, and
/// a photo whose row is wrong about the folder must not lose its pictures.
async fn needed(conn: &mut PgConnection, keys: &[(Folder, Uuid)]) -> Result<HashSet<(Folder, Uuid)>, sqlx::Error> {
    let (folders, keys) = columns(keys);
    let rows = sqlx::query!(
        r#"SELECT b.folder AS "folder!", b.key AS "key!"
           FROM unnest($1::text[], $2::uuid[]) AS b (folder, key)
           WHERE CASE b.folder
               WHEN 'originals' THEN EXISTS (SELECT FROM submissions s WHERE s.original_key = b.key)
                   OR EXISTS (SELECT FROM drafts d WHERE d.original_key = b.key)
               WHEN 'previews' THEN EXISTS (SELECT FROM submissions s WHERE s.preview_key = b.key)
                   OR EXISTS (SELECT FROM drafts d WHERE d.preview_key = b.key)
               ELSE EXISTS (SELECT FROM submissions s WHERE s.rendition_key = b.key)
           END"#,
        &folders,
        &keys
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((Folder::parse(&row.folder)?, row.key))).collect())
}

/// Which of these keys wait for being deleted anyway.
async fn discarded(conn: &mut PgConnection, keys: &[(Folder, Uuid)]) -> Result<HashSet<(Folder, Uuid)>, sqlx::Error> {
    let (folders, keys) = columns(keys);
    let rows = sqlx::query!(
        r#"SELECT x.folder, x.key
           FROM unnest($1::text[], $2::uuid[]) AS b (folder, key) JOIN discarded_blobs x USING (folder, key)"#,
        &folders,
        &keys
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((Folder::parse(&row.folder)?, row.key))).collect())
}

fn columns(keys: &[(Folder, Uuid)]) -> (Vec<String>, Vec<Uuid>) {
    keys.iter().map(|(folder, key)| (folder.name().to_owned(), *key)).unzip()
}
