//! Rocket's pool life cycle over our pool.
#![allow(unused_qualifications, reason = "in what the derive writes")]

use rocket::figment::Figment;
use rocket_db_pools::{Database, Error, Pool};
use sqlx::PgPool;
use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Transaction};

use crate::config::DatabaseConfig;

/// The database, as handlers ask for it.
#[derive(Database)]
#[database("main")]
pub struct Db(Pg);

impl Db {
    /// The pool behind it.
    pub fn pool(&self) -> &PgPool {
        &self.0.0
    }

    /// A connection, held no longer than needed.
    pub async fn acquire(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.pool().acquire().await
    }

    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.pool().begin().await
    }
}

/// Our pool with Rocket's trait on it.
#[derive(Clone)]
pub struct Pg(PgPool);

#[rocket::async_trait]
impl Pool for Pg {
    type Connection = PoolConnection<Postgres>;
    type Error = Error<sqlx::Error>;

    async fn init(figment: &Figment) -> Result<Self, Self::Error> {
        let config: DatabaseConfig = figment.extract()?;
        crate::db::pool(&config, "ratemyderp web").map(Pg).map_err(Error::Init)
    }

    async fn get(&self) -> Result<Self::Connection, Self::Error> {
        self.0.acquire().await.map_err(Error::Get)
    }

    /// Nothing: Rocket asks for it when a stop begins, while requests are still being answered. `ratemyderp serve` closes
    /// the pool when they are.
    async fn close(&self) {}
}
