//! How many jobs there are: exactly, and without reading them. Triggers of the table add what every statement changes to
//! `job_count_deltas`, and [`compact`] adds those up into `job_counts`; both together are what a count would say.

use serde::Serialize;
use sqlx::PgConnection;

use super::JobState;

/// Deltas added up in one statement, so that none takes long after a time without a ticker.
const PAGE: i64 = 50_000;

/// How many jobs of a kind and lane are in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobCount {
    /// The state.
    pub state: JobState,
    /// The kind, known here or not.
    pub kind: String,
    /// What they wait in, or came from.
    pub lane: String,
    /// Exact.
    pub count: i64,
}

/// Jobs by state, kind and lane, none of which has none. What it costs follows the number of these, and what was changed
/// within the last minute.
pub async fn counts(conn: &mut PgConnection) -> Result<Vec<JobCount>, sqlx::Error> {
    sqlx::query_as!(
        JobCount,
        r#"
        SELECT state::text AS "state!: String", kind AS "kind!", lane AS "lane!", sum(n)::bigint AS "count!"
        FROM (
            SELECT state, kind, lane, n FROM job_counts
            UNION ALL
            SELECT state, kind, lane, n FROM job_count_deltas
        ) AS counted
        GROUP BY state, kind, lane
        HAVING sum(n) <> 0
        ORDER BY state, kind, lane
        "#
    )
    .fetch_all(conn)
    .await
}

/// Adds up what has changed since the last time, and says how many rows that were. Changes nothing that a reader counts: rows go
/// and are added up in one statement. Of two at once, the second leaves it to the first.
pub async fn compact(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let mut all = 0;
    loop {
        let gone = compact_page(conn).await?;
        all += gone;
        if gone < PAGE {
            return Ok(all);
        }
    }
}

async fn compact_page(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        WITH alone AS MATERIALIZED (
            SELECT pg_try_advisory_xact_lock(hashtextextended('ratemyderp: job_counts', 0)) AS first
        ), gone AS (
            DELETE FROM job_count_deltas
            WHERE id IN (SELECT id FROM job_count_deltas WHERE (SELECT first FROM alone) ORDER BY id LIMIT $1)
            RETURNING state, kind, lane, n
        ), added AS (
            INSERT INTO job_counts AS c (state, kind, lane, n)
            SELECT state, kind, lane, sum(n) FROM gone GROUP BY state, kind, lane HAVING sum(n) <> 0
            ON CONFLICT (state, kind, lane) DO UPDATE SET n = c.n + excluded.n
        )
        SELECT count(*) AS "gone!" FROM gone
        "#,
        PAGE
    )
    .fetch_one(conn)
    .await
}
