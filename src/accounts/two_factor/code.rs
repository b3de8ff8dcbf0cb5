//! What people type where a code is asked for.

use unicode_normalization::UnicodeNormalization;

use super::recovery::RecoveryCode;
use crate::error::Error;

/// A code as it was typed.
pub enum Code {
    /// Six digits.
    App(String),
    /// A recovery code.
    Recovery(RecoveryCode),
}

impl Code {
    /// Reads one field in which either may stand; spaces and hyphens do not matter. `Invalid` says what is expected.
    pub fn parse(typed: &str) -> Result<Self, Error> {
        // Nobody's code is longer; white space that came along does no harm.
        let plain: String = typed.nfkc().filter(|c| !c.is_whitespace() && !is_hyphen(*c)).take(100).collect();
        if plain.is_empty() {
            return Err(Error::invalid("code", "Enter the code that your app shows."));
        }
        if plain.len() == 6 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Code::App(plain));
        }
        RecoveryCode::parse(&plain)
            .map(Code::Recovery)
            .ok_or_else(|| Error::invalid("code", "A code has 6 digits, as in 123 456. A recovery code has 20."))
    }

    /// The six digits, if it is these.
    pub fn of_app(&self) -> Option<&str> {
        match self {
            Code::App(code) => Some(code),
            Code::Recovery(_) => None,
        }
    }
}

/// The one on the keyboard, and those that word processors make of it.
fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        for typed in ["123456", " 123 456 ", "123-456", "１２３４５６", "123\u{2013}456", "\u{a0}123\u{202f}456\n"]
        {
            assert_eq!(
                Code::parse(typed).ok().and_then(|code| code.of_app().map(String::from)).as_deref(),
                Some("123456"),
                "{typed:?}"
            );
        }
        let recovery = RecoveryCode::random();
        for typed in
            [recovery.to_string(), recovery.to_string().replace(' ', ""), recovery.to_string().replace(' ', "-")]
        {
            assert!(matches!(Code::parse(&typed), Ok(Code::Recovery(_))), "{typed:?}");
        }
    }

    #[test]
    fn anything_else_is_no_code() {
        for typed in ["", "   ", "12345", "1234567", "abcdef", "+12345", "١٢٣٤٥٦", "\0\0\0\0\0\0", &"1".repeat(10_000)]
        {
            assert!(Code::parse(typed).is_err(), "{typed:?}");
        }
    }
}
