//! How pages look to whoever asks: a member's settings, or the choice that an anonymous visitor's cookie holds.

use rocket::Request;
use rocket::http::{Cookie, CookieJar, SameSite};
use rocket::time::Duration;

use super::frame::Recognition;
use crate::accounts::{Settings, Theme};
use crate::config::Config;

const COOKIE: &str = "look";

/// How long a browser keeps a choice, in days.
pub const COOKIE_DAYS: i64 = 365;

/// What can be chosen without an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Colours.
    pub theme: Theme,
    /// No motion, whatever the system says.
    pub reduced_motion: bool,
    /// Photos as large as the window.
    pub large_photos: bool,
    /// Only photos that somebody has described, with the words first.
    pub described_only: bool,
}

impl Look {
    /// For this request.
    pub fn of(request: &Request<'_>) -> Self {
        let Recognition(who) = request.local_cache(|| Recognition(Ok(None)));
        match who {
            Ok(Some(session)) => Look::from(&session.settings),
            _ => request.cookies().get(COOKIE).map(|cookie| Look::parse(cookie.value())).unwrap_or_default(),
        }
    }

    /// The classes of the page.
    pub fn classes(self) -> String {
        let theme = match self.theme {
            Theme::System => "",
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::HighContrast => "dark contrast",
        };
        let all = [theme, if self.reduced_motion { "calm" } else { "" }, if self.large_photos { "large" } else { "" }];
        all.iter().filter(|class| !class.is_empty()).copied().collect::<Vec<_>>().join(" ")
    }

    /// These settings with this look.
    pub fn within(self, settings: &Settings) -> Settings {
        Settings {
            theme: self.theme,
            reduced_motion: self.reduced_motion,
            large_photos: self.large_photos,
            described_only: self.described_only,
            ..settings.clone()
        }
    }

    /// Keeps the choice in the browser.
    pub fn keep(self, jar: &CookieJar<'_>, config: &Config) {
        let cookie = Cookie::build((COOKIE, self.spell())).path("/").http_only(true).same_site(SameSite::Lax);
        jar.add(cookie.secure(config.cookies.secure).max_age(Duration::days(COOKIE_DAYS)));
    }

    /// Words with dots between them. It says nothing worth hiding; what is not known is left out.
    fn spell(self) -> String {
        let theme = match self.theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::HighContrast => "contrast",
        };
        let mut words = vec![theme];
        for (chosen, word) in
            [(self.reduced_motion, "calm"), (self.large_photos, "large"), (self.described_only, "described")]
        {
            if chosen {
                words.push(word);
            }
        }
        words.join(".")
    }

    fn parse(text: &str) -> Self {
        let mut look = Look::default();
        for word in text.split('.') {
            match word {
                "light" => look.theme = Theme::Light,
                "dark" => look.theme = Theme::Dark,
                "contrast" => look.theme = Theme::HighContrast,
                "calm" => look.reduced_motion = true,
                "large" => look.large_photos = true,
                "described" => look.described_only = true,
                _ => {}
            }
        }
        look
    }
}

impl From<&Settings> for Look {
    fn from(settings: &Settings) -> Self {
        Look {
            theme: settings.theme,
            reduced_motion: settings.reduced_motion,
            large_photos: settings.large_photos,
            described_only: settings.described_only,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_survives_its_cookie_and_rubbish_is_no_look() {
        for theme in [Theme::System, Theme::Light, Theme::Dark, Theme::HighContrast] {
            let look = Look { theme, reduced_motion: true, large_photos: false, described_only: true };
            assert_eq!(Look::parse(&look.spell()), look);
        }
        assert_eq!(Look::parse("\"><script>.dark.dark"), Look { theme: Theme::Dark, ..Look::default() });
        assert_eq!(Look::parse(""), Look::default());
    }
}
