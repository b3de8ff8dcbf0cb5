//! Pauses that end by themselves: lanes, kinds and schedules whose time has come.

use sqlx::PgConnection;

use super::CHANNEL;

/// Ends every pause whose `resume_at` has passed, and says what goes on, such as `lane mail`. Wakes the workers.
pub async fn end_due(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        WITH lane AS (
            UPDATE lanes SET paused_at = NULL, paused_by = NULL, reason = NULL, resume_at = NULL
            WHERE paused_at IS NOT NULL AND resume_at <= now()
            RETURNING 'lane ' || name AS what
        ), kind AS (
            DELETE FROM paused_kinds WHERE resume_at <= now() RETURNING 'kind ' || kind AS what
        ), schedule AS (
            DELETE FROM paused_schedules WHERE resume_at <= now() RETURNING 'schedule ' || name AS what
        )
        SELECT what AS "what!"
        FROM (SELECT what FROM lane UNION ALL SELECT what FROM kind UNION ALL SELECT what FROM schedule) AS ended,
            LATERAL (SELECT pg_notify($1, '')) AS wake
        ORDER BY what
        "#,
        CHANNEL
    )
    .fetch_all(conn)
    .await
}
