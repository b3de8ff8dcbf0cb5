//! How far a photo's job is.

use serde::Serialize;
use sqlx::PgConnection;

use super::State;

/// What a photo's page says about its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The job's number.
    pub number: i64,
    /// Where it stands.
    pub state: State,
    /// How many jobs of its lane go before it; at most a thousand are counted.
    pub ahead: i64,
}

/// The newest job that makes renditions of a photo.
pub async fn of_submission(conn: &mut PgConnection, submission: i64) -> Result<Option<Progress>, sqlx::Error> {
    sqlx::query_as!(
        Progress,
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
        WHERE mine.submission = $1 AND mine.kind = 'thumbnail'
        ORDER BY mine.number DESC
        LIMIT 1
        "#,
        submission,
    )
    .fetch_optional(conn)
    .await
}
