//! Bringing the database up to date.

use ratemyderp::db::migrations;

use super::Failure;

pub async fn run() -> Result<(), Failure> {
    let (_, pool) = super::start()?;
    migrations::run(&pool, &migrations::MIGRATIONS.migrations, &mut |what| println!("{what}")).await?;
    Ok(())
}
