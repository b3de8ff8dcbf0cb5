//! Silences: nobody is told of an alert for a while, and everybody can read why.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Postgres, Transaction};

use crate::accounts::audit::{self, Action, Actor};
use crate::error::Error;

/// The longest reason, in characters.
pub const REASON_LENGTH: usize = 300;

/// How long a silence may last, with its words.
pub const LENGTHS: [(&str, i64); 6] =
    [("30 minutes", 30), ("2 hours", 120), ("8 hours", 480), ("1 day", 1440), ("3 days", 4320), ("1 week", 10_080)];

/// Nobody is told of this alert for so many minutes, not when it comes back either. A silence that is there already is replaced.
/// `Invalid` when the reason is missing or too long, or the length is none of [`LENGTHS`]; `NotFound` when it is over.
pub async fn begin(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    alert: i64,
    reason: &str,
    minutes: i64,
) -> Result<DateTime<Utc>, Error> {
    let reason = checked(reason)?;
    let length = LENGTHS.iter().find(|(_, known)| *known == minutes);
    let (length, _) = length.ok_or_else(|| Error::invalid("minutes", "Choose how long nobody is to be told."))?;
    let named = named(tx, alert).await?;
    let until = Utc::now() + TimeDelta::minutes(minutes);
    sqlx::query!(
        "INSERT INTO alert_silences (rule, subject, reason, silenced_by, until) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (rule, subject)
         DO UPDATE SET reason = $3, silenced_by = $4, silenced_at = now(), until = $5",
        named.rule,
        named.subject,
        reason,
        actor.name,
        until
    )
    .execute(&mut **tx)
    .await?;
    audit::record_act(tx, actor, Action::AlertSilenced, &format!("{} for {length}: {reason}", named.words())).await?;
    Ok(until)
}

/// Everybody is told of it again. False when it was not silenced.
pub async fn end(tx: &mut Transaction<'_, Postgres>, actor: &Actor, alert: i64) -> Result<bool, Error> {
    let named = named(tx, alert).await?;
    let ended = sqlx::query!(
        "DELETE FROM alert_silences WHERE rule = $1 AND subject = $2 AND until > now()",
        named.rule,
        named.subject
    )
    .execute(&mut **tx)
    .await?;
    if ended.rows_affected() == 0 {
        return Ok(false);
    }
    audit::record_act(tx, actor, Action::AlertUnsilenced, &named.words()).await?;
    Ok(true)
}

fn checked(reason: &str) -> Result<&str, Error> {
    let reason = reason.trim();
    let length = reason.chars().count();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "Say why nobody needs to be told; the others will read it."));
    }
    if length > REASON_LENGTH {
        let message = format!("Shorten the reason to {REASON_LENGTH} characters; it has {length}.");
        return Err(Error::invalid("reason", message));
    }
    if reason.contains('\0') {
        return Err(Error::invalid("reason", "Remove the invisible characters from the reason."));
    }
    Ok(reason)
}

struct Named {
    rule: String,
    subject: String,
}

impl Named {
    fn words(&self) -> String {
        format!("{} {}", self.rule, self.subject).trim_end().to_owned()
    }
}

async fn named(tx: &mut Transaction<'_, Postgres>, alert: i64) -> Result<Named, Error> {
    let found = sqlx::query_as!(Named, "SELECT rule, subject FROM alerts WHERE id = $1", alert);
    found.fetch_optional(&mut **tx).await?.ok_or(Error::NotFound)
}
