//! Errors by group: how often, since when, in which versions, and how many jobs failed for good with them.

use std::collections::HashMap;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use strum::{EnumString, IntoStaticStr};

/// Failed jobs of a group that are counted; more are "at least so many".
pub const COUNTED: i64 = 2_000;

/// Which groups come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ErrorSort {
    /// Those that were met for the first time last.
    #[default]
    Newest,
    /// Those with which most jobs have failed that nobody has seen to.
    Most,
    /// Those that come more often than they used to.
    Rising,
}

/// A group as operators see it.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorGroupRow {
    pub id: i64,
    /// The kind of the jobs.
    pub kind: String,
    /// The text with marks for what differs.
    pub normalised: String,
    /// The first one, as it was.
    pub sample: String,
    /// The job that failed with it first.
    pub first_job: i64,
    pub first_seen_at: DateTime<Utc>,
    /// When an attempt failed with it last.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Jobs that have failed for good and were not put aside, as far as they were counted.
    pub failed: i64,
    /// Jobs that were put aside, likewise.
    pub aside: i64,
    /// Are there more than were counted?
    pub more: bool,
    /// Attempts that failed with it within 24 hours.
    pub day: i64,
    /// In this hour and the one before.
    pub lately: i64,
    /// In two hours of the day before these, on average.
    pub usual: f64,
    /// The versions that failed with it within the last 14 days.
    pub versions: Vec<String>,
    /// What operators wrote down.
    pub note: Option<String>,
    pub noted_by: Option<String>,
    pub noted_at: Option<DateTime<Utc>>,
    /// Since when nobody is alerted.
    pub muted_at: Option<DateTime<Utc>>,
    pub muted_by: Option<String>,
    pub muted_reason: Option<String>,
    /// When that was over last, and who or what ended it.
    pub unmuted_at: Option<DateTime<Utc>>,
    pub unmuted_why: Option<String>,
}

/// Groups with the hours in which they were met; `$rest` says which of them, in which order.
macro_rules! groups {
    ($rest:tt, $($bind:expr),+) => {
        sqlx::query_as!(
            ErrorGroupRow,
            r#"
        WITH RECURSIVE walked AS (
            (SELECT error_group FROM fang_tasks WHERE state = 'failed' AND error_group IS NOT NULL ORDER BY error_group, number LIMIT 1)
            UNION ALL
            SELECT next.error_group FROM walked w, LATERAL (
                SELECT error_group FROM fang_tasks t WHERE state = 'failed' AND t.error_group > w.error_group
                ORDER BY t.error_group, t.number LIMIT 1
            ) AS next
        ), jobs AS MATERIALIZED (
            SELECT w.error_group, counted.* FROM walked w, LATERAL (
                SELECT count(*) FILTER (WHERE discarded_at IS NULL) AS failed, count(discarded_at) AS aside, count(*) > $1::bigint AS more
                FROM (
                    SELECT discarded_at FROM fang_tasks t
                    WHERE state = 'failed' AND (t.error_group, t.number) <= (w.error_group, 9223372036854775807)
                    AND t.error_group >= w.error_group
                    ORDER BY t.error_group DESC, t.number DESC LIMIT $1::bigint + 1
                ) AS newest
            ) AS counted
        ), seen AS (
            SELECT error_group, version, hour, n, last_at FROM error_hours WHERE hour > now() - interval '14 days'
            UNION ALL
            SELECT error_group, version, date_trunc('hour', at), 1, at FROM error_hits
        ), versions AS (
            SELECT error_group, version, max(last_at) AS last_at,
                sum(n) FILTER (WHERE hour > now() - interval '24 hours') AS day,
                sum(n) FILTER (WHERE hour > now() - interval '2 hours') AS lately,
                sum(n) FILTER (WHERE hour <= now() - interval '2 hours' AND hour > now() - interval '26 hours') AS usual
            FROM seen GROUP BY error_group, version
        ), times AS MATERIALIZED (
            SELECT error_group, max(last_at) AS last_at, array_agg(version ORDER BY version) AS versions,
                coalesce(sum(day), 0)::bigint AS day, coalesce(sum(lately), 0)::bigint AS lately,
                coalesce(sum(usual), 0)::float8 / 12 AS usual
            FROM versions GROUP BY error_group
        )
        SELECT g.id, g.kind, g.normalised, g.sample, g.first_job, g.first_seen_at, times.last_at AS "last_seen_at?",
            coalesce(jobs.failed, 0) AS "failed!", coalesce(jobs.aside, 0) AS "aside!", coalesce(jobs.more, false) AS "more!",
            coalesce(times.day, 0) AS "day!", coalesce(times.lately, 0) AS "lately!", coalesce(times.usual, 0) AS "usual!",
            coalesce(times.versions, '{}') AS "versions!", notes.note AS "note?", notes.noted_by, notes.noted_at, notes.muted_at,
            notes.muted_by, notes.muted_reason, notes.unmuted_at, notes.unmuted_why
        FROM error_groups g
        LEFT JOIN jobs ON jobs.error_group = g.id LEFT JOIN times ON times.error_group = g.id
        LEFT JOIN error_group_notes notes ON notes.error_group = g.id
        "# + $rest,
            COUNTED,
            $($bind),+
        )
    };
}

/// Groups that were met within 14 days, or of which failed jobs are left; muted ones or the others.
pub async fn error_groups(
    conn: &mut PgConnection,
    kind: Option<&str>,
    sort: ErrorSort,
    muted: bool,
    (limit, offset): (i64, i64),
) -> Result<Vec<ErrorGroupRow>, sqlx::Error> {
    groups!(
        r#"
        WHERE ($2::text IS NULL OR g.kind = $2) AND (notes.muted_at IS NOT NULL) = $3
        AND ($3 OR jobs.error_group IS NOT NULL OR times.error_group IS NOT NULL OR g.first_seen_at > now() - interval '14 days')
        ORDER BY CASE $4 WHEN 'most' THEN coalesce(jobs.failed, 0)::float8 WHEN 'rising' THEN coalesce(times.lately - times.usual, 0)::float8
            ELSE extract(epoch FROM g.first_seen_at)::float8 END DESC, coalesce(times.day, 0) DESC, g.first_seen_at DESC, g.id
        LIMIT $5 OFFSET $6
        "#,
        kind,
        muted,
        <&str>::from(sort),
        limit,
        offset
    )
    .fetch_all(conn)
    .await
}

/// One group.
pub async fn error_group(conn: &mut PgConnection, id: i64) -> Result<Option<ErrorGroupRow>, sqlx::Error> {
    groups!("WHERE g.id = $2", id).fetch_optional(conn).await
}

/// How often each of these was met in each of the last so many hours, the current one last.
pub async fn error_trends(
    conn: &mut PgConnection,
    ids: &[i64],
    hours: i32,
) -> Result<HashMap<i64, Vec<i64>>, sqlx::Error> {
    let start = first_hour(hours);
    let rows = sqlx::query!(
        r#"
        SELECT error_group AS "id!", hour AS "hour!", sum(n)::bigint AS "n!"
        FROM (
            SELECT error_group, hour, n FROM error_hours WHERE error_group = ANY($1) AND hour >= $2
            UNION ALL
            SELECT error_group, date_trunc('hour', at), 1 FROM error_hits WHERE error_group = ANY($1) AND at >= $2
        ) AS seen
        GROUP BY 1, 2
        "#,
        ids,
        start
    )
    .fetch_all(conn)
    .await?;
    let empty = vec![0; usize::try_from(hours).unwrap_or_default()];
    let mut trends: HashMap<i64, Vec<i64>> = ids.iter().map(|&id| (id, empty.clone())).collect();
    for row in rows {
        let place = usize::try_from((row.hour - start).num_hours()).ok();
        if let Some(n) = trends.get_mut(&row.id).zip(place).and_then(|(trend, place)| trend.get_mut(place)) {
            *n = row.n;
        }
    }
    Ok(trends)
}

/// When the first of the last so many hours began.
pub fn first_hour(hours: i32) -> DateTime<Utc> {
    let now = Utc::now();
    now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now) - TimeDelta::hours(i64::from(hours) - 1)
}

/// A version that failed with an error.
#[derive(Debug, Clone, Serialize)]
pub struct VersionSeen {
    pub version: String,
    /// Attempts of its.
    pub n: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    /// When it was first at work, among the processes that are remembered.
    pub deployed_at: Option<DateTime<Utc>>,
}

/// The versions that failed with it, the newest first.
pub async fn error_versions(conn: &mut PgConnection, id: i64) -> Result<Vec<VersionSeen>, sqlx::Error> {
    sqlx::query_as!(
        VersionSeen,
        r#"
        SELECT version AS "version!", sum(n)::bigint AS "n!", min(first_at) AS "first_at!", max(last_at) AS "last_at!",
            (SELECT min(started_at) FROM workers w WHERE w.version = seen.version) AS deployed_at
        FROM (
            SELECT version, n, first_at, last_at FROM error_hours WHERE error_group = $1
            UNION ALL
            SELECT version, 1, at, at FROM error_hits WHERE error_group = $1
        ) AS seen
        GROUP BY version ORDER BY max(last_at) DESC, version
        "#,
        id
    )
    .fetch_all(conn)
    .await
}

/// The same error of another kind of job.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorElsewhere {
    pub id: i64,
    pub kind: String,
}

/// Groups with the same text, of other kinds.
pub async fn error_elsewhere(conn: &mut PgConnection, id: i64) -> Result<Vec<ErrorElsewhere>, sqlx::Error> {
    sqlx::query_as!(
        ErrorElsewhere,
        "SELECT o.id, o.kind FROM error_groups g JOIN error_groups o ON o.normalised = g.normalised AND o.id <> g.id
         WHERE g.id = $1 ORDER BY o.kind LIMIT 20",
        id
    )
    .fetch_all(conn)
    .await
}
