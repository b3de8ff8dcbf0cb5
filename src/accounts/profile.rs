//! What members say of themselves, and who may see it.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

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

/// A member as others see them.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Their account; never shown.
    pub account: i64,
    /// The name in URLs.
    pub username: String,
    /// The name as shown.
    pub display_name: String,
    /// What they say about themselves; may be empty.
    pub about: String,
    pub since: DateTime<Utc>,
    /// May others see it?
    pub public: bool,
    /// Does it show how they vote?
    pub shows_votes: bool,
    /// Does it lead to the photos that they saved?
    pub shows_favourites: bool,
}

/// The profile at this name, if this viewer may see it: what is hidden, suspended, deleted or about to be is looked up in the
/// same way as what never was, and gives the same. Their own hidden one members do see.
pub async fn find(
    conn: &mut PgConnection,
    username: &str,
    viewer: Option<i64>,
) -> Result<Option<Profile>, sqlx::Error> {
    let username = username.to_ascii_lowercase();
    if !username.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_')) {
        return Ok(None); // nobody's
    }
    sqlx::query_as!(
        Profile,
        r#"SELECT a.id AS account, a.username, a.display_name, a.about, a.created_at AS since,
                  coalesce(c.profile_public, true) AND a.deletion_due_at IS NULL AS "public!",
                  coalesce(c.show_own_votes, true) AS "shows_votes!",
                  coalesce(c.favourites_public, false) AS "shows_favourites!"
           FROM accounts a LEFT JOIN settings c ON c.account = a.id
           WHERE a.username = $1 AND a.suspended_at IS NULL AND a.deleted_at IS NULL
             AND (coalesce(c.profile_public, true) AND a.deletion_due_at IS NULL OR a.id = $2)"#,
        username,
        viewer
    )
    .fetch_optional(conn)
    .await
}

/// The name in URLs of an account whose profile everybody may see.
pub async fn public_username(conn: &mut PgConnection, account: i64) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT a.username FROM accounts a LEFT JOIN settings c ON c.account = a.id
         WHERE a.id = $1 AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.deletion_due_at IS NULL
           AND coalesce(c.profile_public, true)",
        account
    )
    .fetch_optional(conn)
    .await
}
