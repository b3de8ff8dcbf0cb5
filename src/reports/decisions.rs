//! Moderators answer reports: a photo is kept, hidden, shown again or removed, for a reason that its owner is told.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgConnection, Postgres, Transaction};

use super::Reason;
use crate::accounts::audit::{self, Action};
use crate::error::Error;
use crate::mail::{self, Notification};
use crate::submissions::{self, Moderation, Submission, moderation, removal};

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Serialize)]
#[sqlx(type_name = "moderation_verdict", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is wrong with it.
    Kept,
    /// It is out of sight for now.
    Hidden,
    /// It was hidden, and is not any more.
    Shown,
    /// It is deleted for good.
    Removed,
}

impl Verdict {
    /// The verdict with this name in forms.
    pub fn parse(name: &str) -> Option<Self> {
        [Verdict::Kept, Verdict::Hidden, Verdict::Shown, Verdict::Removed]
            .into_iter()
            .find(|verdict| verdict.name() == name)
    }

    /// As in forms.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Kept => "kept",
            Verdict::Hidden => "hidden",
            Verdict::Shown => "shown",
            Verdict::Removed => "removed",
        }
    }

    /// Must the owner be told a reason?
    pub fn needs_reason(self) -> bool {
        matches!(self, Verdict::Hidden | Verdict::Removed)
    }

    fn action(self) -> Action {
        match self {
            Verdict::Kept => Action::PhotoKept,
            Verdict::Hidden => Action::PhotoHidden,
            Verdict::Shown => Action::PhotoUnhidden,
            Verdict::Removed => Action::PhotoRemoved,
        }
    }
}

/// A verdict with its reason, before it is carried out.
#[derive(Debug, Clone, Copy)]
pub struct Judgement<'w> {
    /// What is to become of the photo.
    pub verdict: Verdict,
    /// Always there where the verdict needs one.
    pub reason: Option<Reason>,
    /// More for the owner; may be empty.
    pub words: &'w str,
}

/// A decision as it stands in the history.
#[derive(Debug, Clone, Serialize)]
pub struct Decision {
    pub id: i64,
    pub submission: i64,
    /// The photo's name now.
    pub title: String,
    /// The photo's owner.
    #[serde(skip)]
    pub owner: i64,
    pub verdict: Verdict,
    pub reason: Option<Reason>,
    pub words: String,
    /// The moderator's username.
    pub moderator: String,
    pub at: DateTime<Utc>,
    pub undone_at: Option<DateTime<Utc>>,
}

/// Carries a judgement out and answers all open reports of the photo. Nothing, and false, when it changes neither: a second
/// press says the same as the first. `NotFound` when the photo was removed, `Invalid` without the reason that is needed.
pub async fn decide(
    tx: &mut Transaction<'_, Postgres>,
    moderator: i64,
    submission: i64,
    judgement: Judgement<'_>,
) -> Result<bool, Error> {
    if judgement.verdict.needs_reason() && judgement.reason.is_none() {
        return Err(Error::invalid("reason", "Choose the reason that the owner is told."));
    }
    let photo = lock(tx, submission).await?;
    let hidden = photo.moderation == Moderation::Hidden;
    let changes = match judgement.verdict {
        Verdict::Kept => super::open_count(tx, submission).await? > 0,
        Verdict::Hidden => !hidden,
        Verdict::Shown => hidden,
        Verdict::Removed => true,
    };
    if !changes {
        return Ok(false);
    }
    let decision = sqlx::query_scalar!(
        "INSERT INTO moderation_decisions (submission, moderator, verdict, reason, words)
         VALUES ($1, $2, $3, $4, $5) RETURNING id",
        submission,
        moderator,
        judgement.verdict as Verdict,
        judgement.reason as Option<Reason>,
        judgement.words
    )
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query!("UPDATE reports SET decision = $2 WHERE submission = $1 AND decision IS NULL", submission, decision)
        .execute(&mut **tx)
        .await?;
    match judgement.verdict {
        Verdict::Kept => {}
        Verdict::Hidden => moderation::hide(tx, submission).await?,
        Verdict::Shown => moderation::unhide(tx, submission).await?,
        Verdict::Removed => removal::remove(tx, submission).await?,
    }
    let detail = match judgement.reason {
        Some(reason) => format!("photo {submission}: {}", reason.label()),
        None => format!("photo {submission}"),
    };
    audit::record(tx, Some(moderator), judgement.verdict.action(), photo.owner, &detail).await?;
    if judgement.verdict != Verdict::Kept {
        mail::enqueue(tx, Notification::PhotoModerated { decision, title: photo.title, undone: false }).await?;
    }
    Ok(true)
}

/// Takes the newest decision about a photo back; its reports are open again. False when it was taken back already.
/// `Conflict` when something was decided after it, or when the photo is gone for good.
pub async fn undo(tx: &mut Transaction<'_, Postgres>, moderator: i64, decision: i64) -> Result<bool, Error> {
    let submission = sqlx::query_scalar!("SELECT submission FROM moderation_decisions WHERE id = $1", decision)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(Error::NotFound)?;
    let photo = lock(tx, submission).await.map_err(|_| gone())?;
    let newest = latest(tx, submission).await?;
    let Some(newest) = newest.filter(|newest| newest.id >= decision) else {
        return Ok(false);
    };
    if newest.id > decision {
        return Err(Error::Conflict("Something else was decided about this photo since. Look at its history.".into()));
    }
    sqlx::query!("UPDATE moderation_decisions SET undone_at = now() WHERE id = $1", decision)
        .execute(&mut **tx)
        .await?;
    sqlx::query!("UPDATE reports SET decision = NULL WHERE decision = $1", decision).execute(&mut **tx).await?;
    match newest.verdict {
        Verdict::Kept => {}
        Verdict::Hidden => moderation::unhide(tx, submission).await?,
        Verdict::Shown => moderation::hide(tx, submission).await?,
        Verdict::Removed => return Err(gone()),
    }
    let detail = format!("photo {submission}: {} taken back", newest.verdict.name());
    audit::record(tx, Some(moderator), Action::DecisionUndone, photo.owner, &detail).await?;
    if newest.verdict != Verdict::Kept {
        mail::enqueue(tx, Notification::PhotoModerated { decision, title: photo.title, undone: true }).await?;
    }
    Ok(true)
}

/// All decisions about a photo, the newest first.
pub async fn of_photo(conn: &mut PgConnection, submission: i64) -> Result<Vec<Decision>, sqlx::Error> {
    list(conn, Some(submission), None, 100).await
}

/// What was decided lately about any photo, the newest first.
pub async fn recent(conn: &mut PgConnection, limit: i64) -> Result<Vec<Decision>, sqlx::Error> {
    list(conn, None, None, limit).await
}

/// One of them.
pub async fn find(conn: &mut PgConnection, id: i64) -> Result<Option<Decision>, sqlx::Error> {
    Ok(list(conn, None, Some(id), 1).await?.pop())
}

/// The decision about a photo that holds now.
pub async fn latest(conn: &mut PgConnection, submission: i64) -> Result<Option<Decision>, sqlx::Error> {
    Ok(of_photo(conn, submission).await?.into_iter().find(|decision| decision.undone_at.is_none()))
}

async fn list(
    conn: &mut PgConnection,
    submission: Option<i64>,
    id: Option<i64>,
    limit: i64,
) -> Result<Vec<Decision>, sqlx::Error> {
    sqlx::query_as!(
        Decision,
        r#"SELECT d.id, d.submission, s.title, s.owner, d.verdict AS "verdict: Verdict", d.reason AS "reason: Reason", d.words,
               m.username AS moderator, d.at, d.undone_at
           FROM moderation_decisions d
           JOIN submissions s ON s.id = d.submission
           JOIN accounts m ON m.id = d.moderator
           WHERE ($1::bigint IS NULL OR d.submission = $1) AND ($2::bigint IS NULL OR d.id = $2)
           ORDER BY d.id DESC LIMIT $3"#,
        submission,
        id,
        limit
    )
    .fetch_all(conn)
    .await
}

/// Two moderators decide about a photo one after the other.
async fn lock(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<Submission, Error> {
    sqlx::query!("SELECT id FROM submissions WHERE id = $1 FOR UPDATE", id).fetch_optional(&mut **tx).await?;
    submissions::find(tx, id).await?.ok_or(Error::NotFound)
}

fn gone() -> Error {
    Error::Conflict("This photo was deleted for good: that cannot be taken back.".into())
}
