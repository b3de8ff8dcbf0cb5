//! What operators say about a group of errors: a note, and that nobody is alerted of it until it changes.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

use super::{Done, Reason, just_now, moment};
use crate::accounts::audit::{self, Action, Actor};
use crate::error::Error;

/// Longest note, in characters.
const NOTE: usize = 1_000;

/// What stands about a group, locked until the transaction ends.
struct Said {
    note: String,
    noted_by: Option<String>,
    noted_at: Option<DateTime<Utc>>,
    muted_at: Option<DateTime<Utc>>,
    muted_by: Option<String>,
    muted_reason: Option<String>,
    unmuted_why: Option<String>,
}

/// Writes a note in the place of the last one; an empty one takes it away. `seen` is when the one was written that whoever writes
/// has seen: another one of somebody else is not written over.
pub async fn note(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    group: i64,
    text: &str,
    seen: Option<Option<DateTime<Utc>>>,
) -> Result<Done, Error> {
    let text = parse_note(text)?;
    let said = lock(tx, group).await?;
    if said.note == text {
        return Ok(Done::already("The note stands so.".to_owned()));
    }
    if seen.is_some_and(|seen| micros(seen) != micros(said.noted_at)) {
        let by = said.noted_by.as_deref().unwrap_or("somebody");
        let message =
            format!("{by} wrote another note since you looked: “{}”. Look at it, then write yours.", said.note);
        return Err(Error::Conflict(message));
    }
    sqlx::query!(
        "UPDATE error_group_notes SET note = $2, noted_by = $3, noted_at = now() WHERE error_group = $1",
        group,
        text,
        actor.name
    )
    .execute(&mut **tx)
    .await?;
    let detail = if text.is_empty() { "the note is taken away" } else { text.as_str() };
    audit::record_act(tx, actor, Action::ErrorGroupNoted, &format!("error group {group}: {detail}")).await?;
    Ok(Done::now("The note is written down.".to_owned()))
}

/// Nobody is alerted of it any more, until it changes.
pub async fn mute(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    group: i64,
    reason: &Reason,
) -> Result<Done, Error> {
    let said = lock(tx, group).await?;
    let sentence =
        "Nobody is alerted of it until it changes: until another version fails with it, or it comes much more often.";
    if let Some(since) = said.muted_at {
        let by = said.muted_by.unwrap_or_else(|| "somebody".to_owned());
        if just_now(since) && by == actor.name && said.muted_reason.as_deref() == Some(reason.text()) {
            return Ok(Done::already(sentence.to_owned()));
        }
        let why = said.muted_reason.map(|reason| format!(": “{reason}”")).unwrap_or_default();
        return Err(Error::Conflict(format!("It is muted already, by {by} since {}{why}.", moment(since))));
    }
    sqlx::query!(
        r#"
        WITH seen AS (
            SELECT version, hour, n, last_at FROM error_hours WHERE error_group = $1
            UNION ALL
            SELECT version, date_trunc('hour', at), 1, at FROM error_hits WHERE error_group = $1
        )
        UPDATE error_group_notes
        SET muted_at = now(), muted_by = $2, muted_reason = $3,
            muted_version = (SELECT version FROM seen ORDER BY last_at DESC LIMIT 1),
            muted_per_hour = coalesce((
                SELECT max(n) FROM (
                    SELECT sum(n)::float8 AS n FROM seen WHERE hour > now() - interval '24 hours' GROUP BY hour
                ) AS hours
            ), 0)
        WHERE error_group = $1
        "#,
        group,
        actor.name,
        reason.text()
    )
    .execute(&mut **tx)
    .await?;
    audit::record_act(tx, actor, Action::ErrorGroupMuted, &format!("error group {group}: {}", reason.text())).await?;
    Ok(Done::now(sentence.to_owned()))
}

/// It counts again.
pub async fn unmute(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    group: i64,
    reason: &Reason,
) -> Result<Done, Error> {
    let said = lock(tx, group).await?;
    if said.muted_at.is_none() {
        let why = said.unmuted_why.map(|why| format!(": {why}")).unwrap_or_default();
        return Ok(Done::already(format!("It is not muted{why}.")));
    }
    sqlx::query!(
        "UPDATE error_group_notes
         SET muted_at = NULL, muted_by = NULL, muted_reason = NULL, muted_version = NULL, muted_per_hour = NULL,
             unmuted_at = now(), unmuted_why = $2
         WHERE error_group = $1",
        group,
        format!("{} ended that: {}", actor.name, reason.text())
    )
    .execute(&mut **tx)
    .await?;
    audit::record_act(tx, actor, Action::ErrorGroupUnmuted, &format!("error group {group}: {}", reason.text())).await?;
    Ok(Done::now("It counts again.".to_owned()))
}

/// [`Error::NotFound`] when there is no such group.
async fn lock(conn: &mut PgConnection, group: i64) -> Result<Said, Error> {
    sqlx::query!(
        "INSERT INTO error_group_notes (error_group) SELECT id FROM error_groups WHERE id = $1 ON CONFLICT DO NOTHING",
        group
    )
    .execute(&mut *conn)
    .await?;
    let said = sqlx::query_as!(
        Said,
        "SELECT note, noted_by, noted_at, muted_at, muted_by, muted_reason, unmuted_why
         FROM error_group_notes WHERE error_group = $1 FOR UPDATE",
        group
    )
    .fetch_optional(conn)
    .await?;
    said.ok_or(Error::NotFound)
}

fn micros(at: Option<DateTime<Utc>>) -> i64 {
    at.map_or(0, |at| at.timestamp_micros())
}

fn parse_note(text: &str) -> Result<String, Error> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    let length = text.chars().count();
    if length > NOTE {
        return Err(Error::invalid("note", format!("Shorten the note to {NOTE} characters; it has {length}.")));
    }
    if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        return Err(Error::invalid("note", "Remove the invisible characters from the note."));
    }
    Ok(text)
}
