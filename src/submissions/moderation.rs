//! Taking photos out of sight and back.

use sqlx::{Postgres, Transaction};

use crate::error::Error;

/// Takes a photo out of the deck, the lists and its own page. Its votes stay. Repeating it changes nothing.
pub async fn hide(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<(), Error> {
    let hidden = sqlx::query!(
        "UPDATE submissions SET moderation = 'hidden', ordinal = NULL, updated_at = now()
         WHERE id = $1 AND moderation <> 'removed'",
        id
    )
    .execute(&mut **tx)
    .await?;
    if hidden.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Brings a hidden photo back, at the end of the deck. Repeating it changes nothing.
pub async fn unhide(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<(), Error> {
    let hidden = sqlx::query!(
        "SELECT (state = 'ready') AS \"ready!\", (moderation = 'hidden') AS \"hidden!\" FROM submissions
         WHERE id = $1 AND moderation <> 'removed' FOR UPDATE",
        id
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    if !hidden.hidden {
        return Ok(());
    }
    let ordinal = if hidden.ready { Some(next_ordinal(tx).await?) } else { None };
    sqlx::query!(
        "UPDATE submissions SET moderation = 'visible', ordinal = $2, updated_at = now() WHERE id = $1",
        id,
        ordinal
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives out the next place in the deck. The deck stays locked until the commit, so places are dense and in commit order.
pub(super) async fn next_ordinal(tx: &mut Transaction<'_, Postgres>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("UPDATE deck SET size = size + 1 RETURNING size").fetch_one(&mut **tx).await
}
