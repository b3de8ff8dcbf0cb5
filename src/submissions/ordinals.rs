//! Ordinals in the deck, and in the part of it that is described.
//!
//! The one row of `deck` stays locked until the commit, so ordinals are dense and in commit order.

use sqlx::{Postgres, Transaction};

/// Where a photo is dealt from. Exactly the photos that people may vote on have these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ordinals {
    /// Among all photos.
    pub ordinal: i64,
    /// Among those with a description; nothing without one.
    pub described: Option<i64>,
}

/// Gives out the next ordinals for a photo that enters the deck.
pub(super) async fn next(tx: &mut Transaction<'_, Postgres>, described: bool) -> Result<Ordinals, sqlx::Error> {
    sqlx::query_as!(
        Ordinals,
        r#"UPDATE deck SET size = size + 1, described_size = described_size + $1::boolean::integer
           RETURNING size AS ordinal, CASE WHEN $1 THEN described_size END AS described"#,
        described
    )
    .fetch_one(&mut **tx)
    .await
}

/// Gives out the next place among the described photos alone.
pub(super) async fn next_described(tx: &mut Transaction<'_, Postgres>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("UPDATE deck SET described_size = described_size + 1 RETURNING described_size")
        .fetch_one(&mut **tx)
        .await
}
