//! What members say of themselves.

use sqlx::{Postgres, Transaction};

use super::DisplayName;
use super::name::is_invisible;
use crate::error::Error;

/// The longest text about oneself, in characters.
pub const ABOUT_LENGTH: usize = 1000;

/// A text about oneself, in paragraphs; may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About(String);

impl About {
    /// Reads it as it was typed. `Invalid` says what to change.
    pub fn parse(typed: &str) -> Result<Self, Error> {
        let text = typed.replace("\r\n", "\n").trim().to_owned();
        let length = text.chars().count();
        if length > ABOUT_LENGTH {
            let message = format!("Shorten the text to {ABOUT_LENGTH} characters; it has {length}.");
            return Err(Error::invalid("about", message));
        }
        if text.chars().any(|c| is_invisible(c) && c != '\n') {
            return Err(Error::invalid("about", "Remove the invisible characters from the text."));
        }
        Ok(About(text))
    }
}

/// Stores name and text.
pub async fn save(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    display_name: &DisplayName,
    about: &About,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE accounts SET display_name = $2, about = $3 WHERE id = $1",
        account,
        display_name.as_str(),
        about.0
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
