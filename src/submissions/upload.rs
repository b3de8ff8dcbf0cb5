//! Uploads: from a stored file to a photo with its first job.

use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::crop::Crop;
use super::text::{Description, Name};
use super::{Moderation, SubmissionState, quota};
use crate::config::UploadsConfig;
use crate::error::Error;
use crate::queue::{self, Job};
use crate::storage::Storage;

/// A photo that the program itself uploads.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The account that submits it.
    pub owner: i64,
    /// The animal's name, 1 to 40 characters.
    pub title: String,
    /// What kind of animal, 1 to 40 characters.
    pub species: String,
    /// A description for people who cannot see it, at most 500 characters; may be empty.
    pub alt_text: String,
    /// The file as it came.
    pub file: Vec<u8>,
}

/// What a photo is, in its owner's words.
#[derive(Debug, Clone)]
pub struct Details {
    pub title: Name,
    /// What kind of animal.
    pub species: Name,
    /// A description for people who cannot see it; may be empty.
    pub alt_text: Description,
    /// Where the square is to sit.
    pub crop: Crop,
}

/// A file that is stored already.
#[derive(Debug, Clone, Copy)]
pub struct Original {
    pub key: Uuid,
    /// Of the whole file.
    pub sha256: [u8; 32],
}

/// What became of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadOutcome {
    /// It waits for its renditions.
    New(i64),
    /// The same file is here already.
    Duplicate(Duplicate),
}

/// A photo with the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duplicate {
    pub id: i64,
    pub owner: i64,
    /// May everybody see it?
    pub public: bool,
}

/// Stores the file, then the photo and its thumbnail job in one transaction; gives the photo's number.
/// When the transaction fails the file stays behind: a commit whose answer was lost may have succeeded. The sweep knows.
pub async fn upload(pool: &PgPool, storage: &Storage, upload: Upload) -> Result<i64, Error> {
    let invalid = |field| move |message: String| Error::invalid(field, message);
    let details = Details {
        title: Name::parse(&upload.title, "the animal's name").map_err(invalid("title"))?,
        species: Name::parse(&upload.species, "the species").map_err(invalid("species"))?,
        alt_text: Description::parse(&upload.alt_text).map_err(invalid("description"))?,
        crop: Crop::Auto,
    };
    let original = Original { key: Uuid::new_v4(), sha256: Sha256::digest(&upload.file).into() };
    storage.put_original(original.key, upload.file).await?;
    let mut tx = pool.begin().await?;
    match submit(&mut tx, upload.owner, &details, original, None).await? {
        UploadOutcome::New(id) => {
            tx.commit().await?;
            Ok(id)
        }
        UploadOutcome::Duplicate(other) => {
            tx.rollback().await?;
            storage.delete_original(original.key).await?;
            Err(Error::Conflict(format!("the same file is already here as photo {}", other.id)))
        }
    }
}

/// Adds a photo whose file is stored, and its thumbnail job. Of two photos with the same file that are uploaded at once one waits for
/// the other and is then its duplicate; nothing was added then. `TooFast` past the account's quota.
pub async fn submit(
    tx: &mut Transaction<'_, Postgres>,
    owner: i64,
    details: &Details,
    original: Original,
    limits: Option<&UploadsConfig>,
) -> Result<UploadOutcome, Error> {
    if let Some(limits) = limits {
        quota::take(tx, owner, limits).await?;
    }
    // Waits for a transaction that adds the same file, and then finds its row.
    let id = sqlx::query_scalar!(
        "INSERT INTO submissions (owner, title, species, alt_text, crop, original_key, original_sha256)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (original_sha256) WHERE state <> 'failed' AND moderation <> 'removed' DO NOTHING
         RETURNING id",
        owner,
        details.title.as_str(),
        details.species.as_str(),
        details.alt_text.as_str(),
        details.crop as Crop,
        original.key,
        &original.sha256[..]
    )
    .fetch_optional(&mut **tx)
    .await?;
    match id {
        Some(id) => {
            queue::enqueue(tx, Job::MakeThumbnails { submission: id }).await?;
            Ok(UploadOutcome::New(id))
        }
        // The other one can only have gone in the moment between.
        None => duplicate(tx, &original.sha256).await?.map(UploadOutcome::Duplicate).ok_or(Error::Busy),
    }
}

/// The photo with this file, unless it failed or was removed.
pub async fn duplicate(conn: &mut PgConnection, sha256: &[u8; 32]) -> Result<Option<Duplicate>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT id, owner, state AS "state: SubmissionState", moderation AS "moderation: Moderation" FROM submissions
           WHERE original_sha256 = $1 AND state <> 'failed' AND moderation <> 'removed'"#,
        &sha256[..]
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Duplicate {
        id: row.id,
        owner: row.owner,
        public: row.state == SubmissionState::Ready && row.moderation == Moderation::Visible,
    }))
}
