//! How this site spells its cookies, in one place. Over HTTPS their names begin with `__Host-`: browsers then take them from this
//! very host alone, so that nobody who holds a neighbouring name, or the same one without HTTPS, can plant one.

use std::borrow::Cow;

use rocket::Request;
use rocket::http::{Cookie, CookieJar, SameSite};
use rocket::time::{Duration, OffsetDateTime};
use serde::{Deserialize, Serialize};

use crate::config::Config;

/// The cookies of one request and of its answer.
#[derive(Clone, Copy)]
pub struct Cookies<'r> {
    jar: &'r CookieJar<'r>,
    secure: bool,
}

impl<'r> Cookies<'r> {
    /// Those of this request.
    pub fn of(request: &'r Request<'_>) -> Self {
        let secure = request.rocket().state::<Config>().is_some_and(|config| config.cookies.secure);
        Cookies { jar: request.cookies(), secure }
    }

    /// The text of a sealed (encrypted) cookie; nothing when it was not sealed by us.
    pub fn sealed(&self, name: &str) -> Option<String> {
        Some(self.jar.get_private(&self.name(name))?.value().to_owned())
    }

    /// The same, as this answer has set it if it has.
    pub fn pending(&self, name: &str) -> Option<String> {
        Some(self.jar.get_pending(&self.name(name))?.value().to_owned())
    }

    /// Seals a text. Without an age it ends with the browser's session.
    pub fn seal(&self, name: &'static str, text: String, max_age: Option<Duration>) {
        self.jar.add_private(self.build(name, text, max_age));
    }

    /// Seals something as JSON.
    pub fn keep(&self, name: &'static str, what: &impl Serialize, max_age: Duration) {
        if let Ok(text) = serde_json::to_string(what) {
            self.seal(name, text, Some(max_age));
        }
    }

    /// What was sealed there as JSON.
    pub fn kept<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(&self.sealed(name)?).ok()
    }

    /// Removes a sealed cookie.
    pub fn forget(&self, name: &'static str) {
        // Of such a name a browser takes nothing that is not secure, not even its end.
        self.jar.remove_private(Cookie::build(self.name(name)).path("/").secure(self.secure));
    }

    /// The text of a cookie that anybody may read and write.
    pub fn plain(&self, name: &str) -> Option<&'r str> {
        Some(self.jar.get(&self.name(name))?.value())
    }

    /// Keeps a text that is nothing worth hiding.
    pub fn keep_plain(&self, name: &'static str, text: String, max_age: Duration) {
        self.jar.add(self.build(name, text, Some(max_age)));
    }

    /// As browsers know it.
    fn name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if self.secure { format!("__Host-{name}").into() } else { name.into() }
    }

    /// Lax, so that somebody who follows a link from elsewhere is still themselves.
    fn build(&self, name: &'static str, value: String, max_age: Option<Duration>) -> Cookie<'static> {
        let cookie = Cookie::build((self.name(name), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure);
        match max_age {
            // Browsers that do not know max-age keep it until they are closed.
            Some(age) if age < Duration::DAY => cookie.max_age(age).expires(None).build(),
            // For them.
            Some(age) => cookie.max_age(age).expires(OffsetDateTime::now_utc() + age).build(),
            // Rocket would keep it for a week.
            None => cookie.expires(None).build(),
        }
    }
}
