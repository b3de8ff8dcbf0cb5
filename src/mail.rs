//! Mail that we owe somebody. Whoever makes it necessary names the event, in the same transaction; a job finds out later
//! whom to tell and what. So a page that makes a mail never knows whether an address exists, and neither its text nor its
//! time can tell.

pub mod check;
pub mod mailer;
mod smtp;
pub mod unsubscribe;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use crate::queue::{self, Job};

pub use mailer::{Mail, Mailer};
pub use smtp::Refusal;
pub use unsubscribe::OptionalMail;

/// What happened that somebody is told of.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Notification {
    /// Somebody gave an address when joining, or asks for the link again.
    VerifyEmail { account: i64 },
    /// A member wants mail at another address.
    ChangeEmail {
        account: i64,
        /// The new address, not theirs yet.
        address: String,
    },
    /// The account has another address now.
    EmailChanged {
        account: i64,
        /// The old one.
        address: String,
    },
    /// Somebody has forgotten their password.
    ResetPassword {
        /// What they typed.
        address: String,
    },
    /// The account has another password now.
    PasswordChanged { account: i64 },
    /// Logging in takes a code from now on, or no longer does.
    TwoFactorChanged { account: i64, on: bool },
    /// A recovery code was used up, by whoever had it.
    RecoveryCodeUsed { account: i64 },
    /// Somebody logged in with a browser in which the member had not been before.
    NewBrowser {
        account: i64,
        /// In words, as in `Firefox on Linux`.
        browser: String,
        /// Shortened, as in `192.0.2.x`.
        network: String,
    },
    /// A member has asked for the account's deletion.
    DeletionPlanned { account: i64 },
    /// People may vote on a photo.
    PhotoReady { submission: i64 },
    /// A photo cannot be used.
    PhotoFailed { submission: i64 },
    /// A moderator decided about a photo, or took that back.
    PhotoModerated {
        /// Its decision.
        decision: i64,
        /// The photo's name, of which nothing is left when it was removed.
        title: String,
        /// Was it taken back?
        undone: bool,
    },
    /// A week is over.
    Digest {
        account: i64,
        /// Its Monday.
        week: NaiveDate,
    },
    /// There are more photos for a member who had seen every one.
    AwaitedPhotos {
        account: i64,
        /// They are behind this place of the deck.
        behind: i64,
        /// Is that a place among the described photos?
        described: bool,
    },
}

impl Notification {
    /// Which of the mails that a member may switch off this is.
    pub fn optional(&self) -> Option<OptionalMail> {
        match self {
            Notification::PhotoReady { .. } | Notification::PhotoFailed { .. } => Some(OptionalMail::Photos),
            Notification::Digest { .. } => Some(OptionalMail::Digest),
            Notification::AwaitedPhotos { .. } => Some(OptionalMail::AwaitedPhotos),
            Notification::VerifyEmail { .. }
            | Notification::ChangeEmail { .. }
            | Notification::EmailChanged { .. }
            | Notification::ResetPassword { .. }
            | Notification::PasswordChanged { .. }
            | Notification::TwoFactorChanged { .. }
            | Notification::RecoveryCodeUsed { .. }
            | Notification::NewBrowser { .. }
            | Notification::DeletionPlanned { .. }
            | Notification::PhotoModerated { .. } => None,
        }
    }

    /// Whom it is about, where it says so.
    fn account(&self) -> Option<i64> {
        match self {
            Notification::VerifyEmail { account }
            | Notification::ChangeEmail { account, .. }
            | Notification::EmailChanged { account, .. }
            | Notification::PasswordChanged { account }
            | Notification::TwoFactorChanged { account, .. }
            | Notification::RecoveryCodeUsed { account }
            | Notification::NewBrowser { account, .. }
            | Notification::DeletionPlanned { account }
            | Notification::Digest { account, .. }
            | Notification::AwaitedPhotos { account, .. } => Some(*account),
            Notification::ResetPassword { .. }
            | Notification::PhotoReady { .. }
            | Notification::PhotoFailed { .. }
            | Notification::PhotoModerated { .. } => None,
        }
    }

    /// The photo that it is about; it is for its owner.
    fn submission(&self) -> Option<i64> {
        match self {
            Notification::PhotoReady { submission } | Notification::PhotoFailed { submission } => Some(*submission),
            _ => None,
        }
    }

    /// A name for the event, where it can be told from others of its kind.
    fn event(&self) -> Option<String> {
        match self {
            Notification::PhotoReady { submission } => Some(format!("photo_ready:{submission}")),
            Notification::PhotoFailed { submission } => Some(format!("photo_failed:{submission}")),
            Notification::Digest { account, week } => Some(format!("digest:{account}:{week}")),
            _ => None,
        }
    }
}

/// Owes somebody a mail: it is sent if the transaction commits. The same event is told once.
pub async fn enqueue(tx: &mut Transaction<'_, Postgres>, notification: Notification) -> Result<(), sqlx::Error> {
    let mail = sqlx::query!(
        r#"INSERT INTO mails (notification, event) VALUES ($1, $2) ON CONFLICT (event) DO NOTHING
           RETURNING id, coalesce($3, (SELECT owner FROM submissions WHERE id = $4)) AS account"#,
        Json(&notification) as _,
        notification.event(),
        notification.account(),
        notification.submission()
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(mail) = mail {
        let job = Job::SendMail { mail: mail.id, optional: notification.optional().is_some() };
        queue::enqueue_about(tx, job, mail.account).await?;
    }
    Ok(())
}

/// Do we owe, or have we sent, this very mail since a minute ago? Its form may be sent a second time.
pub async fn just_owed(conn: &mut PgConnection, notification: &Notification) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM mails WHERE notification = $1 AND created_at > now() - interval '1 minute') AS "just!""#,
        Json(notification) as _
    )
    .fetch_one(conn)
    .await
}

/// A mail that has not been sent.
#[derive(Debug)]
pub struct PendingMail {
    /// What it is about.
    pub notification: Json<Notification>,
    /// The same at every attempt.
    pub message_id: Uuid,
    /// Which attempt this is, from 1.
    pub attempts: i32,
    /// When the event was.
    pub created_at: DateTime<Utc>,
}

/// Begins an attempt, unless the mail has been sent or forgotten. One that was given up gets another chance: an operator has
/// asked for it.
pub async fn begin_attempt(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<Option<PendingMail>, sqlx::Error> {
    sqlx::query_as!(
        PendingMail,
        r#"UPDATE mails SET attempts = attempts + 1, unsent_at = NULL, reason = NULL WHERE id = $1 AND sent_at IS NULL
           RETURNING notification AS "notification: Json<Notification>", message_id, attempts, created_at"#,
        id
    )
    .fetch_optional(&mut **tx)
    .await
}

/// Keeps everybody else from sending this mail until the transaction ends. False when it has been dealt with
/// meanwhile.
pub async fn lock(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<bool, sqlx::Error> {
    let owed = sqlx::query_scalar!(
        "SELECT id FROM mails WHERE id = $1 AND sent_at IS NULL AND unsent_at IS NULL FOR UPDATE",
        id
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(owed.is_some())
}

/// It is on its way.
pub async fn mark_sent(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE mails SET sent_at = now() WHERE id = $1", id).execute(&mut **tx).await.map(drop)
}

/// It is not to be sent, or cannot be; `reason` is for operators.
pub async fn give_up(tx: &mut Transaction<'_, Postgres>, id: i64, reason: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE mails SET unsent_at = now(), reason = $2 WHERE id = $1 AND sent_at IS NULL AND unsent_at IS NULL",
        id,
        reason
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// It is owed again, although it was given up. The inner error says in a sentence why it cannot be, and then nothing changed.
pub async fn owe_again(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<Result<(), String>, sqlx::Error> {
    let sent = sqlx::query_scalar!(
        "UPDATE mails
         SET unsent_at = CASE WHEN sent_at IS NULL THEN NULL ELSE unsent_at END,
             reason = CASE WHEN sent_at IS NULL THEN NULL ELSE reason END
         WHERE id = $1 RETURNING sent_at",
        id
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(match sent {
        None => Err(format!("Mail {id} was deleted, since it is older than mails are kept.")),
        Some(Some(_)) => Err(format!("Mail {id} has been sent after all.")),
        Some(None) => Ok(()),
    })
}

/// How many of these mails [`owe_again`] would take.
pub async fn count_owable(conn: &mut PgConnection, ids: &[i64]) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM mails WHERE id = ANY($1) AND sent_at IS NULL"#, ids)
        .fetch_one(conn)
        .await
}

/// Deletes what was dealt with and is older than so many days: addresses that people typed are in it.
pub async fn delete_old(conn: &mut PgConnection, days: i32) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM mails
         WHERE created_at < now() - make_interval(days => $1) AND (sent_at IS NOT NULL OR unsent_at IS NOT NULL)",
        days
    )
    .execute(conn)
    .await
    .map(drop)
}
