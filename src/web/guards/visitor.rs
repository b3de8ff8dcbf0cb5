//! Who is looking: a cookie for everybody, and one more for who is logged in.

use std::sync::Arc;

use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::time::Duration;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::appearance::Appearance;
use super::cookies::Cookies;
use super::session::{self, CurrentSession};
use super::{flash, form_token};
use crate::accounts::session::Session;
use crate::accounts::token::Token;
use crate::error::Error;
use crate::ratings::RaterId;
use crate::ratings::deck::{self, Bookmarks, Class, Rater, Who};
use crate::web::keys::Keys;

const COOKIE: &str = "visitor";
/// The cookie with the result of the last vote, for the next page alone.
pub const VOTE_RESULT: &str = "vote_result";

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
    appearance: Appearance,
    /// Those of the request.
    pub cookies: Cookies<'r>,
    pub keys: &'r Keys,
}

impl<'r> Visitor<'r> {
    /// Who is logged in.
    pub fn member(&self) -> Option<&Session> {
        self.member.as_deref()
    }

    /// The account that is logged in.
    pub fn account(&self) -> Option<i64> {
        self.member().map(|member| member.account.id)
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
        match self.who() {
            Who::Member(account) => deck::load_member(conn, account).await,
            Who::Visitor { id, cookie } => deck::load(conn, id, cookie).await,
        }
    }

    /// Whom to look up for that.
    pub fn who(&self) -> Who {
        match self.member() {
            Some(session) => Who::Member(session.account.id),
            None => Who::Visitor { id: self.anonymous_id(), cookie: self.content.bookmarks },
        }
    }

    /// What they have chosen.
    pub fn appearance(&self) -> Appearance {
        self.appearance
    }

    /// The photos that they want to go through.
    pub fn class(&self) -> Class {
        if self.appearance.described_only { Class::Described } else { Class::All }
    }

    /// The browser belongs to a member from now on. Its token changes, so that nothing that was known of it before
    /// says anything about the member.
    pub fn log_in(&mut self, session: &Token, remembered: bool) {
        self.cookies.seal(session::COOKIE, session.to_hex(), remembered.then(|| Duration::days(60)));
        self.renew();
    }

    /// The browser belongs to nobody from now on, and begins afresh.
    pub fn log_out(&mut self) {
        self.cookies.forget(session::COOKIE);
        self.renew();
    }

    fn renew(&mut self) {
        self.cookies.forget(VOTE_RESULT);
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

    /// Says this on the next page.
    pub fn say(&self, sentence: &str) {
        flash::say(&self.cookies, sentence);
    }

    /// A fresh token for a form of theirs.
    pub fn form_token(&self) -> String {
        form_token::fresh(&self.keys.csrf, self.token())
    }

    fn send(&self) {
        self.cookies.keep(COOKIE, &self.content, Duration::days(COOKIE_DAYS));
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor<'r> {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Error> {
        // Whoever might be a member must not pass for a stranger because the database is away.
        let CurrentSession(Ok(member)) = session::current(request).await.clone() else {
            return Outcome::Error((Status::ServiceUnavailable, Error::Busy));
        };
        let Some(keys) = request.rocket().state::<Keys>() else {
            return Outcome::Error((Status::InternalServerError, Error::Internal("no keys".into())));
        };
        let cookies = Cookies::of(request);
        let sent = cookies.kept(COOKIE);
        // Asked for twice in one request it has to be the same new browser.
        let fresh = request.local_cache(|| Content { token: rand::random(), bookmarks: Bookmarks::default() });
        let returned = sent.is_some();
        let visitor = Visitor {
            content: sent.unwrap_or_else(|| fresh.clone()),
            returned,
            member,
            appearance: Appearance::of(request),
            cookies,
            keys,
        };
        if !returned {
            visitor.send();
        }
        Outcome::Success(visitor)
    }
}
