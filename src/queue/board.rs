//! What people see of the queue. Every read costs the same however many jobs have finished: lists walk one index and stop
//! at a limit ([`walk`]), and how many there are is known.

mod crew;
mod error_groups;
mod filter;
pub mod formats;
mod history;
mod kinds;
mod lanes;
mod latencies;
mod pace;
mod pause;
mod position;
mod progress;
mod recurring;
pub mod story;
mod walk;
mod workers;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

pub use self::crew::{CrewMember, Holding, Presence, crew, deploys};
pub use self::error_groups::{
    COUNTED as ERRORS_COUNTED, ErrorElsewhere, ErrorGroupRow, ErrorSort, VersionSeen, error_elsewhere, error_group,
    error_groups, error_trends, error_versions, first_hour,
};
pub use self::filter::{By, Cursor, JobFilter, Known, Sort, length, spoken};
pub use self::history::{Attempt, Line, attempts, lines, neighbours};
pub use self::kinds::{Compared, KindPace, KindRow, KindTimes, Quantiles, kind_rows, kinds_pace};
pub use self::lanes::{LaneRow, lane_rows};
pub use self::latencies::{
    Histogram, Latencies, Measure, PaceHistory, Span, ended, ended_per_minute, latencies, pace_history,
};
pub use self::pace::{Pace, pace};
pub use self::pause::{Pause, Paused, all_paused};
pub use self::position::{QueuePosition, queue_position};
pub use self::progress::{JobProgress, progress};
pub use self::recurring::{ScheduleRow, ScheduleRun, schedule_rows};
pub use self::walk::{Path, Walk, walk, walk_for};
pub use self::workers::{LaneStatus, Worker, lanes, workers};
pub use super::JobState;
pub use super::counts::{JobCount, counts};

/// A job as operators see it.
#[derive(Debug, Clone, Serialize)]
pub struct JobRow {
    /// Its number.
    pub number: i64,
    /// What it does.
    pub kind: String,
    /// What it waits in.
    pub lane: String,
    /// Where it stands.
    pub state: JobState,
    /// Lower goes first within the lane.
    pub priority: i16,
    /// How often it was started.
    pub attempt: i32,
    /// How many attempts failed.
    pub failures: i32,
    /// How many may fail before it counts as failed.
    pub max_attempts: i16,
    /// The arguments.
    pub arguments: Option<Value>,
    /// What went wrong last.
    pub error: Option<String>,
    /// The process that has it.
    pub worker: Option<i64>,
    /// The photo that it is about.
    pub submission: Option<i64>,
    /// The account that it is about.
    pub account: Option<i64>,
    /// The group of its error.
    pub error_group: Option<i64>,
    /// The last operation that touched it.
    pub operation: Option<i64>,
    /// When somebody asked the attempt that runs to end.
    pub stop_requested_at: Option<DateTime<Utc>>,
    /// When an operator gave it up.
    pub discarded_at: Option<DateTime<Utc>>,
    /// Until when its worker has it, unless the worker says that it needs longer.
    pub lease_until: Option<DateTime<Utc>>,
    /// The job that does it instead.
    pub superseded_by: Option<i64>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it may start.
    pub due_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// Jobs as operators see them: what stands before the select, and from where.
macro_rules! job_rows {
    ($with:tt, $from:tt, $($bind:expr),+) => {
        sqlx::query_as!(
            JobRow,
            $with + r#"
        SELECT number AS "number!", kind AS "kind!", task_type AS "lane!", state::text AS "state!: String",
            priority AS "priority!", attempt AS "attempt!", retries AS "failures!", max_attempts AS "max_attempts!", metadata -> 'job' AS arguments,
            error_message AS error, lease_owner AS worker, submission, account, error_group, operation,
            stop_requested_at, discarded_at, lease_until, superseded_by, created_at AS "created_at!", scheduled_at AS "due_at!", updated_at AS "updated_at!"
        "# + $from,
            $($bind),+
        )
    };
}

/// These jobs, in this order; those that are gone are left out.
pub async fn jobs(conn: &mut PgConnection, numbers: &[i64]) -> Result<Vec<JobRow>, sqlx::Error> {
    job_rows!(
        "",
        "FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (job, place) JOIN fang_tasks ON number = job ORDER BY place",
        numbers
    )
    .fetch_all(conn)
    .await
}

/// One job.
pub async fn job(conn: &mut PgConnection, number: i64) -> Result<Option<JobRow>, sqlx::Error> {
    job_rows!("", "FROM fang_tasks WHERE number = $1", number).fetch_optional(conn).await
}
