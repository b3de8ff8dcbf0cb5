//! What people are called.

use crate::error::Error;

/// The name in URLs: 3 to 20 small letters, digits, `-` and `_`, beginning with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

/// Names that would mislead, or that addresses of the site and its mail need.
const RESERVED: &[&str] = &[
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "anonymous",
    "api",
    "everybody",
    "everyone",
    "help",
    "hostmaster",
    "house",
    "info",
    "join",
    "login",
    "logout",
    "mail",
    "me",
    "moderator",
    "moderators",
    "nobody",
    "noreply",
    "no-reply",
    "observer",
    "observers",
    "official",
    "operator",
    "operators",
    "ops",
    "owner",
    "postmaster",
    "privacy",
    "ratemyderp",
    "root",
    "security",
    "settings",
    "staff",
    "support",
    "system",
    "team",
    "terms",
    "webmaster",
];

impl Username {
    /// Reads a name as it was typed; capital letters become small ones. `Invalid` says what to change.
    pub fn parse(typed: &str) -> Result<Self, Error> {
        let name = typed.trim().to_lowercase();
        let refuse = |message: &str| Err(Error::invalid("username", message));
        if name.is_empty() {
            return refuse("Choose a username.");
        }
        if !name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_')) {
            return refuse("Use only the letters a to z, digits, - and _ in the username.");
        }
        if !(3..=20).contains(&name.len()) {
            return refuse("Choose a username of 3 to 20 characters.");
        }
        if name.starts_with(['-', '_']) {
            return refuse("Begin the username with a letter or a digit.");
        }
        if RESERVED.contains(&name.as_str()) || name.starts_with("deleted-") {
            return refuse("This username is not available. Choose another one.");
        }
        Ok(Username(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name as shown: 1 to 60 characters of any script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(String);

/// The longest display name, in characters.
pub const DISPLAY_NAME_LENGTH: usize = 60;

impl DisplayName {
    /// Reads a name as it was typed; runs of white space become one space. `Invalid` says what to change.
    pub fn parse(typed: &str) -> Result<Self, Error> {
        let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        let refuse = |message: String| Err(Error::invalid("display_name", message));
        let length = name.chars().count();
        if length > DISPLAY_NAME_LENGTH {
            return refuse(format!("Shorten the name to {DISPLAY_NAME_LENGTH} characters; it has {length}."));
        }
        if name.chars().any(is_invisible) {
            return refuse("Remove the invisible characters from the name.".into());
        }
        if !name.chars().any(is_visible) {
            return refuse("Enter the name that others will see.".into());
        }
        Ok(DisplayName(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, and those that turn or join the text around them (Unicode's bidirectional controls and zero-width
/// characters, but for the joiners that scripts and emoji need).
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Neither a space nor something that only steers its neighbours.
pub fn is_visible(c: char) -> bool {
    !c.is_whitespace()
        && !matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_small_and_plain() {
        assert_eq!(Username::parse(" Noodle_7 ").expect("a name").as_str(), "noodle_7");
        for wrong in ["", "ab", "a b c", "nööd", "-noodle", "_noodle", "house", "ADMIN", "deleted-7", &"x".repeat(21)]
        {
            assert!(Username::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn display_names_are_anything_that_can_be_seen() {
        assert_eq!(DisplayName::parse("  Zoë   Müller\n").expect("a name").as_str(), "Zoë Müller");
        assert!(DisplayName::parse("👩‍🚀 נועה").is_ok());
        for wrong in
            ["", "   ", "\u{3164}", "\u{2800}\u{AD}", "a\u{61C}b", "a\u{202E}b", "a\0b", "\u{200B}", &"x".repeat(61)]
        {
            assert!(DisplayName::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
