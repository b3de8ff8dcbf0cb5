//! What every page shows around its own matter: who is logged in, what they chose, and a word on what just happened.

use std::sync::Arc;

use rocket::Request;
use rocket::fairing::AdHoc;
use rocket::http::{Cookie, CookieJar, Method, SameSite};
use rocket_db_pools::Database;
use serde::Serialize;

use super::db::Db;
use super::hx::Partial;
use super::look::Look;
use super::next::way_in;
use super::privileged::Unguarded;
use crate::accounts::Role;
use crate::accounts::session::{self, Session};
use crate::accounts::token::Token;
use crate::config::Config;
use crate::error::Error;

/// The cookie of a browser that is logged in.
pub const SESSION: &str = "session";

/// The cookie that carries a word to the next page.
const SAID: &str = "said";

/// Who is asking, found out once for each request. The error means that the database did not answer.
#[derive(Clone)]
pub struct Recognition(pub Result<Option<Arc<Session>>, ()>);

/// Looks at the session before anything else, so that whatever is answered, an error page too, knows who is asking.
pub fn recognition() -> AdHoc {
    AdHoc::on_request("recognition", |request, _| {
        Box::pin(async move {
            let path = request.uri().path();
            if !path.starts_with("/static/") && !path.starts_with("/images/") {
                recognise(request).await;
            }
        })
    })
}

/// Who is asking.
pub async fn recognise<'r>(request: &'r Request<'_>) -> &'r Recognition {
    request.local_cache_async(find(request)).await
}

async fn find(request: &Request<'_>) -> Recognition {
    let jar = request.cookies();
    let Some(cookie) = jar.get_private(SESSION) else {
        return Recognition(Ok(None));
    };
    let found = match (Token::parse(cookie.value()), Db::fetch(request.rocket())) {
        (Some(token), Some(db)) => match load(db, &token).await {
            Ok(found) => found,
            Err(cause) => {
                log::warn!("nobody could be recognised: {cause}");
                return Recognition(Err(()));
            }
        },
        _ => None,
    };
    if found.is_none() {
        jar.remove_private(Cookie::build(SESSION).path("/"));
        request.local_cache(|| Ended(true));
        if let Some(config) = request.rocket().state::<Config>() {
            say(jar, config, ENDED);
        }
    }
    Recognition(Ok(found.map(Arc::new)))
}

async fn load(db: &Db, token: &Token) -> Result<Option<Session>, Error> {
    let mut conn = db.acquire().await?;
    Ok(session::find(&mut conn, token).await?)
}

/// Did the browser send a session that is over?
struct Ended(bool);

/// What is said then, on the next page that has room for it.
const ENDED: &str = "You are not logged in here any more. What you rate meanwhile comes along when you log in again.";

/// What templates know as `@root.frame`.
#[derive(Serialize)]
pub struct Frame {
    me: Option<Me>,
    look: String,
    large: bool,
    digits: bool,
    zone: Option<String>,
    said: Option<String>,
    unguarded: bool,
    /// The way to the login form, and back.
    login: String,
}

#[derive(Serialize)]
struct Me {
    moderator: bool,
    operator: bool,
    username: String,
    display_name: String,
    verified: bool,
    leaving: Option<chrono::DateTime<chrono::Utc>>,
}

impl Frame {
    /// Around the answer to this request. Takes the word that the page before left.
    pub fn of(request: &Request<'_>) -> Self {
        let Recognition(who) = request.local_cache(|| Recognition(Ok(None)));
        let session = who.as_ref().ok().and_then(Option::as_ref);
        let me = session.map(|session| Me {
            moderator: session.account.role >= Role::Moderator,
            operator: session.account.role >= Role::Operator,
            username: session.account.username.clone(),
            display_name: session.account.display_name.clone(),
            verified: session.account.email_verified,
            leaving: session.account.deletion_due_at,
        });
        let look = Look::of(request);
        Frame {
            me,
            look: look.classes(),
            large: look.large_photos,
            digits: session.is_some_and(|session| session.settings.digit_shortcuts),
            zone: session.map(|session| session.settings.time_zone.clone()),
            said: heard(request),
            unguarded: Unguarded::of(request),
            login: way_in(request),
        }
    }
}

fn heard(request: &Request<'_>) -> Option<String> {
    // A fragment has no place for it.
    if request.method() != Method::Get || Partial::of(request).0 {
        return None;
    }
    let jar = request.cookies();
    let said = jar.get_private(SAID).map(|said| said.value().to_owned());
    let said = said.or_else(|| request.local_cache(|| Ended(false)).0.then(|| ENDED.to_owned()))?;
    jar.remove_private(Cookie::build(SAID).path("/"));
    Some(said)
}

/// Says something on the next page.
pub fn say(jar: &CookieJar<'_>, config: &Config, words: &str) {
    let cookie = Cookie::build((SAID, words.to_owned())).path("/").http_only(true).same_site(SameSite::Lax);
    jar.add_private(cookie.secure(config.cookies.secure).max_age(rocket::time::Duration::minutes(5)));
}
