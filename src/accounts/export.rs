//! What is kept about a member, for the member to take along.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::security_log::{self, SecurityEntry, SecurityFilter};
use super::session::{self, Listed};
use super::{Role, Settings, settings};

/// Entries of the audit log at most, the newest first.
const ENTRIES: i64 = 1000;

/// All of it but for what proves who somebody is: nobody can log in with anything in here.
#[derive(Debug, Serialize)]
pub struct Export {
    account: Person,
    settings: Settings,
    sessions: Vec<Listed>,
    two_factor: Option<TwoFactor>,
    links_in_mails: Vec<Link>,
    done_to_the_account: Vec<Entry>,
    security_events: Vec<SecurityEntry>,
}

#[derive(Debug, Serialize)]
struct Person {
    username: String,
    display_name: String,
    about: String,
    /// The photo that they are shown with.
    avatar: Option<i64>,
    role: Role,
    email: Option<String>,
    email_verified_at: Option<DateTime<Utc>>,
    joined_at: DateTime<Utc>,
    logged_in_at: Option<DateTime<Utc>>,
    deletion_due_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize)]
struct TwoFactor {
    begun_at: DateTime<Utc>,
    confirmed_at: Option<DateTime<Utc>>,
    recovery_codes_left: i64,
}

#[derive(Debug, Serialize)]
struct Link {
    purpose: String,
    email: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
}

/// Who did it is the site's to know.
#[derive(Debug, Serialize)]
struct Entry {
    at: DateTime<Utc>,
    action: String,
    detail: String,
}

/// Reads it. `RowNotFound` when the account is gone.
pub async fn export(conn: &mut PgConnection, account: i64) -> Result<Export, sqlx::Error> {
    let person = sqlx::query_as!(
        Person,
        r#"SELECT username, display_name, about, avatar, role AS "role: Role", email, email_verified_at,
                  created_at AS joined_at, logged_in_at, deletion_due_at
           FROM accounts WHERE id = $1 AND deleted_at IS NULL"#,
        account
    )
    .fetch_one(&mut *conn)
    .await?;
    let two_factor = sqlx::query_as!(
        TwoFactor,
        r#"SELECT begun_at, confirmed_at,
                  (SELECT count(*) FROM recovery_codes r WHERE r.account = t.account AND r.used_at IS NULL)
                      AS "recovery_codes_left!"
           FROM two_factor t WHERE account = $1"#,
        account
    )
    .fetch_optional(&mut *conn)
    .await?;
    let links_in_mails = sqlx::query_as!(
        Link,
        r#"SELECT purpose::text AS "purpose!", email, created_at, expires_at, used_at
           FROM tokens WHERE account = $1 ORDER BY created_at DESC"#,
        account
    )
    .fetch_all(&mut *conn)
    .await?;
    let done_to_the_account = sqlx::query_as!(
        Entry,
        "SELECT at, action, detail FROM audit_log WHERE account = $1 ORDER BY id DESC LIMIT $2",
        account,
        ENTRIES
    )
    .fetch_all(&mut *conn)
    .await?;
    let filter = SecurityFilter { account: Some(account), limit: ENTRIES, ..SecurityFilter::default() };
    let security_events = security_log::list(&mut *conn, filter).await?;
    let settings = settings::find(&mut *conn, account).await?;
    let sessions = session::list(conn, account).await?;
    Ok(Export { account: person, settings, sessions, two_factor, links_in_mails, done_to_the_account, security_events })
}
