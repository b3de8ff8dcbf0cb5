//! Who owns photos.

use sqlx::{Postgres, Transaction};

/// The account that the demo photos belong to.
pub const HOUSE: &str = "house";

/// The account with this username, made if it is missing.
pub async fn ensure(
    tx: &mut Transaction<'_, Postgres>,
    username: &str,
    display_name: &str,
) -> Result<i64, sqlx::Error> {
    sqlx::query!(
        "INSERT INTO accounts (username, display_name) VALUES ($1, $2) ON CONFLICT (username) DO NOTHING",
        username,
        display_name
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query_scalar!("SELECT id FROM accounts WHERE username = $1", username).fetch_one(&mut **tx).await
}
