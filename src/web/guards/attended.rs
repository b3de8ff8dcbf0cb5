//! Does a person look at the answer? Browsers fetch ahead what nobody may open, and programs read links that nobody follows.

use std::convert::Infallible;

use rocket::Request;
use rocket::http::Method;
use rocket::request::{FromRequest, Outcome};

/// Headers by which browsers say that they fetch ahead, as they are and as they were.
const AHEAD: [&str; 4] = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"];

/// A browser asks because its person followed a link, as far as can be told.
pub struct Attended(pub bool);

impl Attended {
    fn of(request: &Request<'_>) -> Self {
        let headers = request.headers();
        let says = |value: &str| ["prefetch", "prerender", "preview"].iter().any(|word| value.contains(word));
        let ahead = AHEAD.into_iter().flat_map(|name| headers.get(name)).any(says);
        let agent = headers.get_one("User-Agent").unwrap_or_default();
        Attended(request.method() == Method::Get && !ahead && !agent.is_empty() && !is_robot(agent))
    }
}

/// Those that say so; the others have no cookie of somebody who has rated.
fn is_robot(agent: &str) -> bool {
    let known = woothee::parser::Parser::new().parse(agent).is_some_and(|known| known.category == "crawler");
    let small = agent.to_ascii_lowercase();
    known || ["bot", "crawl", "spider", "preview", "facebookexternalhit"].iter().any(|word| small.contains(word))
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Attended {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Attended::of(request))
    }
}

#[cfg(test)]
mod tests {
    use super::is_robot;

    #[test]
    fn robots_are_told_from_browsers() {
        for robot in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Twitterbot/1.0",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "WhatsApp/2.23 LinkPreview",
        ] {
            assert!(is_robot(robot), "{robot}");
        }
        for browser in ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "w3m/0.5.3"] {
            assert!(!is_robot(browser), "{browser}");
        }
    }
}
