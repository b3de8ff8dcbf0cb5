//! Who is looking: the one cookie that we keep.

use std::convert::Infallible;

use rocket::Request;
use rocket::http::{Cookie, CookieJar, SameSite};
use rocket::request::{FromRequest, Outcome};
use rocket::time::{Duration, OffsetDateTime};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::config::Config;
use crate::ratings::RaterId;
use crate::ratings::deck::{self, Bookmarks, Rater};

const COOKIE: &str = "visitor";
const LAST: &str = "last";

/// The browser's token, and how far it had come before its first vote.
#[derive(Clone, Serialize, Deserialize)]
struct Content {
    token: [u8; 16],
    #[serde(default)]
    bookmarks: Bookmarks,
}

/// One browser. Asking for it gives the browser a cookie when it sent none.
pub struct Visitor<'r> {
    content: Content,
    /// Did the browser send the cookie, so that a form it posts can be believed?
    pub returned: bool,
    jar: &'r CookieJar<'r>,
    secure: bool,
}

impl<'r> Visitor<'r> {
    /// Who they are as a rater.
    pub fn rater_id(&self) -> RaterId {
        RaterId::of_token(&self.content.token)
    }

    /// What form tokens are bound to.
    pub fn token(&self) -> &[u8; 16] {
        &self.content.token
    }

    /// What is known of them.
    pub async fn rater(&self, conn: &mut PgConnection) -> Result<Rater, sqlx::Error> {
        deck::load(conn, self.rater_id(), self.content.bookmarks).await
    }

    /// Keeps in the cookie how far a rater has come who is in no table yet.
    pub fn remember(&mut self, rater: &Rater) {
        if !rater.stored && rater.bookmarks != self.content.bookmarks {
            self.content.bookmarks = rater.bookmarks;
            self.send();
        }
    }

    /// Keeps something for the next page alone.
    pub fn leave_note(&self, note: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(note) {
            self.jar.add_private(self.cookie(LAST, text, Duration::minutes(5)));
        }
    }

    /// What the page before left, once.
    pub fn take_note<T: for<'de> Deserialize<'de>>(&self) -> Option<T> {
        let note = self.jar.get_private(LAST)?;
        self.jar.remove_private(Cookie::build(LAST).path("/"));
        serde_json::from_str(note.value()).ok()
    }

    fn send(&self) {
        if let Ok(text) = serde_json::to_string(&self.content) {
            self.jar.add_private(self.cookie(COOKIE, text, Duration::days(400)));
        }
    }

    /// Lax, so that somebody who follows a link from elsewhere is still themselves.
    fn cookie(&self, name: &'static str, value: String, max_age: Duration) -> Cookie<'static> {
        Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .max_age(max_age)
            // Rocket would let it end within a week for browsers that do not know max-age.
            .expires(OffsetDateTime::now_utc() + max_age)
            .build()
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let jar = request.cookies();
        let sent = jar.get_private(COOKIE).and_then(|cookie| serde_json::from_str(cookie.value()).ok());
        // Asked for twice in one request it has to be the same new browser.
        let fresh = request.local_cache(|| Content { token: rand::random(), bookmarks: Bookmarks::default() });
        let secure = request.rocket().state::<Config>().is_some_and(|config| config.cookies.secure);
        let returned = sent.is_some();
        let visitor = Visitor { content: sent.unwrap_or_else(|| fresh.clone()), returned, jar, secure };
        if !returned {
            visitor.send();
        }
        Outcome::Success(visitor)
    }
}
