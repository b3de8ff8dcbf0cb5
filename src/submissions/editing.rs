//! What owners change about their photos.

use sqlx::{PgConnection, Postgres, Transaction};

use super::crop::Crop;
use super::processing;
use super::upload::Details;
use super::{Moderation, SubmissionState};
use crate::error::Error;

/// A photo as its owner can change it.
#[derive(Debug, Clone)]
pub struct Editable {
    pub id: i64,
    /// Where the square is to sit.
    pub crop: Crop,
    /// Can the crop be changed? Not when the uploaded file was not kept, or nothing is made yet.
    pub croppable: bool,
    /// Of the upright original; nothing before it was looked at.
    pub width: Option<i32>,
    /// Of the upright original.
    pub height: Option<i32>,
    /// Where the previews of the crop are; nothing when all places are the same.
    pub preview_key: Option<uuid::Uuid>,
    /// Are its renditions being made anew?
    pub stale: bool,
}

impl Editable {
    /// Is there more than one place for the square? Not in a square photo.
    pub fn has_choice(&self) -> bool {
        self.croppable && self.preview_key.is_some()
    }
}

/// What can be changed about a photo.
pub async fn find(conn: &mut PgConnection, id: i64) -> Result<Option<Editable>, sqlx::Error> {
    sqlx::query_as!(
        Editable,
        r#"SELECT id, crop AS "crop: Crop", (state = 'ready' AND original_key IS NOT NULL) AS "croppable!", width, height,
                  preview_key, (stale_since IS NOT NULL) AS "stale!"
           FROM submissions WHERE id = $1 AND moderation <> 'removed'"#,
        id
    )
    .fetch_optional(conn)
    .await
}

/// The owner's new words and crop. Another crop means new renditions, made by a job in the same transaction.
/// `NotFound` when the photo is gone or belongs to somebody else.
pub async fn edit(tx: &mut Transaction<'_, Postgres>, owner: i64, id: i64, details: &Details) -> Result<(), Error> {
    let before = sqlx::query!(
        r#"SELECT crop AS "crop: Crop", state AS "state: SubmissionState", moderation AS "moderation: Moderation",
                  width, height, (original_key IS NOT NULL) AS "original!"
           FROM submissions WHERE id = $1 AND owner = $2 FOR UPDATE"#,
        id,
        owner
    )
    .fetch_optional(&mut **tx)
    .await?
    .filter(|photo| photo.moderation != Moderation::Removed)
    .ok_or(Error::NotFound)?;
    // A photo that waits takes its crop from here; one that failed has none.
    let crop = if before.original || before.state == SubmissionState::Pending { details.crop } else { before.crop };
    sqlx::query!(
        "UPDATE submissions SET title = $2, species = $3, crop = $4, updated_at = now() WHERE id = $1",
        id,
        details.title.as_str(),
        details.species.as_str(),
        crop as Crop
    )
    .execute(&mut **tx)
    .await?;
    super::describe(tx, id, details.alt_text.as_str()).await?;
    let place = |crop: Crop| before.width.zip(before.height).map(|(width, height)| crop.along(width, height));
    if before.state == SubmissionState::Ready && place(crop) != place(before.crop) {
        processing::reprocess(tx, id).await?;
    }
    Ok(())
}
