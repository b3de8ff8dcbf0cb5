//! Making a photo after all whose job had failed for good.

use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::{SubmissionState, blobs};
use crate::storage::Folder;

/// A photo that failed through our fault waits for its renditions again, if its file is still there; one that has renditions
/// waits for new ones. The inner error says in a sentence why nothing can be made, and then nothing changed.
///
/// Whoever calls this sees to the job.
pub async fn revive(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<Result<(), String>, sqlx::Error> {
    let photo = sqlx::query!(
        r#"SELECT state AS "state: SubmissionState", moderation = 'removed' AS "removed!", original_key,
                  failed_original_key, original_sha256, stale_since IS NOT NULL AS "stale!"
           FROM submissions WHERE id = $1 FOR UPDATE"#,
        id
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(photo) = photo.filter(|photo| !photo.removed) else {
        return Ok(Err(format!("Photo {id} has been deleted since.")));
    };
    match photo.state {
        SubmissionState::Pending => Ok(Ok(())),
        SubmissionState::Ready if photo.stale => Ok(Ok(())),
        SubmissionState::Ready if photo.original_key.is_none() => {
            Ok(Err(format!("Photo {id} has its pictures, and the file that they were made from was not kept.")))
        }
        SubmissionState::Ready => request_anew(tx, id).await.map(Ok),
        SubmissionState::Failed => {
            if let Some(twin) = sent_again(tx, id, photo.original_sha256.as_deref()).await? {
                return Ok(Err(format!("The file of photo {id} was sent again, and is photo {twin}.")));
            }
            let key = photo.failed_original_key;
            if let Some(key) = key
                && blobs::keep(tx, Folder::Originals, key).await?
            {
                begin_anew(tx, id, key).await?;
                return Ok(Ok(()));
            }
            Ok(Err(format!("The file of photo {id} is not kept any more, or could never be used.")))
        }
    }
}

/// How many of these photos could be made after all.
pub async fn count(conn: &mut PgConnection, ids: &[i64]) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!" FROM submissions s
        WHERE s.id = ANY($1) AND s.moderation <> 'removed' AND CASE s.state
            WHEN 'pending' THEN true
            WHEN 'ready' THEN s.stale_since IS NOT NULL OR s.original_key IS NOT NULL
            ELSE EXISTS (SELECT FROM discarded_blobs d WHERE d.folder = 'originals' AND d.key = s.failed_original_key)
                AND NOT EXISTS (
                    SELECT FROM submissions twin
                    WHERE twin.original_sha256 = s.original_sha256 AND twin.id <> s.id AND twin.state <> 'failed'
                      AND twin.moderation <> 'removed'
                )
        END
        "#,
        ids
    )
    .fetch_one(conn)
    .await
}

/// The photo that people may vote on, or that waits, with the same file.
async fn sent_again(
    tx: &mut Transaction<'_, Postgres>,
    id: i64,
    sha256: Option<&[u8]>,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id FROM submissions
         WHERE original_sha256 = $2 AND id <> $1 AND state <> 'failed' AND moderation <> 'removed'",
        id,
        sha256
    )
    .fetch_optional(&mut **tx)
    .await
}

async fn request_anew(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE submissions SET stale_since = clock_timestamp(), updated_at = now() WHERE id = $1", id)
        .execute(&mut **tx)
        .await
        .map(drop)
}

async fn begin_anew(tx: &mut Transaction<'_, Postgres>, id: i64, key: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE submissions
         SET state = 'pending', failure = NULL, original_key = $2, failed_original_key = NULL, updated_at = now()
         WHERE id = $1",
        id,
        key
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
