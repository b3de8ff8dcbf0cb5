//! The session behind a request.

use std::sync::Arc;

use rocket::Request;
use rocket_db_pools::Database;

use super::cookies::Cookies;
use super::flash;
use crate::accounts::session::{self, Session};
use crate::accounts::token::Token;
use crate::error::Error;
use crate::web::db::Db;

/// The cookie of a browser that is logged in.
pub const COOKIE: &str = "session";

/// Said on the next page to a browser whose session is over.
const ENDED: &str = "You are not logged in here any more. What you rate meanwhile comes along when you log in again.";

/// The session of this request, looked up once. The error means that the database did not answer.
#[derive(Clone)]
pub struct CurrentSession(pub Result<Option<Arc<Session>>, ()>);

impl CurrentSession {
    /// What has been looked up already; nothing before that.
    pub fn found<'r>(request: &'r Request<'_>) -> Option<&'r Session> {
        let CurrentSession(found) = request.local_cache(|| CurrentSession(Ok(None)));
        found.as_ref().ok()?.as_deref()
    }
}

/// Looks the session up, once for each request.
pub async fn current<'r>(request: &'r Request<'_>) -> &'r CurrentSession {
    request.local_cache_async(find(request)).await
}

async fn find(request: &Request<'_>) -> CurrentSession {
    let cookies = Cookies::of(request);
    let Some(cookie) = cookies.sealed(COOKIE) else {
        return CurrentSession(Ok(None));
    };
    let found = match (Token::parse(&cookie), Db::fetch(request.rocket())) {
        (Some(token), Some(db)) => match load(db, &token).await {
            Ok(found) => found,
            Err(cause) => {
                log::warn!("a session could not be looked up: {cause}");
                return CurrentSession(Err(()));
            }
        },
        _ => None,
    };
    if found.is_none() {
        cookies.forget(COOKIE);
        flash::say_if_silent(&cookies, ENDED);
    }
    CurrentSession(Ok(found.map(Arc::new)))
}

async fn load(db: &Db, token: &Token) -> Result<Option<Session>, Error> {
    let mut conn = db.acquire().await?;
    Ok(session::find(&mut conn, token).await?)
}
