//! Addresses that programs look for on every site (RFC 8615).

use chrono::{DateTime, Duration, DurationRound, SecondsFormat, Utc};
use rocket::response::Redirect;
use rocket::{Route, State, get, routes};

use crate::config::{Config, SiteConfig};
use crate::error::Error;

/// Days for which what stands in `security.txt` is good; asked for later it names a later day.
const GOOD_DAYS: i64 = 90;

/// Its routes.
pub fn routes() -> Vec<Route> {
    routes![change_password, security]
}

/// Where password managers send people.
#[get("/.well-known/change-password")]
pub fn change_password() -> Redirect {
    Redirect::to("/settings/password")
}

/// Whom to tell of a hole in the site (RFC 9116); nothing where nobody says how to reach them.
#[get("/.well-known/security.txt")]
pub fn security(config: &State<Config>) -> Result<String, Error> {
    security_text(&config.site, Utc::now()).ok_or(Error::NotFound)
}

fn security_text(site: &SiteConfig, now: DateTime<Utc>) -> Option<String> {
    let contact = site.contact()?;
    let contact = if contact.contains("://") { contact.to_owned() } else { format!("mailto:{contact}") };
    // The same for a whole day.
    let until = now.duration_trunc(Duration::days(1)).unwrap_or(now) + Duration::days(GOOD_DAYS);
    let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
    let url = &site.url;
    Some(format!(
        "Contact: {contact}\nExpires: {until}\nPreferred-Languages: en\nCanonical: {url}/.well-known/security.txt\n"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn security_txt_says_whom_to_tell_and_until_when() {
        let now = "2026-11-25T18:00:00Z".parse().expect("a time");
        let site = |contact: &str| -> SiteConfig {
            serde_json::from_value(json!({ "url": "https://derp.example", "contact": contact })).expect("a site")
        };
        assert_eq!(
            security_text(&site("derp@example.com"), now).as_deref(),
            Some(
                "Contact: mailto:derp@example.com\nExpires: 2027-02-23T00:00:00Z\nPreferred-Languages: en\n\
                 Canonical: https://derp.example/.well-known/security.txt\n"
            )
        );
        let page = security_text(&site("https://derp.example/report"), now).expect("a text");
        assert!(page.starts_with("Contact: https://derp.example/report\n"), "{page}");
        assert_eq!(security_text(&site(""), now), None);
    }
}
