//! What the sentence is made of: how things are now.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use strum::VariantArray;

use super::past::{self, Ends, Failures, LateSchedule};
use super::samples::{self, Growth};
use super::workers::{self, LiveWorker, Vanished};
use crate::config::Config;
use crate::queue::JobKind;
use crate::queue::board::{JobCount, JobState};
use crate::queue::{counts, schedules};

/// Jobs of a lane, kind and priority that are counted; more are "at least so many".
const COUNTED: i64 = 1000;

/// Most running jobs that are looked at.
const RUNNING: i64 = 500;

/// Everything, as one moment saw it.
#[derive(Debug)]
pub(super) struct Figures {
    /// By the database's clock.
    pub now: DateTime<Utc>,
    pub counts: Vec<JobCount>,
    pub waits: Vec<Wait>,
    pub running: Vec<Running>,
    pub workers: Vec<LiveWorker>,
    pub vanished: Vec<Vanished>,
    pub pauses: Vec<Paused>,
    pub ends: Ends,
    pub late: Vec<LateSchedule>,
    pub failures: Failures,
    pub growth: Vec<Growth>,
    /// From when on failed jobs count.
    pub failed_since: DateTime<Utc>,
    /// So many of them are too many.
    pub failed_jobs: i64,
}

/// Jobs that are due.
#[derive(Debug, Clone)]
pub(super) struct Wait {
    pub lane: String,
    pub kind: String,
    /// Since when the oldest has been due.
    pub at: DateTime<Utc>,
    /// The state of that one.
    pub state: JobState,
    /// How many are due; at most [`COUNTED`] of each priority.
    pub due: i64,
    /// Are there more?
    pub more: bool,
}

/// A job that a worker holds.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub worker: Option<i64>,
    pub started_at: Option<DateTime<Utc>>,
    pub lease_until: Option<DateTime<Utc>>,
}

/// A lane, kind or schedule that is paused.
#[derive(Debug, Clone)]
pub(super) struct Paused {
    /// `lane`, `kind` or `schedule`.
    pub noun: String,
    pub name: String,
    pub since: DateTime<Utc>,
    pub by: Option<String>,
    pub reason: Option<String>,
    pub until: Option<DateTime<Utc>>,
}

impl Figures {
    pub async fn read(conn: &mut PgConnection, config: &Config) -> Result<Self, sqlx::Error> {
        let limits = &config.alerts;
        let now = sqlx::query_scalar!(r#"SELECT now() AS "now!""#).fetch_one(&mut *conn).await?;
        let pauses = pauses(conn).await?;
        let schedules = schedules::all(&config.jobs);
        let failed_since = now - TimeDelta::hours(limits.failed_hours.into());
        Ok(Figures {
            now,
            counts: counts::counts(conn).await?,
            waits: waits(conn).await?,
            running: running(conn).await?,
            workers: workers::live(conn, config.jobs.lease_seconds).await?,
            vanished: workers::vanished(conn, config.jobs.lease_seconds).await?,
            ends: past::ends(conn, now, limits.grows_minutes).await?,
            late: past::late_schedules(conn, &schedules, now, limits.missed_ticks).await?,
            failures: past::failures(conn, failed_since).await?,
            growth: samples::growth(conn, now, limits.grows_minutes).await?,
            failed_since,
            failed_jobs: i64::from(limits.failed_jobs.max(1)),
            pauses,
        })
    }

    /// Jobs that wait, due or not, and are not paused.
    pub fn waiting(&self) -> i64 {
        let waits = |count: &&JobCount| {
            matches!(count.state, JobState::Queued | JobState::Retrying)
                && !self.is_paused("lane", &count.lane)
                && !self.is_paused("kind", &count.kind)
        };
        self.counts.iter().filter(waits).map(|count| count.count).sum()
    }

    /// Does a worker let this kind rest?
    pub fn rests(&self, kind: &str) -> bool {
        self.workers.iter().any(|worker| worker.resting.iter().any(|resting| resting == kind))
    }

    /// Is this lane or kind paused?
    pub fn is_paused(&self, noun: &str, name: &str) -> bool {
        self.pauses.iter().any(|paused| paused.noun == noun && paused.name == name)
    }

    /// Workers that take jobs.
    pub fn takers(&self) -> impl Iterator<Item = &LiveWorker> {
        self.workers.iter().filter(|worker| !worker.quiet)
    }

    /// Jobs that are due and could be taken, if anybody knew their kind.
    pub fn takeable(&self) -> impl Iterator<Item = &Wait> {
        let waits = self.waits.iter();
        waits.filter(|wait| !self.is_paused("lane", &wait.lane) && !self.is_paused("kind", &wait.kind))
    }

    /// Does any worker that takes jobs know this kind? Where nobody works that is not what is wrong.
    pub fn is_known(&self, kind: &str) -> bool {
        let ours = || JobKind::VARIANTS.iter().any(|known| known.name() == kind);
        let knows = |worker: &LiveWorker| match &worker.kinds {
            Some(kinds) => kinds.iter().any(|known| known == kind),
            None => ours(),
        };
        self.takers().next().is_none() || self.takers().any(knows)
    }
}

/// The oldest due job of each lane and kind. The index is walked from group to group, and in each to what is due.
async fn waits(conn: &mut PgConnection) -> Result<Vec<Wait>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        WITH RECURSIVE groups AS (
            (
                SELECT task_type, kind, priority, scheduled_at, state FROM fang_tasks WHERE state IN ('new', 'retried')
                ORDER BY task_type, kind, priority, scheduled_at LIMIT 1
            )
            UNION ALL
            SELECT next.* FROM groups g, LATERAL (
                SELECT task_type, kind, priority, scheduled_at, state FROM fang_tasks
                WHERE state IN ('new', 'retried') AND (task_type, kind, priority) > (g.task_type, g.kind, g.priority)
                ORDER BY task_type, kind, priority, scheduled_at LIMIT 1
            ) AS next
        )
        SELECT g.task_type AS "lane!", g.kind AS "kind!", g.scheduled_at AS "at!", g.state::text AS "state!: String",
            due.n AS "due!"
        FROM groups g, LATERAL (
            SELECT count(*) AS n FROM (
                SELECT FROM fang_tasks t
                WHERE state IN ('new', 'retried') AND t.task_type = g.task_type AND t.kind = g.kind
                AND t.priority = g.priority AND t.scheduled_at <= now()
                ORDER BY task_type, kind, priority, scheduled_at LIMIT $1
            ) AS counted
        ) AS due
        WHERE g.scheduled_at <= now()
        ORDER BY g.scheduled_at
        "#,
        COUNTED
    )
    .fetch_all(conn)
    .await?;
    let mut waits: Vec<Wait> = Vec::new();
    for row in rows {
        let more = row.due == COUNTED;
        match waits.iter_mut().find(|wait| wait.lane == row.lane && wait.kind == row.kind) {
            Some(wait) => {
                wait.due += row.due;
                wait.more |= more;
            }
            None => waits.push(Wait {
                lane: row.lane,
                kind: row.kind,
                at: row.at,
                state: row.state.into(),
                due: row.due,
                more,
            }),
        }
    }
    Ok(waits)
}

/// What runs. In the order of the enum `failed` comes behind `in_progress`.
async fn running(conn: &mut PgConnection) -> Result<Vec<Running>, sqlx::Error> {
    sqlx::query_as!(
        Running,
        r#"
        SELECT t.lease_owner AS worker, t.lease_until, a.started_at AS "started_at?"
        FROM (
            SELECT number, attempt, lease_owner, lease_until FROM fang_tasks
            WHERE (state, kind, number) >= ('in_progress', '', 0) AND (state, kind, number) < ('failed', '', 0)
            ORDER BY state, kind, number
            LIMIT $1
        ) AS t LEFT JOIN LATERAL (
            SELECT started_at FROM job_attempts WHERE job = t.number AND attempt = t.attempt OFFSET 0
        ) AS a ON true
        "#,
        RUNNING
    )
    .fetch_all(conn)
    .await
}

async fn pauses(conn: &mut PgConnection) -> Result<Vec<Paused>, sqlx::Error> {
    sqlx::query_as!(
        Paused,
        r#"
        SELECT 'lane' AS "noun!", name AS "name!", paused_at AS "since!", paused_by AS by, reason, resume_at AS until
        FROM lanes WHERE paused_at IS NOT NULL
        UNION ALL SELECT 'kind', kind, paused_at, paused_by, reason, resume_at FROM paused_kinds
        UNION ALL SELECT 'schedule', name, paused_at, paused_by, reason, resume_at FROM paused_schedules
        ORDER BY 3
        "#
    )
    .fetch_all(conn)
    .await
}
