//! Photos: what they are, and whether people may vote on them.

pub mod avatars;
pub mod blobs;
pub mod by_owner;
pub mod check;
pub mod crop;
mod description;
pub mod drafts;
pub mod editing;
pub mod moderation;
pub mod on_show;
mod ordinals;
pub mod processing;
pub mod quota;
pub mod removal;
pub mod rerender;
pub mod revival;
pub mod share_pictures;
pub mod short_code;
pub mod similar;
pub mod text;
pub mod upload;

pub use description::describe;
pub use ratemyderp_pictures::{renditions, share_picture};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use self::crop::Crop;

/// How far a photo is on its way from upload to deck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, serde::Serialize)]
#[sqlx(type_name = "submission_state", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum SubmissionState {
    /// Its renditions are still to be made.
    Pending,
    /// Its renditions are there.
    Ready,
    /// Its file cannot be used.
    Failed,
}

/// What moderators decided about a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, serde::Serialize)]
#[sqlx(type_name = "submission_moderation", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
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
    pub title: String,
    /// What kind of animal, in the owner's words.
    pub species: String,
    /// The owner's description for people who cannot see it; may be empty.
    pub alt_text: String,
    /// How far it is.
    pub state: SubmissionState,
    /// Why its file cannot be used, in words to its owner.
    pub failure: Option<String>,
    pub moderation: Moderation,
    /// Where its renditions are, when they are there.
    pub rendition_key: Option<Uuid>,
    /// Sides of its renditions, in pixels, ascending.
    pub rendition_sizes: Vec<i32>,
    /// Are they out of reach of their public address? They may be for moments after the photo was brought back.
    pub renditions_hidden: bool,
    /// Where the owner wants the square.
    pub crop: Crop,
    /// When it was submitted.
    pub created_at: DateTime<Utc>,
    /// When anything about it last changed, but for its ratings.
    pub updated_at: DateTime<Utc>,
}

impl Submission {
    /// May people vote on it?
    pub fn votable(&self) -> bool {
        self.state == SubmissionState::Ready && self.moderation == Moderation::Visible
    }

    /// May whoever is logged in to this account see it? What is not on show only its owner may.
    pub fn visible_to(&self, account: Option<i64>) -> bool {
        self.votable() || account == Some(self.owner)
    }
}

/// The photo with this number, in whatever state it is, unless it was removed.
pub async fn find(conn: &mut PgConnection, id: i64) -> Result<Option<Submission>, sqlx::Error> {
    Ok(find_all(conn, &[id]).await?.pop())
}

/// The photo with this number, if people may vote on it.
pub async fn find_votable(conn: &mut PgConnection, id: i64) -> Result<Option<Submission>, sqlx::Error> {
    Ok(find(conn, id).await?.filter(Submission::votable))
}

/// The photos with these numbers, in no order; those that were removed are missing. (One plan for any number of them: each is
/// looked up apart, and the planner does not see how many there are.)
pub async fn find_all(conn: &mut PgConnection, ids: &[i64]) -> Result<Vec<Submission>, sqlx::Error> {
    sqlx::query_as!(
        Submission,
        r#"SELECT s.id AS "id!", s.owner AS "owner!", s.owner_name AS "owner_name!", s.title AS "title!", s.species AS "species!",
                  s.alt_text AS "alt_text!", s.state AS "state!: SubmissionState", s.failure,
                  s.moderation AS "moderation!: Moderation", s.rendition_key, s.rendition_sizes AS "rendition_sizes!",
                  s.renditions_hidden AS "renditions_hidden!", s.crop AS "crop!: Crop", s.created_at AS "created_at!",
                  s.updated_at AS "updated_at!"
           FROM (SELECT DISTINCT id FROM unnest((SELECT $1::bigint[])) id) wanted
                CROSS JOIN LATERAL (
                    SELECT s.*, a.display_name AS owner_name FROM submissions s JOIN accounts a ON a.id = s.owner
                    WHERE s.id = wanted.id AND s.moderation <> 'removed' OFFSET 0) s"#,
        ids
    )
    .fetch_all(conn)
    .await
}
