//! Putting a photo into words.

use sqlx::{Postgres, Transaction};

use super::ordinals;
use crate::error::Error;

/// Stores the description of a photo for people who cannot see it; blanks around it are dropped, and nothing but blanks is
/// no description. A photo in the deck enters or leaves its described part with it; other words for a described photo
/// leave it where it is. At most 500 characters. `NotFound` when the photo was removed.
pub async fn describe(tx: &mut Transaction<'_, Postgres>, id: i64, words: &str) -> Result<(), Error> {
    let words = words.trim();
    let row = sqlx::query!(
        r#"SELECT ordinal IS NOT NULL AS "dealt!", described_ordinal FROM submissions
           WHERE id = $1 AND moderation <> 'removed' FOR UPDATE"#,
        id
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    let place = match row.described_ordinal {
        _ if words.is_empty() || !row.dealt => None,
        None => Some(ordinals::next_described(tx).await?),
        kept => kept,
    };
    sqlx::query!(
        "UPDATE submissions SET alt_text = $2, described_ordinal = $3, updated_at = now() WHERE id = $1",
        id,
        words,
        place
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
