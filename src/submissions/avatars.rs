//! The photo of theirs that members are shown with.

use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use crate::error::Error;

/// Photos that a member can choose from: the newest.
pub const CHOICES: i64 = 12;

/// A photo that somebody is, or could be, shown with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avatar {
    pub submission: i64,
    pub title: String,
    /// Where its renditions are.
    pub rendition_key: Uuid,
    /// Sides of its renditions, in pixels, ascending.
    pub rendition_sizes: Vec<i32>,
}

/// What this member has chosen, while it is on show; nothing where they are drawn.
pub async fn find(conn: &mut PgConnection, account: i64) -> Result<Option<Avatar>, sqlx::Error> {
    sqlx::query_as!(
        Avatar,
        r#"SELECT s.id AS submission, s.title, s.rendition_key AS "rendition_key!", s.rendition_sizes
           FROM accounts a JOIN submissions s ON s.id = a.avatar AND s.owner = a.id
           WHERE a.id = $1 AND s.ordinal IS NOT NULL"#,
        account
    )
    .fetch_optional(conn)
    .await
}

/// What a member can be shown with.
#[derive(Debug, Clone)]
pub struct Choices {
    /// The newest photos of theirs on show, and the chosen one, however old it is.
    pub photos: Vec<Avatar>,
    /// What they have chosen, while it is on show.
    pub chosen: Option<i64>,
}

/// What this member can choose from.
pub async fn choices(conn: &mut PgConnection, account: i64) -> Result<Choices, sqlx::Error> {
    let mut photos = sqlx::query_as!(
        Avatar,
        r#"SELECT id AS submission, title, rendition_key AS "rendition_key!", rendition_sizes
           FROM submissions WHERE owner = $1 AND ordinal IS NOT NULL ORDER BY id DESC LIMIT $2"#,
        account,
        CHOICES
    )
    .fetch_all(&mut *conn)
    .await?;
    let avatar = find(conn, account).await?;
    let chosen = avatar.as_ref().map(|avatar| avatar.submission);
    photos.extend(avatar.filter(|avatar| !photos.contains(avatar)));
    Ok(Choices { photos, chosen })
}

/// Shows them from now on with the photo whose number was typed, or drawn if none was. `Invalid`, and nothing is changed, when it is
/// none of their photos on show.
pub async fn choose(tx: &mut Transaction<'_, Postgres>, account: i64, typed: &str) -> Result<(), Error> {
    let wrong = || Error::invalid("avatar", "Choose one of your photos that are on show, or the drawn face.");
    let submission: Option<i64> = if typed.is_empty() { None } else { Some(typed.parse().map_err(|_| wrong())?) };
    let changed = sqlx::query!(
        "UPDATE accounts SET avatar = $2
         WHERE id = $1
           AND ($2::bigint IS NULL OR EXISTS (SELECT FROM submissions WHERE id = $2 AND owner = $1 AND ordinal IS NOT NULL))",
        account,
        submission
    )
    .execute(&mut **tx)
    .await?;
    if changed.rows_affected() == 1 { Ok(()) } else { Err(wrong()) }
}
