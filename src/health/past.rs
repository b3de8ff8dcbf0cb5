//! What the sentence is made of: how things went lately.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::queue::schedules::Schedule;

/// Minutes of which ends are counted.
const HOUR: i32 = 60;

/// Minutes of which failed attempts are counted: a mail server that is down is known at once, one that is back soon forgotten.
pub(super) const FAILING_MINUTES: i32 = 5;

/// A tick may be so late: whoever ticks looks every few seconds.
const GRACE: TimeDelta = TimeDelta::seconds(30);

/// Failed jobs that are looked at, the newest first.
const LOOKED_AT: i64 = 5000;

/// Attempts that ended within the last hour.
#[derive(Debug, Clone, Default)]
pub(super) struct Ends {
    pub hour: i64,
    /// The last minute in which one did.
    pub last: Option<DateTime<Utc>>,
    /// By kind, within the time in which growth is looked for.
    pub lately: Vec<(String, i64)>,
    /// Kinds that failed within the last [`FAILING_MINUTES`] and whose newest error is not muted.
    pub failing: Vec<Failing>,
}

/// How attempts of a kind went.
#[derive(Debug, Clone)]
pub(super) struct Failing {
    pub kind: String,
    pub attempts: i64,
    pub failed: i64,
    /// Of the newest job that waits for another attempt.
    pub error: Option<String>,
}

/// From the histograms of how long jobs ran, minute by minute.
pub(super) async fn ends(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    lately_minutes: u32,
) -> Result<Ends, sqlx::Error> {
    let this_minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
    let moments: Vec<_> = (0..HOUR).map(|back| this_minute - TimeDelta::minutes(back.into())).collect();
    let rows = sqlx::query!(
        r#"
        SELECT p.kind AS "kind!", max(m.at) AS "last!", coalesce(sum(p.n) FILTER (WHERE ran), 0)::bigint AS "n!",
            coalesce(sum(p.n) FILTER (WHERE ran AND m.at > $2), 0)::bigint AS "lately!",
            coalesce(sum(p.n) FILTER (WHERE ran AND m.at > $3), 0)::bigint AS "attempts!",
            coalesce(sum(p.n) FILTER (WHERE NOT ran AND m.at > $3), 0)::bigint AS "failed!"
        FROM unnest($1::timestamptz[]) AS m (at), LATERAL (
            SELECT kind, n, measure = 'run' AS ran FROM job_pace
            WHERE NOT hourly AND at = m.at AND measure IN ('run', 'failed') OFFSET 0
        ) AS p
        GROUP BY p.kind
        "#,
        &moments,
        now - TimeDelta::minutes(lately_minutes.into()),
        now - TimeDelta::minutes(FAILING_MINUTES.into()),
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut failing = Vec::new();
    for row in rows.iter().filter(|row| row.failed > 0) {
        let newest = newest_error(conn, &row.kind).await?;
        if newest.as_ref().is_none_or(|newest| !newest.muted) {
            let error = newest.and_then(|newest| newest.text);
            failing.push(Failing { kind: row.kind.clone(), attempts: row.attempts, failed: row.failed, error });
        }
    }
    Ok(Ends {
        hour: rows.iter().map(|row| row.n).sum(),
        last: rows.iter().map(|row| row.last).max(),
        lately: rows.into_iter().map(|row| (row.kind, row.lately)).collect(),
        failing,
    })
}

/// An error of a job that waits for another attempt.
struct NewestError {
    text: Option<String>,
    muted: bool,
}

/// The order leaves the planner no index but the one on state, kind and number. One row is read, whether it is muted or not.
async fn newest_error(conn: &mut PgConnection, kind: &str) -> Result<Option<NewestError>, sqlx::Error> {
    sqlx::query_as!(
        NewestError,
        r#"
        SELECT t.error_message AS text,
            EXISTS (SELECT FROM error_group_notes n WHERE n.error_group = t.error_group AND n.muted_at IS NOT NULL) AS "muted!"
        FROM (
            SELECT state, kind, error_message, error_group FROM fang_tasks
            WHERE (state, kind, number) < ('retried', $1, 9223372036854775807)
            ORDER BY state DESC, kind DESC, number DESC LIMIT 1
        ) AS t
        WHERE t.state = 'retried' AND t.kind = $1
        "#,
        kind
    )
    .fetch_optional(conn)
    .await
}

/// A schedule whose last ticks are missing.
#[derive(Debug, Clone)]
pub(super) struct LateSchedule {
    pub name: String,
    pub missed: i64,
    pub last: DateTime<Utc>,
}

/// Schedules of which so many ticks in a row are missing. What never ticked is new.
pub(super) async fn late_schedules(
    conn: &mut PgConnection,
    schedules: &[Schedule],
    now: DateTime<Utc>,
    most: u32,
) -> Result<Vec<LateSchedule>, sqlx::Error> {
    let names: Vec<String> = schedules.iter().map(|schedule| schedule.name().to_owned()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT s.name AS "name!", last.tick AS "tick!"
        FROM unnest($1::text[]) AS s (name), LATERAL (
            SELECT tick FROM schedules t WHERE t.name = s.name ORDER BY tick DESC LIMIT 1
        ) AS last
        WHERE NOT EXISTS (SELECT FROM paused_schedules p WHERE p.name = s.name)
        "#,
        &names
    )
    .fetch_all(conn)
    .await?;
    let late = rows.into_iter().filter_map(|row| {
        let schedule = schedules.iter().find(|schedule| schedule.name() == row.name)?;
        let missed = missed(schedule, row.tick, now);
        (missed >= i64::from(most.max(1))).then_some(LateSchedule { name: row.name, missed, last: row.tick })
    });
    Ok(late.collect())
}

fn missed(schedule: &Schedule, last: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let every = i64::try_from(schedule.every.as_millis()).unwrap_or(i64::MAX).max(1);
    (schedule.tick(now - GRACE) - last).num_milliseconds() / every
}

/// Jobs that failed and that nobody has seen to, without muted errors.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures {
    pub jobs: i64,
    /// Are there more than were looked at?
    pub more: bool,
    pub since: Option<DateTime<Utc>>,
    /// The largest first.
    pub groups: Vec<FailedAlike>,
}

/// Some that failed with the same error.
#[derive(Debug, Clone)]
pub(super) struct FailedAlike {
    /// Nothing for jobs that failed under older programs.
    pub group: Option<i64>,
    pub kind: Option<String>,
    pub text: Option<String>,
    pub jobs: i64,
    pub since: DateTime<Utc>,
    /// When this error was seen for the first time.
    pub first_seen_at: Option<DateTime<Utc>>,
    muted: bool,
}

/// What failed since a moment.
pub(super) async fn failures(conn: &mut PgConnection, since: DateTime<Utc>) -> Result<Failures, sqlx::Error> {
    let rows = sqlx::query_as!(
        FailedAlike,
        r#"
        SELECT f.error_group AS "group", g.kind AS "kind?", g.normalised AS "text?", f.n AS "jobs!", f.since AS "since!",
            g.first_seen_at AS "first_seen_at?", n.muted_at IS NOT NULL AS "muted!"
        FROM (
            SELECT error_group, count(*) AS n, min(updated_at) AS since
            FROM (
                SELECT error_group, updated_at, discarded_at FROM fang_tasks
                WHERE state = 'failed' AND updated_at > $1
                ORDER BY updated_at DESC, number DESC
                LIMIT $2
            ) AS newest
            WHERE discarded_at IS NULL
            GROUP BY error_group
        ) AS f
        LEFT JOIN error_groups g ON g.id = f.error_group
        LEFT JOIN error_group_notes n ON n.error_group = f.error_group
        ORDER BY f.n DESC, f.since
        "#,
        since,
        LOOKED_AT
    )
    .fetch_all(conn)
    .await?;
    let more = rows.iter().map(|group| group.jobs).sum::<i64>() >= LOOKED_AT;
    let groups: Vec<FailedAlike> = rows.into_iter().filter(|group| !group.muted).collect();
    Ok(Failures {
        jobs: groups.iter().map(|group| group.jobs).sum(),
        more,
        since: groups.iter().map(|group| group.since).min(),
        groups,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::queue::Job;

    #[test]
    fn a_tick_is_missed_when_its_moment_is_well_over() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap_or_default();
        let minutely = Schedule { job: Job::RankPhotos, every: Duration::from_secs(60), from: Duration::ZERO };
        for (now, expected) in [("12:00:59", 0), ("12:01:29", 0), ("12:01:31", 1), ("12:02:30", 2), ("12:10:00", 9)] {
            let now = at(&format!("2026-11-25T{now}Z"));
            assert_eq!(missed(&minutely, at("2026-11-25T12:00:00Z"), now), expected, "{now}");
        }
    }
}
