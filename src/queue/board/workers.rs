//! Who works, and what may be worked on.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

/// A jobs process.
#[derive(Debug, Clone, Serialize)]
pub struct Worker {
    /// Its number, given at start.
    pub number: i64,
    /// Its machine.
    pub host: String,
    /// Its process id there.
    pub pid: i32,
    /// How many jobs it runs at once.
    pub slots: i32,
    /// How many it runs now.
    pub running: i64,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it last said that it lives.
    pub seen_at: DateTime<Utc>,
}

/// The processes that have not said goodbye, dead ones included until they are pruned.
pub async fn workers(conn: &mut PgConnection) -> Result<Vec<Worker>, sqlx::Error> {
    sqlx::query_as!(
        Worker,
        r#"
        SELECT w.number, w.host, w.pid, w.slots, w.started_at, w.seen_at,
            (SELECT count(*) FROM fang_tasks t WHERE t.state = 'in_progress' AND t.lease_owner = w.number) AS "running!"
        FROM workers w
        WHERE w.stopped_at IS NULL AND w.seen_at > now() - interval '1 day'
        ORDER BY w.number DESC
        "#,
    )
    .fetch_all(conn)
    .await
}

/// A lane and whether it is paused.
#[derive(Debug, Clone, Serialize)]
pub struct LaneStatus {
    /// Its name.
    pub name: String,
    /// Since when its jobs wait.
    pub paused_at: Option<DateTime<Utc>>,
}

/// Every lane.
pub async fn lanes(conn: &mut PgConnection) -> Result<Vec<LaneStatus>, sqlx::Error> {
    sqlx::query_as!(LaneStatus, "SELECT name, paused_at FROM lanes ORDER BY name").fetch_all(conn).await
}
