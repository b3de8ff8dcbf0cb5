//! What every page shows around its own matter: who is logged in, how it looks to them, and what is said once.

use chrono::{DateTime, Utc};
use rocket::Request;
use serde::Serialize;

use super::return_to::login_path;
use crate::accounts::session::Session;
use crate::config::Config;
use crate::web::guards::appearance::Appearance;
use crate::web::guards::flash;
use crate::web::guards::privileged::PasswordOnly;
use crate::web::guards::session::CurrentSession;

/// What templates know as `@root.layout`.
#[derive(Serialize)]
pub struct Layout {
    me: Option<Me>,
    /// Classes of the page.
    appearance: String,
    large: bool,
    digits: bool,
    zone: Option<String>,
    said: Option<String>,
    password_only: bool,
    /// The login form, which leads back here.
    login: String,
    /// The site's own address.
    site: String,
}

#[derive(Serialize)]
struct Me {
    moderator: bool,
    observer: bool,
    operator: bool,
    username: String,
    display_name: String,
    verified: bool,
    leaving: Option<DateTime<Utc>>,
}

impl Layout {
    /// Around the answer to this request. Takes what the page before left to be said.
    pub fn of(request: &Request<'_>) -> Self {
        let session = CurrentSession::found(request);
        let appearance = Appearance::of(request);
        Layout {
            me: session.map(Me::from),
            appearance: appearance.classes(),
            large: appearance.large_photos,
            digits: session.is_some_and(|session| session.settings.digit_shortcuts),
            zone: session.map(|session| session.settings.time_zone.clone()),
            said: flash::take(request),
            password_only: PasswordOnly::of(request),
            login: login_path(request),
            site: request.rocket().state::<Config>().map_or_else(String::new, |config| config.site.url.clone()),
        }
    }
}

impl From<&Session> for Me {
    fn from(session: &Session) -> Self {
        Me {
            moderator: session.account.role.moderates(),
            observer: session.account.role.observes(),
            operator: session.account.role.operates(),
            username: session.account.username.clone(),
            display_name: session.account.display_name.clone(),
            verified: session.account.email_verified,
            leaving: session.account.deletion_due_at,
        }
    }
}
