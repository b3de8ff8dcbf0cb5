//! What the sentence is made of: who works, and who no longer does.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A worker says three times in a lease that it lives. Whoever has missed two of these by a good margin takes no more jobs.
const MISSED: f64 = 0.8;

/// A process that says that it lives.
#[derive(Debug, Clone)]
pub(super) struct LiveWorker {
    pub quiet: bool,
    /// Nothing for older programs, which do not say.
    pub kinds: Option<Vec<String>>,
    /// Kinds that it lets rest, since one attempt after the other failed alike.
    pub resting: Vec<String>,
}

/// Those that say so.
pub(super) async fn live(conn: &mut PgConnection, lease_seconds: u32) -> Result<Vec<LiveWorker>, sqlx::Error> {
    sqlx::query_as!(
        LiveWorker,
        r#"
        SELECT quiet_at IS NOT NULL AS "quiet!", kinds, resting FROM workers
        WHERE stopped_at IS NULL AND seen_at > now() - make_interval(secs => $1)
        LIMIT 1000
        "#,
        f64::from(lease_seconds) * MISSED
    )
    .fetch_all(conn)
    .await
}

/// A process that has gone without a word, and in whose place none has started.
#[derive(Debug, Clone)]
pub(super) struct Vanished {
    pub number: i64,
    pub host: String,
    pub pid: i32,
    pub seen_at: DateTime<Utc>,
}

/// Of the last day. Whoever starts after the last sign of one takes its place, on whichever machine; of several that start, each
/// takes one place.
pub(super) async fn vanished(conn: &mut PgConnection, lease_seconds: u32) -> Result<Vec<Vanished>, sqlx::Error> {
    sqlx::query_as!(
        Vanished,
        r#"
        WITH gone AS (
            SELECT number, host, pid, seen_at, row_number() OVER (ORDER BY seen_at DESC) AS place
            FROM workers
            WHERE stopped_at IS NULL AND seen_at BETWEEN now() - interval '1 day' AND now() - make_interval(secs => $1)
        )
        SELECT number, host, pid, seen_at FROM gone
        WHERE place > (SELECT count(*) FROM workers w WHERE w.started_at > gone.seen_at)
        ORDER BY number
        LIMIT 100
        "#,
        f64::from(lease_seconds) * 2.0
    )
    .fetch_all(conn)
    .await
}
