//! Who is looking: a cookie for everybody, and one more for who is logged in.

use std::sync::Arc;

use rocket::Request;
use rocket::http::{Cookie, CookieJar, SameSite, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::time::{Duration, OffsetDateTime};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::frame::{Recognition, SESSION, recognise};
use super::look::Look;
use crate::accounts::session::Session;
use crate::accounts::token::Token;
use crate::config::Config;
use crate::error::Error;
use crate::ratings::RaterId;
use crate::ratings::deck::{self, Bookmarks, Class, Rater};

const COOKIE: &str = "visitor";
const LAST: &str = "last";

/// How long a browser is known, in days since its last visit that changed something.
pub const COOKIE_DAYS: i64 = 400;

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
    member: Option<Arc<Session>>,
    look: Look,
    jar: &'r CookieJar<'r>,
    secure: bool,
}

impl<'r> Visitor<'r> {
    /// Who is logged in.
    pub fn member(&self) -> Option<&Session> {
        self.member.as_deref()
    }

    /// Who they are as a rater while nobody is logged in.
    pub fn anonymous_id(&self) -> RaterId {
        RaterId::of_token(&self.content.token)
    }

    /// What form tokens are bound to.
    pub fn token(&self) -> &[u8; 16] {
        &self.content.token
    }

    /// What is known of them: a member's votes are the account's, in whichever browser.
    pub async fn rater(&self, conn: &mut PgConnection) -> Result<Rater, sqlx::Error> {
        match self.member() {
            Some(session) => deck::load_member(conn, session.account.id).await,
            None => deck::load(conn, self.anonymous_id(), self.content.bookmarks).await,
        }
    }

    /// What they have chosen.
    pub fn look(&self) -> Look {
        self.look
    }

    /// The photos that they want to go through.
    pub fn class(&self) -> Class {
        if self.look.described_only { Class::Described } else { Class::All }
    }

    /// The browser belongs to a member from now on. Its token changes, so that nothing that was known of it before
    /// says anything about the member.
    pub fn log_in(&mut self, session: &Token, remembered: bool) {
        let cookie = self.build(SESSION, session.to_hex());
        self.jar.add_private(if remembered { lasting(cookie, Duration::days(60)) } else { cookie });
        self.renew();
    }

    /// The browser belongs to nobody from now on, and begins afresh.
    pub fn log_out(&mut self) {
        self.jar.remove_private(Cookie::build(SESSION).path("/"));
        self.renew();
    }

    fn renew(&mut self) {
        self.jar.remove_private(Cookie::build(LAST).path("/"));
        self.content = Content { token: rand::random(), bookmarks: Bookmarks::default() };
        self.send();
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
        self.keep(LAST, note, 5);
    }

    /// What the page before left, once.
    pub fn take_note<T: for<'de> Deserialize<'de>>(&self) -> Option<T> {
        let note = self.kept(LAST)?;
        self.forget(LAST);
        Some(note)
    }

    /// Keeps something in a sealed cookie of this name, for so many minutes.
    pub fn keep(&self, name: &'static str, what: &impl Serialize, minutes: i64) {
        if let Ok(text) = serde_json::to_string(what) {
            self.jar.add_private(self.cookie(name, text, Duration::minutes(minutes)));
        }
    }

    /// What was kept there.
    pub fn kept<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.jar.get_private(name)?.value()).ok()
    }

    /// Keeps it no longer.
    pub fn forget(&self, name: &'static str) {
        self.jar.remove_private(Cookie::build(name).path("/"));
    }

    fn send(&self) {
        if let Ok(text) = serde_json::to_string(&self.content) {
            self.jar.add_private(self.cookie(COOKIE, text, Duration::days(COOKIE_DAYS)));
        }
    }

    fn cookie(&self, name: &'static str, value: String, max_age: Duration) -> Cookie<'static> {
        lasting(self.build(name, value), max_age)
    }

    /// Lax, so that somebody who follows a link from elsewhere is still themselves.
    fn build(&self, name: &'static str, value: String) -> Cookie<'static> {
        Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            // Rocket would keep it for a week.
            .expires(None)
            .build()
    }
}

fn lasting(mut cookie: Cookie<'static>, max_age: Duration) -> Cookie<'static> {
    cookie.set_max_age(max_age);
    // For browsers that do not know max-age.
    cookie.set_expires(OffsetDateTime::now_utc() + max_age);
    cookie
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor<'r> {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Error> {
        // Whoever might be a member must not pass for a stranger because the database is away.
        let Recognition(Ok(member)) = recognise(request).await.clone() else {
            return Outcome::Error((Status::ServiceUnavailable, Error::Busy));
        };
        let jar = request.cookies();
        let sent = jar.get_private(COOKIE).and_then(|cookie| serde_json::from_str(cookie.value()).ok());
        // Asked for twice in one request it has to be the same new browser.
        let fresh = request.local_cache(|| Content { token: rand::random(), bookmarks: Bookmarks::default() });
        let secure = request.rocket().state::<Config>().is_some_and(|config| config.cookies.secure);
        let returned = sent.is_some();
        let visitor = Visitor {
            content: sent.unwrap_or_else(|| fresh.clone()),
            returned,
            member,
            look: Look::of(request),
            jar,
            secure,
        };
        if !returned {
            visitor.send();
        }
        Outcome::Success(visitor)
    }
}
