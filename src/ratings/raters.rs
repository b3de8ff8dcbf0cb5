//! Whom votes belong to.

use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::RaterId;
use super::deck::LapProgress;

/// The rater of an account, made if it has none yet. Its id is random: no browser's token leads to it.
pub async fn ensure(tx: &mut Transaction<'_, Postgres>, account: i64) -> Result<RaterId, sqlx::Error> {
    let LapProgress { lap, position } = LapProgress::FIRST;
    sqlx::query!(
        "INSERT INTO raters (id, account, lap_start, lap_end, position) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account) DO NOTHING",
        Uuid::new_v4(),
        account,
        lap.start,
        lap.end,
        position
    )
    .execute(&mut **tx)
    .await?;
    let id = sqlx::query_scalar!("SELECT id FROM raters WHERE account = $1", account).fetch_one(&mut **tx).await?;
    Ok(RaterId(id))
}

/// What an account has rated is nobody's from now on, and stays: no browser leads to this rater.
pub async fn release(tx: &mut Transaction<'_, Postgres>, account: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE raters SET account = NULL WHERE account = $1", account).execute(&mut **tx).await.map(drop)
}
