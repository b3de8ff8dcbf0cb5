//! How a photo comes in.

use sqlx::PgPool;
use uuid::Uuid;

use crate::error::Error;
use crate::queue::{self, Job};
use crate::storage::Storage;

/// What a member hands in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The account that submits it.
    pub owner: i64,
    /// The animal's name, 1 to 40 characters.
    pub title: String,
    /// What kind of animal, 1 to 40 characters.
    pub species: String,
    /// A description for people who cannot see it, at most 500 characters; may be empty or blank.
    pub alt_text: String,
    /// The file as it came.
    pub file: Vec<u8>,
}

/// Stores the file, then the photo and its thumbnail job in one transaction; gives the photo's number.
/// When the transaction fails the file stays behind: a commit whose answer was lost may have succeeded.
pub async fn upload(pool: &PgPool, storage: &Storage, upload: Upload) -> Result<i64, Error> {
    let key = Uuid::new_v4();
    let Upload { owner, title, species, alt_text, file } = upload;
    storage.put_original(key, file).await?;
    let mut tx = pool.begin().await?;
    let id = sqlx::query_scalar!(
        "INSERT INTO submissions (owner, title, species, alt_text, original_key)
         VALUES ($1, $2, $3, $4, $5) RETURNING id",
        owner,
        title,
        species,
        alt_text.trim(),
        key
    )
    .fetch_one(&mut *tx)
    .await?;
    queue::enqueue(&mut tx, Job::Thumbnail { submission: id }).await?;
    tx.commit().await?;
    Ok(id)
}
