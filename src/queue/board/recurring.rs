//! Schedules: when they tick, what came of it, and what was missed.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::{JobState, Pause, all_paused};
use crate::queue::schedules::Schedule;

/// Runs and ticks that are shown.
const LAST: i32 = 10;

/// Somebody looks at least so often whether a tick has come.
const GRACE: TimeDelta = TimeDelta::seconds(30);

/// A job of a schedule's, on time or asked for by somebody.
#[derive(Debug, Clone, Serialize)]
pub struct ScheduleRun {
    pub job: i64,
    pub state: JobState,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// `finished`, `failed` and so on.
    pub outcome: Option<String>,
    pub error: Option<String>,
    /// The tick that it was for; nothing when somebody asked for it.
    pub tick: Option<DateTime<Utc>>,
}

impl ScheduleRun {
    /// In seconds.
    pub fn took(&self) -> Option<f64> {
        Some((self.ended_at? - self.started_at?).num_milliseconds() as f64 / 1000.0)
    }
}

/// A schedule as operators see it.
#[derive(Debug, Clone, Serialize)]
pub struct ScheduleRow {
    pub name: String,
    /// What it does.
    pub summary: &'static str,
    /// As in `every Monday at 06:00 UTC`.
    pub words: String,
    /// When it ticks next; what is paused does not.
    pub next: DateTime<Utc>,
    pub pause: Option<Pause>,
    /// The last ones, the newest first.
    pub runs: Vec<ScheduleRun>,
    /// Of the last ten ticks, those at which nobody was there, or it was paused.
    pub missed: Vec<DateTime<Utc>>,
}

/// Every schedule, in the order of its definition.
pub async fn schedule_rows(conn: &mut PgConnection, schedules: &[Schedule]) -> Result<Vec<ScheduleRow>, sqlx::Error> {
    let paused = all_paused(conn).await?;
    let now = Utc::now();
    let mut rows = Vec::with_capacity(schedules.len());
    for schedule in schedules {
        let name = schedule.name();
        let ticks = ticks(conn, name).await?;
        rows.push(ScheduleRow {
            name: name.to_owned(),
            summary: schedule.job.definition().summary,
            words: words(schedule),
            next: schedule.next_tick(now),
            pause: paused
                .iter()
                .find(|paused| paused.noun == "schedule" && paused.name == name)
                .map(|paused| paused.pause.clone()),
            runs: runs(conn, name, &ticks).await?,
            missed: missed(schedule, &ticks, now),
        });
    }
    Ok(rows)
}

struct Tick {
    at: DateTime<Utc>,
    job: Option<i64>,
    /// The first one that is kept.
    first: DateTime<Utc>,
}

async fn ticks(conn: &mut PgConnection, name: &str) -> Result<Vec<Tick>, sqlx::Error> {
    sqlx::query_as!(
        Tick,
        r#"
        SELECT tick AS at, job, (SELECT min(tick) FROM schedules WHERE name = $1) AS "first!"
        FROM schedules WHERE name = $1
        ORDER BY name DESC, tick DESC LIMIT $2
        "#,
        name,
        i64::from(2 * LAST)
    )
    .fetch_all(conn)
    .await
}

async fn runs(conn: &mut PgConnection, kind: &str, ticks: &[Tick]) -> Result<Vec<ScheduleRun>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        SELECT r.number AS "job!", r.state::text AS "state!: String", r.created_at AS "created_at!", a.started_at AS "started_at?",
            a.ended_at AS "ended_at?", a.outcome AS "outcome?", coalesce(a.error, r.error_message) AS error
        FROM (
            SELECT recent.*
            FROM unnest(enum_range(NULL::fang_task_state)) AS g (state), LATERAL (
                SELECT t.number, t.state, t.kind, t.attempt, t.created_at, t.error_message FROM fang_tasks t
                WHERE (t.state, t.kind, t.number) < (g.state, $1, 9223372036854775807)
                ORDER BY t.state DESC, t.kind DESC, t.number DESC LIMIT $2
            ) AS recent
            WHERE recent.state = g.state AND recent.kind = $1 -- the limit reads on behind the last of the kind
            ORDER BY recent.number DESC LIMIT $2
        ) AS r LEFT JOIN LATERAL (
            SELECT started_at, ended_at, outcome, error FROM job_attempts
            WHERE job = r.number AND attempt = r.attempt OFFSET 0
        ) AS a ON true
        ORDER BY r.number DESC
        "#,
        kind,
        i64::from(LAST)
    )
    .fetch_all(conn)
    .await?;
    let runs = rows.into_iter().map(|row| ScheduleRun {
        tick: ticks.iter().find(|tick| tick.job == Some(row.job)).map(|tick| tick.at),
        job: row.job,
        state: row.state.into(),
        created_at: row.created_at,
        started_at: row.started_at,
        ended_at: row.ended_at,
        outcome: row.outcome,
        error: row.error,
    });
    Ok(runs.collect())
}

/// Ticks that should have been, since the first that is known.
fn missed(schedule: &Schedule, ticks: &[Tick], now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let Some(first) = ticks.first().map(|tick| tick.first) else { return Vec::new() };
    let last = schedule.tick(now - GRACE);
    let step = TimeDelta::from_std(schedule.every).unwrap_or(TimeDelta::days(1));
    let due =
        (0..LAST).filter_map(|back| last.checked_sub_signed(step.checked_mul(back)?)).filter(|tick| *tick > first);
    due.filter(|due| !ticks.iter().any(|tick| tick.at == *due)).collect()
}

/// When a schedule ticks, in words.
fn words(schedule: &Schedule) -> String {
    let seconds = schedule.every.as_secs();
    let tick = schedule.next_tick(DateTime::UNIX_EPOCH);
    let many = |count: u64, one: &str, more: &str| {
        if count == 1 { format!("every {one}") } else { format!("every {count} {more}") }
    };
    match seconds {
        604_800 => format!("every {}", tick.format("%A at %H:%M UTC")),
        86_400 => format!("every day at {}", tick.format("%H:%M UTC")),
        3600 => format!("every hour, {} minutes past", tick.format("%-M")),
        _ if seconds.is_multiple_of(86_400) => many(seconds / 86_400, "day", "days"),
        _ if seconds.is_multiple_of(3600) => many(seconds / 3600, "hour", "hours"),
        _ if seconds.is_multiple_of(60) => many(seconds / 60, "minute", "minutes"),
        _ => many(seconds, "second", "seconds"),
    }
    .replace(", 0 minutes past", ", on the hour")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::queue::Job;

    fn every(seconds: u64, from: u64) -> Schedule {
        Schedule { job: Job::RankPhotos, every: Duration::from_secs(seconds), from: Duration::from_secs(from) }
    }

    #[test]
    fn schedules_are_said_in_words() {
        for (seconds, from, said) in [
            (604_800, 4 * 86_400 + 6 * 3600, "every Monday at 06:00 UTC"),
            (86_400, 0, "every day at 00:00 UTC"),
            (3600, 0, "every hour, on the hour"),
            (600, 0, "every 10 minutes"),
            (60, 0, "every minute"),
            (90, 0, "every 90 seconds"),
        ] {
            assert_eq!(words(&every(seconds, from)), said);
        }
    }

    #[test]
    fn a_tick_that_nobody_made_was_missed_but_none_from_before_the_first() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let first = at("2026-11-25T12:00:00Z");
        let tick = |text| Tick { at: at(text), job: Some(1), first };
        let ticks = [tick("2026-11-25T12:03:00Z"), tick("2026-11-25T12:01:00Z"), tick("2026-11-25T12:00:00Z")];
        // The tick of 12:04 may still come.
        assert_eq!(missed(&every(60, 0), &ticks, at("2026-11-25T12:04:10Z")), [at("2026-11-25T12:02:00Z")]);
        assert!(missed(&every(60, 0), &[], at("2026-11-25T12:04:10Z")).is_empty());
    }
}
