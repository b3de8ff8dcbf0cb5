//! How pages look to whoever asks: a member's settings, or the choice that an anonymous visitor's cookie holds.

use rocket::Request;
use rocket::time::Duration;

use super::cookies::Cookies;
use super::session::CurrentSession;
use crate::accounts::{Settings, Theme};

const COOKIE: &str = "appearance";

/// How long a browser keeps a choice, in days.
pub const COOKIE_DAYS: i64 = 365;

/// What can be chosen without an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Appearance {
    pub theme: Theme,
    /// No motion, whatever the system says.
    pub reduced_motion: bool,
    /// Photos as large as the window.
    pub large_photos: bool,
    /// Only photos that somebody has described, with the words first.
    pub described_only: bool,
}

impl Appearance {
    /// For this request.
    pub fn of(request: &Request<'_>) -> Self {
        match CurrentSession::found(request) {
            Some(session) => Appearance::from(&session.settings),
            None => Cookies::of(request).plain(COOKIE).map(Appearance::parse).unwrap_or_default(),
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

    /// These settings with this appearance.
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
    pub fn keep(self, cookies: &Cookies<'_>) {
        cookies.keep_plain(COOKIE, self.to_cookie(), Duration::days(COOKIE_DAYS));
    }

    /// Words with dots between them. It says nothing worth hiding; what is not known is left out.
    fn to_cookie(self) -> String {
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
        let mut appearance = Appearance::default();
        for word in text.split('.') {
            match word {
                "light" => appearance.theme = Theme::Light,
                "dark" => appearance.theme = Theme::Dark,
                "contrast" => appearance.theme = Theme::HighContrast,
                "calm" => appearance.reduced_motion = true,
                "large" => appearance.large_photos = true,
                "described" => appearance.described_only = true,
                _ => {}
            }
        }
        appearance
    }
}

impl From<&Settings> for Appearance {
    fn from(settings: &Settings) -> Self {
        Appearance {
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
            let appearance = Appearance { theme, reduced_motion: true, large_photos: false, described_only: true };
            assert_eq!(Appearance::parse(&appearance.to_cookie()), appearance);
        }
        assert_eq!(
            Appearance::parse("\"><script>.dark.dark"),
            Appearance { theme: Theme::Dark, ..Appearance::default() }
        );
        assert_eq!(Appearance::parse(""), Appearance::default());
    }
}
