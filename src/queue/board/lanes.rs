//! Lanes: what waits, what runs, and when that will be done.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::latencies::ended_per_minute;
use super::{JobCount, JobState, Pause, counts};
use crate::queue::JobKind;

/// A lane as operators see it.
#[derive(Debug, Clone, Serialize)]
pub struct LaneRow {
    pub name: String,
    /// Jobs that wait, whether they are due or not.
    pub waiting: i64,
    /// Since when the job that waits longest has been due; nothing when nothing is.
    pub oldest_due: Option<DateTime<Utc>>,
    pub running: i64,
    /// At most so many at once, over all processes; nothing for no limit of its own.
    pub concurrency: Option<i32>,
    /// Jobs that all live workers together can run at once, of whichever lane.
    pub slots: i64,
    /// Over the last ten minutes.
    pub done_per_minute: f64,
    pub pause: Option<Pause>,
}

impl LaneRow {
    /// In seconds: when what waits will have been done, at the pace of the last ten minutes. Nothing when nothing waits or ends.
    pub fn drains_in(&self) -> Option<f64> {
        (self.waiting > 0 && self.done_per_minute > 0.0 && self.pause.is_none())
            .then(|| self.waiting as f64 / self.done_per_minute * 60.0)
    }
}

/// Every lane, by name. Costs as much as there are lanes and kinds of jobs that wait.
pub async fn lane_rows(conn: &mut PgConnection, lease_seconds: u32) -> Result<Vec<LaneRow>, sqlx::Error> {
    let counts = counts(conn).await?;
    let due = oldest_due(conn).await?;
    let done = ended_per_minute(conn).await?;
    let slots = live_slots(conn, lease_seconds).await?;
    let rows =
        sqlx::query!("SELECT name, paused_at, paused_by, reason, resume_at, concurrency FROM lanes ORDER BY name");
    let lanes = rows.fetch_all(conn).await?.into_iter().map(|row| {
        let of_lane = |state: &[JobState]| -> i64 {
            let here = |count: &&JobCount| count.lane == row.name && state.contains(&count.state);
            counts.iter().filter(here).map(|count| count.count).sum()
        };
        let ends = done.iter().filter(|(kind, _)| lane_of(kind, &counts) == Some(row.name.as_str()));
        LaneRow {
            waiting: of_lane(&[JobState::Queued, JobState::Retrying]),
            running: of_lane(&[JobState::Processing]),
            oldest_due: due.iter().filter(|due| due.lane == row.name).map(|due| due.at).min(),
            // Nothing added up is -0.0.
            done_per_minute: ends.map(|(_, done)| done).sum::<f64>() + 0.0,
            concurrency: row.concurrency,
            slots,
            pause: row.paused_at.map(|since| Pause {
                since,
                by: row.paused_by,
                reason: row.reason,
                until: row.resume_at,
            }),
            name: row.name,
        }
    });
    Ok(lanes.collect())
}

/// The lane of a kind: what this program says, or where its jobs are.
fn lane_of<'a>(kind: &str, counts: &'a [JobCount]) -> Option<&'a str> {
    let known = kind.parse::<JobKind>().ok().map(|kind| kind.definition().lane.name());
    known.or_else(|| counts.iter().find(|count| count.kind == kind).map(|count| count.lane.as_str()))
}

/// Since when jobs of a lane and kind have been due.
pub(super) struct Due {
    pub lane: String,
    pub kind: String,
    pub at: DateTime<Utc>,
}

/// The oldest due job of each lane, kind and priority: the index is walked from group to group.
pub(super) async fn oldest_due(conn: &mut PgConnection) -> Result<Vec<Due>, sqlx::Error> {
    sqlx::query_as!(
        Due,
        r#"
        WITH RECURSIVE groups AS (
            (
                SELECT task_type, kind, priority, scheduled_at FROM fang_tasks
                WHERE state IN ('new', 'retried')
                ORDER BY task_type, kind, priority, scheduled_at LIMIT 1
            )
            UNION ALL
            SELECT next.* FROM groups g, LATERAL (
                SELECT task_type, kind, priority, scheduled_at FROM fang_tasks
                WHERE state IN ('new', 'retried') AND (task_type, kind, priority) > (g.task_type, g.kind, g.priority)
                ORDER BY task_type, kind, priority, scheduled_at LIMIT 1
            ) AS next
        )
        SELECT task_type AS "lane!", kind AS "kind!", min(scheduled_at) AS "at!"
        FROM groups WHERE scheduled_at <= now()
        GROUP BY task_type, kind
        "#
    )
    .fetch_all(conn)
    .await
}

async fn live_slots(conn: &mut PgConnection, lease_seconds: u32) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        SELECT coalesce(sum(slots), 0)::bigint AS "slots!" FROM workers
        WHERE stopped_at IS NULL AND quiet_at IS NULL AND seen_at > now() - make_interval(secs => $1)
        "#,
        f64::from(lease_seconds)
    )
    .fetch_one(conn)
    .await
}
