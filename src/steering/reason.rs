//! Why somebody does something.

use crate::error::Error;

const LONGEST: usize = 200;

/// A few words that others will read in the audit log, and beside what they are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Something has to be there, on one line, and not a whole report.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().any(char::is_control) {
            return Err(Error::invalid("reason", "Write the reason in plain characters."));
        }
        match text.chars().count() {
            0..3 => Err(Error::invalid("reason", "Say why, in a few words: others will read it.")),
            3..=LONGEST => Ok(Reason(text)),
            long => {
                Err(Error::invalid("reason", format!("Shorten the reason to {LONGEST} characters; it has {long}.")))
            }
        }
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}
