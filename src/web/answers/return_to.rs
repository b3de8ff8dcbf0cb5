//! Where people go on once they are logged in: back to where they were.

use rocket::Request;
use rocket::http::uri::{Absolute, Origin};
use rocket::http::{Method, RawStr};

/// A path on this site, and nothing else: what a link may ask to come back to.
pub fn local_path(next: &str) -> Option<&str> {
    let inside = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/\\");
    let plain = next.len() <= 500 && next.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    (inside && plain && Origin::parse(next).is_ok()).then_some(next)
}

/// One of our forms, with the page that it leads back to.
pub fn with_return(form: &str, next: &str) -> String {
    match local_path(next) {
        Some(next) => format!("{form}?next={}", RawStr::new(next).percent_encode()),
        None => form.to_owned(),
    }
}

/// The way to log in from the page that is asked for, and back.
pub fn login_path(request: &Request<'_>) -> String {
    let uri = request.uri();
    let passing = ["/login", "/join", "/logout", "/password/", "/verify/"];
    let here = match (request.method(), uri.path().as_str()) {
        (Method::Get, "/login" | "/join") => request.query_value("next").and_then(Result::ok).unwrap_or_default(),
        (Method::Get, "/") => String::new(),
        (Method::Get, path) if !passing.iter().any(|passing| path.starts_with(passing)) => uri.to_string(),
        _ => String::new(),
    };
    with_return("/login", &here)
}

/// The same from a page that is for members only. Of one that was posted what was typed is gone; the page that it came from
/// is not.
pub fn login_path_from(request: &Request<'_>) -> String {
    if request.method() == Method::Get {
        return with_return("/login", &request.uri().to_string());
    }
    let host = request.headers().get_one("Host");
    let from = request.headers().get_one("Referer").and_then(|from| Absolute::parse(from).ok());
    let from = from.filter(|from| from.authority().map(|authority| authority.to_string()).as_deref() == host);
    let from = from.map(|from| match from.query() {
        Some(query) => format!("{}?{query}", from.path()),
        None => from.path().to_string(),
    });
    with_return("/login", &from.unwrap_or_else(|| "/".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn nobody_is_led_away() {
        for right in ["/", "/settings", "/submissions/7?statistics=1", "/leaderboard?after=8.25~812"] {
            assert_eq!(local_path(right), Some(right));
        }
        for wrong in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "evil",
            "/a\r\nb",
            "/a b",
            "/\u{2028}",
            "/<x>",
            "/a|b",
            "/\"",
        ] {
            assert_eq!(local_path(wrong), None, "{wrong:?}");
        }
        assert_eq!(local_path(&format!("/{}", "x".repeat(600))), None);
    }
}
