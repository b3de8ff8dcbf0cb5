//! Pages for members only.

use std::sync::Arc;

use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};

use super::session::{self, CurrentSession};
use crate::accounts::Account;
use crate::accounts::session::Session;
use crate::error::Error;

/// Somebody who is logged in. Everybody else is sent to `/login`, and from there back.
pub struct Member(Arc<Session>);

impl Member {
    pub fn account(&self) -> &Account {
        &self.0.account
    }
}

impl std::ops::Deref for Member {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Member {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Error> {
        match session::current(request).await {
            CurrentSession(Ok(Some(session))) => Outcome::Success(Member(session.clone())),
            CurrentSession(Ok(None)) => Outcome::Error((Status::Unauthorized, Error::NotFound)),
            CurrentSession(Err(())) => Outcome::Error((Status::ServiceUnavailable, Error::Busy)),
        }
    }
}
