//! Text that people write about their photos, checked so that it can be shown anywhere.

use crate::accounts::name::is_visible;

/// The longest name and species, in characters.
pub const NAME_LENGTH: usize = 40;

/// The longest description, in characters.
pub const DESCRIPTION_LENGTH: usize = 500;

/// One line of visible text, 1 to 40 characters: an animal's name, or what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Reads it as it was typed; the error says what to do about `what` ("the animal's name").
    pub fn parse(typed: &str, what: &str) -> Result<Self, String> {
        let text = line(typed)
            .map_err(|()| format!("{} has a character that cannot be shown. Type it again.", capital(what)))?;
        if !text.chars().any(is_visible) {
            return Err(format!("Enter {what}."));
        }
        shorter(text, NAME_LENGTH, what).map(Name)
    }

    /// As it is stored and shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A description for people who cannot see the photo, at most 500 characters; may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description(String);

impl Description {
    /// Reads it as it was typed; the error says what to do.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let what = "the description";
        let text = line(typed)
            .map_err(|()| format!("{} has a character that cannot be shown. Type it again.", capital(what)))?;
        if !text.chars().any(is_visible) {
            return Ok(Description::default());
        }
        shorter(text, DESCRIPTION_LENGTH, what).map(Description)
    }

    /// As it is stored and shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Single spaces instead of line breaks and the like; refuses other control characters. What changes the direction of text is
/// closed at its end, so that it cannot reach what stands behind it on a page.
fn line(typed: &str) -> Result<String, ()> {
    let words: Vec<&str> = typed.split_whitespace().collect();
    let text = words.join(" ");
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFFE}' | '\u{FFFF}')) {
        return Err(());
    }
    Ok(closed(text))
}

fn closed(mut text: String) -> String {
    let mut open = vec![];
    for c in text.chars() {
        match c {
            // Embeddings and overrides end with "pop directional formatting", isolates with "pop directional isolate".
            '\u{202A}' | '\u{202B}' | '\u{202D}' | '\u{202E}' => open.push('\u{202C}'),
            '\u{2066}'..='\u{2068}' => open.push('\u{2069}'),
            '\u{202C}' | '\u{2069}' if open.last() == Some(&c) => {
                open.pop();
            }
            _ => {}
        }
    }
    text.extend(open.into_iter().rev());
    text
}

fn shorter(text: String, most: usize, what: &str) -> Result<String, String> {
    let length = text.chars().count();
    if length > most {
        return Err(format!("{} must have {most} characters or fewer; it has {length}.", capital(what)));
    }
    Ok(text)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(typed: &str) -> Result<String, String> {
        Name::parse(typed, "the animal's name").map(|name| name.0)
    }

    #[test]
    fn names_are_one_line_without_needless_spaces() {
        assert_eq!(name("  Sir \t Barks\r\na lot "), Ok("Sir Barks a lot".into()));
        assert_eq!(name("Żółw 🐢👨‍👩‍👧"), Ok("Żółw 🐢👨‍👩‍👧".into()));
    }

    #[test]
    fn control_characters_are_refused() {
        for typed in ["a\0b", "\u{7}bell", "del\u{7f}", "c1\u{9b}31m", "\u{1b}[31m"] {
            assert_eq!(
                name(typed),
                Err("The animal's name has a character that cannot be shown. Type it again.".into())
            );
        }
    }

    #[test]
    fn invisible_names_are_missing_names() {
        for typed in ["", " \n ", "\u{200b}\u{feff}", "\u{202e}", "\u{3164}", "\u{2800}"] {
            assert_eq!(name(typed), Err("Enter the animal's name.".into()), "{typed:?}");
        }
        assert_eq!(Description::parse(" \u{200b} "), Ok(Description::default()));
    }

    #[test]
    fn a_change_of_direction_ends_with_the_name() {
        assert_eq!(name("\u{202e}edoN"), Ok("\u{202e}edoN\u{202c}".into()));
        assert_eq!(name("\u{2067}נודל\u{202b}x"), Ok("\u{2067}נודל\u{202b}x\u{202c}\u{2069}".into()));
        assert_eq!(name("\u{2066}a\u{2069}b"), Ok("\u{2066}a\u{2069}b".into()));
        assert_eq!(name("ملك"), Ok("ملك".into()));
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(name(&"ü".repeat(40)).is_ok());
        assert_eq!(name(&"ü".repeat(41)), Err("The animal's name must have 40 characters or fewer; it has 41.".into()));
        assert!(Description::parse(&"ü".repeat(500)).is_ok());
        assert!(Description::parse(&"ü".repeat(501)).is_err());
    }
}
