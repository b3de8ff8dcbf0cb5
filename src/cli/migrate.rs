//! Bringing the database up to date.

use ratemyderp::db;

use super::Failure;

pub async fn run() -> Result<(), Failure> {
    let (_, pool) = super::start()?;
    db::migrate(&pool).await?;
    Ok(())
}
