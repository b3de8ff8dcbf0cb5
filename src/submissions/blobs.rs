//! Blobs that no row names any more, and those that no row ever named.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
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
         ON CONFLICT (folder, key) DO UPDATE SET due_at = least(discarded_blobs.due_at, excluded.due_at)",
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

/// Removes what is due; says how many keys that were. Safe to repeat and to run twice at once: rows go after their blobs.
pub async fn remove_due(pool: &PgPool, storage: &Storage) -> Result<u64, Error> {
    let mut removed = 0;
    loop {
        let mut tx = pool.begin().await?;
        let due = sqlx::query!(
            "SELECT folder, key FROM discarded_blobs WHERE due_at <= now() ORDER BY due_at LIMIT $1
             FOR UPDATE SKIP LOCKED",
            BATCH
        )
        .fetch_all(&mut *tx)
        .await?;
        if due.is_empty() {
            return Ok(removed);
        }
        for row in &due {
            if let Some(folder) = Folder::parse(&row.folder) {
                storage.delete_all(folder, row.key).await?;
            }
            sqlx::query!("DELETE FROM discarded_blobs WHERE folder = $1 AND key = $2", row.folder, row.key)
                .execute(&mut *tx)
                .await?;
            removed += 1;
        }
        tx.commit().await?;
    }
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
    let old: Vec<&Blob> = page.blobs.iter().filter(|blob| is_old(blob, now)).collect();
    let named = named(&mut conn, &old).await?;
    drop(conn);
    let mut removed = 0;
    for blob in old {
        // What is not ours is left alone.
        if blob.key.is_some_and(|key| !named.contains(&key)) {
            storage.delete_at(blob).await?;
            removed += 1;
        }
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

/// Which of these keys a row names.
async fn named(conn: &mut PgConnection, blobs: &[&Blob]) -> Result<HashSet<(Folder, Uuid)>, sqlx::Error> {
    let (folders, keys): (Vec<String>, Vec<Uuid>) =
        blobs.iter().filter_map(|blob| blob.key).map(|(folder, key)| (folder.name().to_owned(), key)).unzip();
    let rows = sqlx::query!(
        r#"SELECT DISTINCT b.folder AS "folder!", b.key AS "key!"
           FROM unnest($1::text[], $2::uuid[]) AS b (folder, key)
           WHERE EXISTS (SELECT FROM submissions s WHERE b.folder = 'originals' AND s.original_key = b.key)
              OR EXISTS (SELECT FROM drafts d WHERE b.folder = 'originals' AND d.original_key = b.key)
              OR EXISTS (SELECT FROM submissions s
                         WHERE b.folder = CASE WHEN s.renditions_hidden THEN 'hidden' ELSE 'images' END
                           AND s.rendition_key = b.key)
              OR EXISTS (SELECT FROM submissions s WHERE b.folder = 'previews' AND s.preview_key = b.key)
              OR EXISTS (SELECT FROM drafts d WHERE b.folder = 'previews' AND d.preview_key = b.key)
              OR EXISTS (SELECT FROM discarded_blobs x WHERE x.folder = b.folder AND x.key = b.key)"#,
        &folders,
        &keys
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((Folder::parse(&row.folder)?, row.key))).collect())
}
