//! Taking photos out of sight and back.

use sqlx::{Postgres, Transaction};

use super::places;
use crate::error::Error;

/// Takes a photo out of the deck, the lists and its own page. Its votes stay. Repeating it changes nothing.
pub async fn hide(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<(), Error> {
    let hidden = sqlx::query!(
        "UPDATE submissions SET moderation = 'hidden', ordinal = NULL, described_ordinal = NULL, updated_at = now()
         WHERE id = $1 AND moderation <> 'removed'",
        id
    )
    .execute(&mut **tx)
    .await?;
    if hidden.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Brings a hidden photo back, at the end of the deck and of its described part. Repeating it changes nothing.
pub async fn unhide(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<(), Error> {
    let hidden = sqlx::query!(
        r#"SELECT state = 'ready' AS "ready!", moderation = 'hidden' AS "hidden!", alt_text <> '' AS "described!"
           FROM submissions WHERE id = $1 AND moderation <> 'removed' FOR UPDATE"#,
        id
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    if !hidden.hidden {
        return Ok(());
    }
    let places = if hidden.ready { Some(places::next(tx, hidden.described).await?) } else { None };
    sqlx::query!(
        "UPDATE submissions SET moderation = 'visible', ordinal = $2, described_ordinal = $3, updated_at = now()
         WHERE id = $1",
        id,
        places.map(|places| places.ordinal),
        places.and_then(|places| places.described)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
