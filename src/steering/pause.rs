//! Pauses: who, why, since when, until when.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

use super::{Done, Reason, Target, just_now, moment};
use crate::accounts::audit::{self, Action, Actor};
use crate::error::Error;
use crate::queue::board::Pause;
use crate::queue::{CHANNEL, pauses};

/// The pause of a lane, kind or schedule, if there is one.
pub async fn paused(conn: &mut PgConnection, target: &Target) -> Result<Option<Pause>, sqlx::Error> {
    match target {
        Target::Lane(name) => {
            sqlx::query_as!(
                Pause,
                r#"
                SELECT paused_at AS "since!", paused_by AS by, reason, resume_at AS until
                FROM lanes WHERE name = $1 AND paused_at IS NOT NULL FOR NO KEY UPDATE
                "#,
                name
            )
            .fetch_optional(conn)
            .await
        }
        Target::Kind(name) => {
            sqlx::query_as!(
                Pause,
                r#"
                SELECT paused_at AS since, paused_by AS "by?", reason AS "reason?", resume_at AS until
                FROM paused_kinds WHERE kind = $1 FOR NO KEY UPDATE
                "#,
                name
            )
            .fetch_optional(conn)
            .await
        }
        Target::Schedule(name) => {
            sqlx::query_as!(
                Pause,
                r#"
                SELECT paused_at AS since, paused_by AS "by?", reason AS "reason?", resume_at AS until
                FROM paused_schedules WHERE name = $1 FOR NO KEY UPDATE
                "#,
                name
            )
            .fetch_optional(conn)
            .await
        }
    }
}

/// Jobs of it wait from now on; those that run already go on. Of two at once the second learns of the first.
pub async fn pause(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    target: &Target,
    reason: &Reason,
    until: Option<DateTime<Utc>>,
) -> Result<Done, Error> {
    // One that is over, and that nobody has ended yet, is in nobody's way.
    pauses::end_due(tx).await?;
    if !write(tx, actor, target, reason, until).await? {
        return told_already(tx, actor, target, reason).await;
    }
    let end = until.map(|until| format!(", until {}", moment(until))).unwrap_or_default();
    let action = match target {
        Target::Lane(_) => Action::LanePaused,
        Target::Kind(_) => Action::KindPaused,
        Target::Schedule(_) => Action::SchedulePaused,
    };
    audit::record_act(tx, actor, action, &format!("{target}: {}{end}", reason.text())).await?;
    Ok(Done::now(format!("The {target} is paused{end}. What runs already goes on.")))
}

/// True when it was not paused.
async fn write(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    target: &Target,
    reason: &Reason,
    until: Option<DateTime<Utc>>,
) -> Result<bool, sqlx::Error> {
    let (name, by, reason) = (target.name(), actor.name.as_str(), reason.text());
    let query = match target {
        Target::Lane(_) => sqlx::query!(
            "UPDATE lanes SET paused_at = now(), paused_by = $2, reason = $3, resume_at = $4 WHERE name = $1 AND paused_at IS NULL",
            name,
            by,
            reason,
            until
        ),
        Target::Kind(_) => sqlx::query!(
            "INSERT INTO paused_kinds (kind, paused_by, reason, resume_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            name,
            by,
            reason,
            until
        ),
        Target::Schedule(_) => sqlx::query!(
            "INSERT INTO paused_schedules (name, paused_by, reason, resume_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            name,
            by,
            reason,
            until
        ),
    };
    Ok(query.execute(&mut **tx).await?.rows_affected() > 0)
}

async fn told_already(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    target: &Target,
    reason: &Reason,
) -> Result<Done, Error> {
    let Some(pause) = paused(tx, target).await? else {
        return Err(Error::Conflict(format!("The {target} was paused and resumed by others just now. Look again.")));
    };
    let doubled = just_now(pause.since)
        && pause.by.as_ref() == Some(&actor.name)
        && pause.reason.as_deref() == Some(reason.text());
    if doubled {
        return Ok(Done::already(format!("The {target} is paused. What runs already goes on.")));
    }
    Err(Error::Conflict(format!(
        "The {target} is {} already. It stays so; to give it another reason or end, resume it first.",
        pause.words()
    )))
}

/// Its jobs go on, and workers look at once. `seen` is the beginning of the pause that is meant: a later one of somebody else is
/// not ended with it.
pub async fn resume(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    target: &Target,
    seen: Option<DateTime<Utc>>,
) -> Result<Done, Error> {
    let action = match target {
        Target::Lane(_) => Action::LaneResumed,
        Target::Kind(_) => Action::KindResumed,
        Target::Schedule(_) => Action::ScheduleResumed,
    };
    let Some(pause) = paused(tx, target).await? else {
        let last = audit::last_act(tx, action, &target.to_string()).await?;
        let who = last.map(|last| format!(": {} resumed it on {}", last.by, moment(last.at))).unwrap_or_default();
        return Ok(Done::already(format!("The {target} is not paused{who}.")));
    };
    if seen.is_some_and(|seen| seen != pause.since) {
        return Err(Error::Conflict(format!(
            "The {target} is {}: that is another pause than the one you saw.",
            pause.words()
        )));
    }
    let name = target.name();
    let query = match target {
        Target::Lane(_) => sqlx::query!(
            "UPDATE lanes SET paused_at = NULL, paused_by = NULL, reason = NULL, resume_at = NULL WHERE name = $1",
            name
        ),
        Target::Kind(_) => sqlx::query!("DELETE FROM paused_kinds WHERE kind = $1", name),
        Target::Schedule(_) => sqlx::query!("DELETE FROM paused_schedules WHERE name = $1", name),
    };
    query.execute(&mut **tx).await?;
    sqlx::query!("SELECT pg_notify($1, '')", CHANNEL).execute(&mut **tx).await?;
    audit::record_act(tx, actor, action, &format!("{target}: it was {}", pause.words())).await?;
    Ok(Done::now(format!("The {target} goes on.")))
}
