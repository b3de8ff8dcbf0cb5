//! What every answer forbids, and how cookies are spelt.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Header;
use rocket::shield::{Frame, NoSniff, Policy, Referrer, Shield};
use rocket::{Request, Response};

/// Nothing but our own files, and no inline script or style.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                   form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Default)]
struct ContentSecurityPolicy;

impl Policy for ContentSecurityPolicy {
    const NAME: &'static str = "Content-Security-Policy";

    fn header(&self) -> Header<'static> {
        Header::new(Self::NAME, CSP)
    }
}

/// Browsers that came over HTTPS once never come without it again.
#[derive(Default)]
struct HttpsOnly;

impl Policy for HttpsOnly {
    const NAME: &'static str = "Strict-Transport-Security";

    fn header(&self) -> Header<'static> {
        Header::new(Self::NAME, "max-age=63072000")
    }
}

/// Windows of other sites cannot reach into ours.
#[derive(Default)]
struct OwnWindow;

impl Policy for OwnWindow {
    const NAME: &'static str = "Cross-Origin-Opener-Policy";

    fn header(&self) -> Header<'static> {
        Header::new(Self::NAME, "same-origin")
    }
}

/// Rocket's shield with our policies. With no-referrer our own forms would say `Origin: null`. Rocket cannot know whether a
/// proxy in front of it speaks HTTPS; the setting for cookies does.
pub fn shield(https: bool) -> Shield {
    let shield = Shield::new()
        .enable(NoSniff::default())
        .enable(ContentSecurityPolicy)
        .enable(Frame::Deny)
        .enable(Referrer::SameOrigin)
        .enable(OwnWindow);
    if https { shield.enable(HttpsOnly) } else { shield }
}

/// Pages of accounts are in no cache, so that on a shared computer nobody finds them after a logout, by going back or on the
/// disk. Whatever is answered there, errors and redirects included.
pub struct NoStore;

/// Everything below these.
const ACCOUNT_PAGES: [&str; 7] = ["/join", "/login", "/logout", "/ops", "/password", "/settings", "/verify"];

#[rocket::async_trait]
impl Fairing for NoStore {
    fn info(&self) -> Info {
        Info { name: "no-store", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        if is_account_page(request.uri().path().as_str()) {
            response.set_header(Header::new("Cache-Control", "no-store"));
        }
    }
}

fn is_account_page(path: &str) -> bool {
    let below = |page: &str| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    ACCOUNT_PAGES.into_iter().any(below)
}

/// lynx takes `SameSite` for a cookie of its own, to which the attributes behind it then belong:
/// without this its cookies would be good for one folder only.
pub struct SameSiteLast;

#[rocket::async_trait]
impl Fairing for SameSiteLast {
    fn info(&self) -> Info {
        Info { name: "SameSite last", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, _: &'r Request<'_>, response: &mut Response<'r>) {
        let cookies: Vec<String> = response.headers().get("Set-Cookie").map(same_site_last).collect();
        response.remove_header("Set-Cookie");
        for cookie in cookies {
            response.adjoin_raw_header("Set-Cookie", cookie);
        }
    }
}

/// Where a cookie ends at once, an `Expires` would say no more: it is not worth its bytes in every vote.
fn same_site_last(cookie: &str) -> String {
    let ends = cookie.contains("; Max-Age=0;");
    let parts = cookie.split("; ").filter(|part| !(ends && part.starts_with("Expires=")));
    let (same_site, mut parts): (Vec<&str>, Vec<&str>) = parts.partition(|part| part.starts_with("SameSite="));
    parts.extend(same_site);
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::{is_account_page, same_site_last};

    #[test]
    fn account_pages_are_told_by_whole_names() {
        assert!(
            ["/login", "/login/code", "/settings/two-factor/qr.svg", "/ops/audit"].into_iter().all(is_account_page)
        );
        assert!(!["/", "/loginx", "/u/settings", "/submissions/1"].into_iter().any(is_account_page));
    }

    #[test]
    fn a_cookies_path_comes_before_its_same_site() {
        let cookie = "visitor=x; HttpOnly; SameSite=Lax; Path=/; Max-Age=60";
        assert_eq!(same_site_last(cookie), "visitor=x; HttpOnly; Path=/; Max-Age=60; SameSite=Lax");
        assert_eq!(same_site_last("visitor=x; Path=/"), "visitor=x; Path=/");
    }
}
