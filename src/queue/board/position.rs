//! How many jobs go before a photo's.

use serde::Serialize;
use sqlx::PgConnection;

use super::JobState;

/// What a photo's page says about its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct QueuePosition {
    /// The job's number.
    pub number: i64,
    /// Where it stands.
    pub state: JobState,
    /// How many jobs of its lane go before it; at most a thousand are counted.
    pub ahead: i64,
}

/// The newest job that makes renditions of a photo.
///
/// What it costs follows what is counted, and the kinds and priorities in its lane, whatever else waits there: of each only
/// what goes before is read. Jobs of paused kinds do not go before, nor do those that are not due yet.
pub async fn queue_position(conn: &mut PgConnection, submission: i64) -> Result<Option<QueuePosition>, sqlx::Error> {
    // Compared by `=`, the submission would be no part of the order, and numbers of all jobs could be walked.
    sqlx::query_as!(
        QueuePosition,
        r#"
        WITH RECURSIVE mine AS MATERIALIZED (
            SELECT number, state, task_type, priority, scheduled_at
            FROM fang_tasks
            WHERE submission >= $1 AND submission <= $1
            AND kind IN ('make_thumbnails', 'thumbnail') -- as it was called until November 2026
            ORDER BY submission DESC, number DESC
            LIMIT 1
        ), levels AS (
            SELECT task_type, ''::text AS kind, -40000 AS priority FROM mine WHERE state IN ('new', 'retried')
            UNION ALL
            SELECT levels.task_type, next.kind, next.priority
            FROM levels, LATERAL (
                SELECT t.kind, t.priority FROM fang_tasks t
                WHERE t.state IN ('new', 'retried') AND t.task_type = levels.task_type
                AND (t.kind, t.priority) > (levels.kind, levels.priority)
                ORDER BY t.kind, t.priority LIMIT 1
            ) AS next
        ), before AS (
            SELECT levels.kind, levels.priority, CASE
                WHEN levels.priority < mine.priority THEN now()
                ELSE mine.scheduled_at
            END AS until
            FROM levels, mine
            WHERE levels.priority <= mine.priority
            AND NOT EXISTS (SELECT FROM paused_kinds p WHERE p.kind = levels.kind)
        )
        SELECT mine.number AS "number!", mine.state::text AS "state!: String", (
            SELECT count(*) FROM (
                SELECT FROM before, LATERAL (
                    SELECT FROM fang_tasks t
                    WHERE t.state IN ('new', 'retried') AND t.task_type = mine.task_type AND t.kind = before.kind
                    AND t.priority = before.priority AND t.scheduled_at < before.until
                    LIMIT 1000
                ) AS earlier
                UNION ALL
                SELECT FROM before, LATERAL (
                    SELECT FROM fang_tasks t
                    WHERE t.state IN ('new', 'retried') AND t.task_type = mine.task_type AND t.kind = before.kind
                    AND t.priority = before.priority AND t.scheduled_at = before.until AND t.number < mine.number
                    LIMIT 1000
                ) AS of_the_same_time
                LIMIT 1000
            ) AS counted
        ) AS "ahead!"
        FROM mine
        "#,
        submission,
    )
    .fetch_optional(conn)
    .await
}
