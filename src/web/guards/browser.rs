//! What is known of a browser, as its owner sees it in the list of sessions.

use std::convert::Infallible;

use rocket::Request;
use rocket::request::{FromRequest, Outcome};

use super::limits::Network;
use crate::accounts::session::Browser;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Browser {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let network = Network::of(request).to_string();
        let name = request.headers().get_one("User-Agent").map_or_else(unknown, in_words);
        Outcome::Success(Browser { name, network })
    }
}

/// As in `Firefox on Linux`; text browsers by the first word they say of themselves.
fn in_words(agent: &str) -> String {
    if let Some(known) = woothee::parser::Parser::new().parse(agent)
        && known.name != "UNKNOWN"
    {
        let system = if known.os == "UNKNOWN" { "an unknown system" } else { known.os };
        return format!("{} on {system}", known.name);
    }
    let word: String = agent.chars().take_while(char::is_ascii_alphanumeric).take(20).collect();
    if word.is_empty() { unknown() } else { word }
}

fn unknown() -> String {
    "Unknown browser".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_as_people_name_them() {
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            ("w3m/0.5.3+git20230121", "w3m"),
            ("Lynx/2.9.0dev.12 libwww-FM/2.14FM", "Lynx"),
            ("", "Unknown browser"),
            ("<script>", "Unknown browser"),
        ] {
            assert_eq!(in_words(agent), name, "{agent}");
        }
    }
}
