//! What a member has chosen.

use sqlx::{PgConnection, Postgres, Transaction};

use crate::mail::OptionalMail;

/// Colours of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::Type, serde::Serialize, serde::Deserialize)]
#[sqlx(type_name = "theme", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// Black, white and yellow.
    HighContrast,
}

/// Every setting of an account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Settings {
    /// May others see the profile?
    pub profile_public: bool,
    /// Does it show how they vote?
    pub show_own_votes: bool,
    /// May others see the photos that they saved?
    pub favourites_public: bool,
    pub theme: Theme,
    /// No motion, whatever the system says.
    pub reduced_motion: bool,
    /// Photos as large as the window.
    pub large_photos: bool,
    /// Do the keys 1 to 9 and 0 vote?
    pub digit_shortcuts: bool,
    /// Only photos that somebody has described in words.
    pub described_only: bool,
    /// A name from the time zone database, as in `Europe/Berlin`.
    pub time_zone: String,
    /// A mail when a photo of theirs is ready or has failed.
    pub mail_photos: bool,
    /// A mail every week on how their photos did.
    pub mail_digest: bool,
}

/// Makes the row of defaults, once.
pub(super) async fn ensure(tx: &mut Transaction<'_, Postgres>, account: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("INSERT INTO settings (account) VALUES ($1) ON CONFLICT DO NOTHING", account)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// The settings of an account.
pub async fn find(conn: &mut PgConnection, account: i64) -> Result<Settings, sqlx::Error> {
    sqlx::query_as!(
        Settings,
        r#"SELECT profile_public, show_own_votes, favourites_public, theme AS "theme: Theme", reduced_motion, large_photos,
                  digit_shortcuts, described_only, time_zone, mail_photos, mail_digest
           FROM settings WHERE account = $1"#,
        account
    )
    .fetch_one(conn)
    .await
}

/// Stores all of them.
pub async fn save(tx: &mut Transaction<'_, Postgres>, account: i64, settings: &Settings) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE settings
         SET profile_public = $2, show_own_votes = $3, theme = $4, reduced_motion = $5, large_photos = $6,
             digit_shortcuts = $7, described_only = $8, time_zone = $9, mail_photos = $10, mail_digest = $11, favourites_public = $12
         WHERE account = $1",
        account,
        settings.profile_public,
        settings.show_own_votes,
        settings.theme as Theme,
        settings.reduced_motion,
        settings.large_photos,
        settings.digit_shortcuts,
        settings.described_only,
        settings.time_zone,
        settings.mail_photos,
        settings.mail_digest,
        settings.favourites_public
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Does an account want such mails, and has its owner shown that they read its address? The house does not.
pub async fn wants(conn: &mut PgConnection, account: i64, mails: OptionalMail) -> Result<bool, sqlx::Error> {
    let wants = sqlx::query!(
        "SELECT s.mail_photos, s.mail_digest FROM settings s JOIN accounts a ON a.id = s.account
         WHERE s.account = $1 AND a.email_verified_at IS NOT NULL AND a.suspended_at IS NULL",
        account
    )
    .fetch_optional(conn)
    .await?;
    Ok(wants.is_some_and(|wants| match mails {
        OptionalMail::Photos => wants.mail_photos,
        OptionalMail::Digest => wants.mail_digest,
        // Each is asked for on its own, and only then owed.
        OptionalMail::AwaitedPhotos => true,
    }))
}

/// Ends such mails, of those that are a setting. Repeating it, or an account that is gone, changes nothing.
pub async fn unsubscribe(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    mails: OptionalMail,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE settings SET mail_photos = mail_photos AND NOT $2, mail_digest = mail_digest AND NOT $3 WHERE account = $1",
        account,
        mails == OptionalMail::Photos,
        mails == OptionalMail::Digest
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
