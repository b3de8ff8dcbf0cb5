//! The lock that whatever starts, ends or changes what a login relies on takes first.

use sqlx::{Postgres, Transaction};

/// Nobody's proof of this account is used until the end of the transaction. To be taken before any other lock, as
/// everybody does who takes it.
pub async fn account(tx: &mut Transaction<'_, Postgres>, account: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE", account)
        .fetch_optional(&mut **tx)
        .await
        .map(drop)
}
