//! Photos: what they are, and whether people may vote on them.

mod description;
pub mod moderation;
mod places;
pub mod reports;
pub mod upload;

pub use description::describe;
pub use ratemyderp_pictures::renditions;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

/// How far a photo is on its way from upload to deck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "submission_state", rename_all = "snake_case")]
pub enum State {
    /// Its renditions are still to be made.
    Pending,
    /// Its renditions are there.
    Ready,
    /// Its file cannot be used.
    Failed,
}

/// What moderators decided about a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "submission_moderation", rename_all = "snake_case")]
pub enum Moderation {
    /// Everybody may see it.
    Visible,
    /// Out of sight for now.
    Hidden,
    /// Out of sight for good.
    Removed,
}

/// One photo with its owner.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Its number in URLs.
    pub id: i64,
    /// The account that submitted it.
    pub owner: i64,
    /// The owner's name as shown.
    pub owner_name: String,
    /// The animal's name.
    pub title: String,
    /// What kind of animal, in the owner's words.
    pub species: String,
    /// The owner's description for people who cannot see it; may be empty.
    pub alt_text: String,
    /// How far it is.
    pub state: State,
    /// Why its file cannot be used, in words to its owner.
    pub failure: Option<String>,
    /// What moderators decided.
    pub moderation: Moderation,
    /// Where its renditions are, when they are there.
    pub rendition_key: Option<Uuid>,
    /// Sides of its renditions, in pixels, ascending.
    pub rendition_sizes: Vec<i32>,
    /// When it was submitted.
    pub created_at: DateTime<Utc>,
}

impl Submission {
    /// May people vote on it?
    pub fn votable(&self) -> bool {
        self.state == State::Ready && self.moderation == Moderation::Visible
    }
}

/// The photo with this number, in whatever state it is.
pub async fn find(conn: &mut PgConnection, id: i64) -> Result<Option<Submission>, sqlx::Error> {
    sqlx::query_as!(
        Submission,
        r#"SELECT s.id, s.owner, a.display_name AS owner_name, s.title, s.species, s.alt_text,
                  s.state AS "state: State", s.failure, s.moderation AS "moderation: Moderation",
                  s.rendition_key, s.rendition_sizes, s.created_at
           FROM submissions s JOIN accounts a ON a.id = s.owner
           WHERE s.id = $1"#,
        id
    )
    .fetch_optional(conn)
    .await
}

/// Where the uploaded file of a photo is that still waits for its renditions;
/// nothing when it no longer waits or was deleted.
pub async fn pending(conn: &mut PgConnection, id: i64) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("SELECT original_key FROM submissions WHERE id = $1 AND state = 'pending'", id)
        .fetch_optional(conn)
        .await
}

/// Its renditions are stored under `key`: people may vote from the commit on.
/// False when it no longer waits, and then nothing changed.
pub async fn publish(
    tx: &mut Transaction<'_, Postgres>,
    id: i64,
    key: Uuid,
    sizes: &[i32],
) -> Result<bool, sqlx::Error> {
    let waiting = sqlx::query!(
        r#"SELECT moderation AS "moderation: Moderation", alt_text <> '' AS "described!" FROM submissions
           WHERE id = $1 AND state = 'pending' FOR UPDATE"#,
        id
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(waiting) = waiting else {
        return Ok(false);
    };
    let places = match waiting.moderation {
        Moderation::Visible => Some(places::next(tx, waiting.described).await?),
        Moderation::Hidden | Moderation::Removed => None,
    };
    sqlx::query!(
        "UPDATE submissions
         SET state = 'ready', rendition_key = $2, rendition_sizes = $3, ordinal = $4, described_ordinal = $5,
             updated_at = now()
         WHERE id = $1",
        id,
        key,
        sizes,
        places.map(|places| places.ordinal),
        places.and_then(|places| places.described)
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("INSERT INTO tallies (submission) VALUES ($1) ON CONFLICT DO NOTHING", id).execute(&mut **tx).await?;
    Ok(true)
}

/// Its file cannot be used; `reason` is told to the owner. False when it no longer waits.
pub async fn fail(tx: &mut Transaction<'_, Postgres>, id: i64, reason: &str) -> Result<bool, sqlx::Error> {
    let failed = sqlx::query!(
        "UPDATE submissions SET state = 'failed', failure = $2, updated_at = now()
         WHERE id = $1 AND state = 'pending'",
        id,
        reason
    )
    .execute(&mut **tx)
    .await?;
    Ok(failed.rows_affected() == 1)
}
