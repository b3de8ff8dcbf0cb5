//! What the process holds, for handlers that need several of its parts.

use std::sync::Arc;

use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket_db_pools::Database;

use super::limits::Limits;
use crate::accounts::Passwords;
use crate::config::Config;
use crate::error::Error;
use crate::ratings::collector::Collector;
use crate::ratings::dealer::Dealer;
use crate::ratings::reach::Reach;
use crate::storage::Storage;
use crate::web::db::Db;
use crate::web::keys::Keys;

/// The parts of the web process.
#[derive(Clone, Copy)]
pub struct App<'r> {
    pub db: &'r Db,
    pub config: &'r Config,
    /// Keys derived from the secret.
    pub keys: &'r Keys,
    /// Hashes and compares passwords.
    pub passwords: &'r Passwords,
    /// How fast anybody may vote.
    pub limits: &'r Limits,
    pub collector: &'r Collector,
    pub dealer: &'r Dealer,
    /// Counts shares and arrivals.
    pub reach: &'r Reach,
    pub storage: &'r Storage,
}

impl<'r> App<'r> {
    fn of(request: &'r Request<'_>) -> Option<Self> {
        let rocket = request.rocket();
        Some(App {
            db: Db::fetch(rocket)?,
            config: rocket.state()?,
            keys: rocket.state()?,
            passwords: rocket.state()?,
            limits: rocket.state()?,
            collector: rocket.state()?,
            dealer: rocket.state()?,
            reach: rocket.state::<Arc<Reach>>()?,
            storage: rocket.state()?,
        })
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for App<'r> {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Error> {
        match App::of(request) {
            Some(app) => Outcome::Success(app),
            None => {
                Outcome::Error((Status::InternalServerError, Error::Internal("a part of the site is missing".into())))
            }
        }
    }
}
