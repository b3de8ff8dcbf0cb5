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
pub async fn queue_position(conn: &mut PgConnection, submission: i64) -> Result<Option<QueuePosition>, sqlx::Error> {
    sqlx::query_as!(
        QueuePosition,
        r#"
        SELECT mine.number, mine.state::text AS "state!: String", CASE
            WHEN mine.state NOT IN ('new', 'retried') THEN 0
            ELSE (
                SELECT count(*) FROM (
                    SELECT FROM fang_tasks t
                    WHERE t.state IN ('new', 'retried') AND t.task_type = mine.task_type
                    AND (t.priority, t.scheduled_at, t.number) < (mine.priority, mine.scheduled_at, mine.number)
                    LIMIT 1000
                ) AS before
            )
        END AS "ahead!"
        FROM fang_tasks mine
        WHERE mine.submission = $1 AND mine.kind IN ('make_thumbnails', 'thumbnail') -- as it was called until November 2026
        ORDER BY mine.number DESC
        LIMIT 1
        "#,
        submission,
    )
    .fetch_optional(conn)
    .await
}
