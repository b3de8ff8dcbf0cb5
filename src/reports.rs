//! Visitors tell moderators about a photo.

pub mod decisions;
pub mod open;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{Acquire, PgConnection, Postgres, Transaction};

use crate::error::Error;
use crate::ratings::RaterId;

/// Why a photo should not be here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Serialize)]
#[sqlx(type_name = "report_reason", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It shows no animal.
    NotAnAnimal,
    /// An animal is hurt or in danger.
    Cruelty,
    /// It belongs to somebody else.
    Stolen,
    /// It shows people or private things.
    Personal,
    /// Something else; the note says what.
    Other,
}

impl Reason {
    /// Every reason with its name in forms and its words.
    pub const ALL: [(Reason, &'static str, &'static str); 5] = [
        (Reason::NotAnAnimal, "not_an_animal", "It does not show an animal"),
        (Reason::Cruelty, "cruelty", "An animal is hurt or in danger"),
        (Reason::Stolen, "stolen", "It belongs to somebody else"),
        (Reason::Personal, "personal", "It shows people or private things"),
        (Reason::Other, "other", "Something else"),
    ];

    /// In words, for owners and moderators.
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(reason, ..)| *reason == self).map_or("Something else", |(_, _, label)| label)
    }

    /// The reason with this name in forms.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(reason, _, _)| *reason)
    }
}

/// The longest note, in characters.
pub const NOTE_LENGTH: usize = 1000;

/// Keeps a report; the photo leaves this rater's deck. Repeating it changes nothing.
/// `TooFast` past `per_hour` reports of different photos in an hour.
pub async fn report(
    tx: &mut Transaction<'_, Postgres>,
    rater: RaterId,
    submission: i64,
    reason: Reason,
    note: &str,
    per_hour: i64,
) -> Result<(), Error> {
    let rater = hold(tx, rater).await?;
    if reported(tx, rater, submission).await? {
        return Ok(());
    }
    let recent = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM reports WHERE rater = $1 AND created_at > now() - interval '1 hour'"#,
        rater.0
    )
    .fetch_one(&mut **tx)
    .await?;
    if recent >= per_hour {
        let message = format!("You have reported {recent} photos in the last hour. Wait an hour before the next one.");
        return Err(Error::TooFast { message, retry_after: 3600 });
    }
    sqlx::query!(
        "INSERT INTO reports (rater, submission, reason, note) VALUES ($1, $2, $3, $4)",
        rater.0,
        submission,
        reason as Reason,
        note
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One report of a rater at a time, or two tabs could both be the last one allowed. Gives whom it belongs to: somebody who
/// has logged in meanwhile, within the minute, is their account's rater. The savepoint gives the lock back that is not the right one, since
/// out of its order it could be waited for in a circle.
async fn hold(tx: &mut Transaction<'_, Postgres>, rater: RaterId) -> Result<RaterId, Error> {
    let mut rater = rater;
    loop {
        let mut attempt = tx.begin().await?;
        sqlx::query!("SELECT pg_advisory_xact_lock(rater_lock($1))", rater.0).execute(&mut *attempt).await?;
        let heir = sqlx::query!(
            r#"SELECT merged_into AS "id!", merged_at > clock_timestamp() - interval '1 minute' AS "in_time!"
               FROM raters WHERE id = $1 AND merged_into IS NOT NULL"#,
            rater.0
        )
        .fetch_optional(&mut *attempt)
        .await?;
        match heir {
            None => {
                attempt.commit().await?;
                return Ok(rater);
            }
            Some(heir) if heir.in_time => {
                attempt.rollback().await?;
                rater = RaterId(heir.id);
            }
            Some(_) => return Err(Error::Conflict(TOO_LATE.into())),
        }
    }
}

const TOO_LATE: &str = "You have logged in since you sent this. Load the page again, and report the photo once more.";

/// Has this rater reported this photo?
pub async fn reported(conn: &mut PgConnection, rater: RaterId, submission: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM reports WHERE rater = $1 AND submission = $2) AS "exists!""#,
        rater.0,
        submission
    )
    .fetch_one(conn)
    .await
}

/// Reports of this photo that nobody has answered.
async fn open_count(conn: &mut PgConnection, submission: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM reports WHERE submission = $1 AND decision IS NULL"#,
        submission
    )
    .fetch_one(conn)
    .await
}

/// Rows on one page of [`history`].
pub const PAGE: i64 = 1000;

#[derive(Debug, Clone, Serialize)]
pub struct Report {
    #[serde(rename = "photo")]
    pub submission: i64,
    pub reason: Reason,
    /// In their own words; may be empty.
    pub note: String,
    pub created_at: DateTime<Utc>,
}

/// A member's reports on photos behind `after`: a full page, or the rest.
pub async fn history(conn: &mut PgConnection, account: i64, after: i64) -> Result<Vec<Report>, sqlx::Error> {
    sqlx::query_as!(
        Report,
        r#"SELECT submission, reason AS "reason: Reason", note, r.created_at FROM reports r
           WHERE rater = (SELECT id FROM raters WHERE account = $1) AND submission > $2 ORDER BY submission LIMIT $3"#,
        account,
        after,
        PAGE
    )
    .fetch_all(conn)
    .await
}
