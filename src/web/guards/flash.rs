//! A sentence that is said once, on the next page. Rocket's own `Flash` is a plain cookie, which other programs on the same
//! host could write; this one is sealed.

use rocket::Request;
use rocket::http::Method;
use rocket::time::Duration;

use super::cookies::Cookies;
use super::hx::Partial;

const COOKIE: &str = "flash";
const KEPT_MINUTES: i64 = 5;

/// Says this on the next page.
pub fn say(cookies: &Cookies<'_>, sentence: &str) {
    cookies.seal(COOKIE, sentence.to_owned(), Some(Duration::minutes(KEPT_MINUTES)));
}

/// The same, unless the page before has left something to be said, which matters more.
pub fn say_if_silent(cookies: &Cookies<'_>, sentence: &str) {
    if cookies.pending(COOKIE).is_none() {
        say(cookies, sentence);
    }
}

/// What is to be said on this page, once. A fragment has no place for it.
pub fn take(request: &Request<'_>) -> Option<String> {
    if request.method() != Method::Get || Partial::of(request).0 {
        return None;
    }
    let cookies = Cookies::of(request);
    let sentence = cookies.pending(COOKIE)?;
    cookies.forget(COOKIE);
    Some(sentence)
}
