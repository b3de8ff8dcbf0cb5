//! Browsers that are logged in.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::proof::Proof;
use super::security_log::{self, SecurityEvent};
use super::token::Token;
use super::{Account, Role, Settings, Theme, settings};
use crate::mail::{self, Notification};

/// Hours without a visit after which a browser is logged out.
pub const IDLE_HOURS: i32 = 24;

/// The same in days where the member asked to stay logged in.
pub const REMEMBERED_DAYS: i32 = 60;

/// Hours after which a browser of a moderator, observer or operator is logged out whatever they chose, so that what may do much is
/// not open for long.
const PRIVILEGED_HOURS: i32 = 12;

/// Days after which a member's browser is logged out however often it was used.
pub const LONGEST_DAYS: i32 = 90;

/// A browser that is logged in, with whom.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its number in the member's list.
    pub id: i64,
    /// Who.
    pub account: Account,
    /// What they have chosen.
    pub settings: Settings,
}

/// What is known of a browser at login.
#[derive(Debug, Clone)]
pub struct Browser {
    /// In words, as in `Firefox on Linux`.
    pub name: String,
    /// Shortened, as in `192.0.2.x`.
    pub network: String,
}

/// A login that is about to be.
#[derive(Debug, Clone, Copy)]
pub struct Login<'a> {
    /// What is known of the browser.
    pub browser: &'a Browser,
    /// Was this account logged in with it before?
    pub known: bool,
    /// New for every form that logs somebody in: a form that is sent twice begins one session, which both of its cookies open.
    pub begun_by: Uuid,
    /// Did the member ask to stay logged in?
    pub remembered: bool,
}

/// Logs a browser in; the token is for its cookie alone. Nothing when the proof no longer holds: between comparing a password
/// and this transaction the account was changed. There is no other way to a session.
pub async fn start(
    tx: &mut Transaction<'_, Postgres>,
    proof: &Proof,
    login: Login<'_>,
) -> Result<Option<Token>, sqlx::Error> {
    // The lock comes first: whoever ends sessions takes it too, and so sees this one or makes the proof worthless.
    if !proof.holds(tx).await? {
        return Ok(None);
    }
    let account = proof.account();
    // A form that is sent twice is one login.
    if !just_started(tx, account, login.begun_by).await? {
        note_login(tx, account, login.browser, login.known).await?;
        security_log::record(tx, SecurityEvent::LoggedIn, Some(account), Some(&login.browser.network)).await?;
    }
    // Whoever lost their settings, which only a mistake in the database can do, would be logged out again by the next page.
    settings::ensure(tx, account).await?;
    keep(tx, account, login).await.map(Some)
}

/// The token of a new session, or another one of the session that this form has begun already: the browser may take the two
/// answers in either order, so that both of its cookies have to be good.
async fn keep(tx: &mut Transaction<'_, Postgres>, account: i64, login: Login<'_>) -> Result<Token, sqlx::Error> {
    let token = Token::random();
    let doubled = sqlx::query!(
        "UPDATE sessions SET token_hash = $3, doubled_token_hash = token_hash
         WHERE account = $1 AND begun_by = $2 AND created_at > now() - interval '1 minute'",
        account,
        login.begun_by,
        token.hash()
    )
    .execute(&mut **tx)
    .await?;
    if doubled.rows_affected() == 0 {
        sqlx::query!("DELETE FROM sessions WHERE account = $1 AND begun_by = $2", account, login.begun_by)
            .execute(&mut **tx)
            .await?;
        insert(tx, account, &token, login).await?;
    }
    Ok(token)
}

async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    token: &Token,
    login: Login<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sessions (token_hash, account, remembered, network, browser, begun_by, expires_at)
         SELECT $1, id, $3, $4, $5, $9,
                now() + CASE WHEN role <> 'member' THEN make_interval(hours => $8)
                             WHEN $3 THEN make_interval(days => $6)
                             ELSE make_interval(hours => $7) END
         FROM accounts WHERE id = $2",
        token.hash(),
        account,
        login.remembered,
        login.browser.network,
        login.browser.name,
        REMEMBERED_DAYS,
        IDLE_HOURS,
        PRIVILEGED_HOURS,
        login.begun_by
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Notes that somebody has logged in. With a browser that is not `known` for this account, and unless it is the account's
/// first, the member is told by mail.
async fn note_login(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    browser: &Browser,
    known: bool,
) -> Result<(), sqlx::Error> {
    let before = sqlx::query_scalar!(
        "UPDATE accounts a SET logged_in_at = now() FROM accounts before WHERE a.id = $1 AND before.id = a.id
         RETURNING before.logged_in_at",
        account
    )
    .fetch_one(&mut **tx)
    .await?;
    if before.is_some() && !known {
        let (browser, network) = (browser.name.clone(), browser.network.clone());
        mail::enqueue(tx, Notification::NewBrowser { account, browser, network }).await?;
    }
    Ok(())
}

/// Has this form just logged a browser in? Then it is sent a second time. That alone is no reason to let anybody in.
pub async fn just_started(conn: &mut PgConnection, account: i64, begun_by: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM sessions WHERE account = $1 AND begun_by = $2
                                               AND created_at > now() - interval '1 minute') AS "just!""#,
        account,
        begun_by
    )
    .fetch_one(conn)
    .await
}

/// Who is logged in with this token. Notes the visit, at most every five minutes, which also puts the end off.
pub async fn find(conn: &mut PgConnection, token: &Token) -> Result<Option<Session>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT s.id AS session, s.seen_at < now() - interval '5 minutes' AS "stale!",
                  a.id, a.username, a.display_name, a.role AS "role: Role", a.email,
                  a.email_verified_at IS NOT NULL AS "email_verified!", a.about, a.deletion_due_at, a.created_at,
                  c.profile_public, c.show_own_votes, c.favourites_public, c.theme AS "theme: Theme", c.reduced_motion, c.large_photos,
                  c.digit_shortcuts, c.described_only, c.time_zone, c.mail_photos, c.mail_digest
           FROM sessions s JOIN accounts a ON a.id = s.account JOIN settings c ON c.account = a.id
           WHERE s.id = (SELECT id FROM sessions WHERE token_hash = $1 UNION ALL
                         SELECT id FROM sessions WHERE doubled_token_hash = $1 LIMIT 1)
             AND s.expires_at > now() AND a.suspended_at IS NULL AND a.deleted_at IS NULL"#,
        token.hash()
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    if row.stale {
        touch(conn, row.session).await?;
    }
    Ok(Some(Session {
        id: row.session,
        account: Account {
            id: row.id,
            username: row.username,
            display_name: row.display_name,
            role: row.role,
            email: row.email,
            email_verified: row.email_verified,
            about: row.about,
            suspension: None,
            deletion_due_at: row.deletion_due_at,
            created_at: row.created_at,
        },
        settings: Settings {
            profile_public: row.profile_public,
            show_own_votes: row.show_own_votes,
            favourites_public: row.favourites_public,
            theme: row.theme,
            reduced_motion: row.reduced_motion,
            large_photos: row.large_photos,
            digit_shortcuts: row.digit_shortcuts,
            described_only: row.described_only,
            time_zone: row.time_zone,
            mail_photos: row.mail_photos,
            mail_digest: row.mail_digest,
        },
    }))
}

/// A browser in the member's list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Listed {
    /// Its number.
    pub id: i64,
    /// In words.
    pub browser: String,
    /// Shortened.
    pub network: String,
    /// Does it stay logged in?
    pub remembered: bool,
    /// When it was logged in.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to five minutes.
    pub seen_at: DateTime<Utc>,
}

/// Every browser that an account is logged in with, the last used first.
pub async fn list(conn: &mut PgConnection, account: i64) -> Result<Vec<Listed>, sqlx::Error> {
    sqlx::query_as!(
        Listed,
        "SELECT id, browser, network, remembered, created_at, seen_at FROM sessions
         WHERE account = $1 AND expires_at > now() ORDER BY seen_at DESC, id DESC",
        account
    )
    .fetch_all(conn)
    .await
}

/// Logs one browser of an account out; false when it has no such.
pub async fn end(tx: &mut Transaction<'_, Postgres>, account: i64, id: i64) -> Result<bool, sqlx::Error> {
    let ended =
        sqlx::query!("DELETE FROM sessions WHERE account = $1 AND id = $2", account, id).execute(&mut **tx).await?;
    Ok(ended.rows_affected() == 1)
}

/// Logs all browsers of an account out, but for one; gives how many that were.
pub async fn end_others(
    tx: &mut Transaction<'_, Postgres>,
    account: i64,
    kept: Option<i64>,
) -> Result<u64, sqlx::Error> {
    let ended = sqlx::query!("DELETE FROM sessions WHERE account = $1 AND id IS DISTINCT FROM $2", account, kept)
        .execute(&mut **tx)
        .await?;
    Ok(ended.rows_affected())
}

async fn touch(conn: &mut PgConnection, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sessions s
         SET seen_at = now(),
             expires_at = CASE WHEN role <> 'member' THEN s.expires_at
                               ELSE least(s.created_at + make_interval(days => $4),
                                          now() + CASE WHEN remembered THEN make_interval(days => $2)
                                                       ELSE make_interval(hours => $3) END) END
         FROM accounts a
         WHERE s.id = $1 AND a.id = s.account",
        id,
        REMEMBERED_DAYS,
        IDLE_HOURS,
        LONGEST_DAYS
    )
    .execute(conn)
    .await
    .map(drop)
}
