//! Attempts that somebody asked to end. The worker that runs one looks every few seconds; it is ended where it waits next.

use std::time::Duration;

use sqlx::PgConnection;
use uuid::Uuid;

use super::Shared;

/// Between two looks.
pub(super) const EVERY: Duration = Duration::from_secs(2);

/// Tells the attempts of this process that are to end.
pub(super) async fn look(shared: &Shared) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = shared.held().keys().copied().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let asked = sqlx::query!(
        r#"
        SELECT t.id, t.attempt, o.actor_name AS "by?", o.reason AS "reason?"
        FROM fang_tasks t LEFT JOIN operations o ON o.number = t.operation
        WHERE t.id = ANY($1) AND t.stop_requested_at IS NOT NULL AND t.state = 'in_progress' AND t.lease_owner = $2
        "#,
        &ids,
        shared.worker
    )
    .fetch_all(&shared.pool)
    .await?;
    for row in asked {
        let held = shared.held().get(&row.id).filter(|held| held.claim.attempt == row.attempt).cloned();
        if let Some(held) = held {
            held.stop.ask(words(row.by, row.reason));
        }
    }
    Ok(())
}

/// Who asked for the end of an attempt whose worker has died, and why.
pub(super) async fn asked(conn: &mut PgConnection, id: Uuid) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        SELECT o.actor_name AS "by?", o.reason AS "reason?"
        FROM fang_tasks t LEFT JOIN operations o ON o.number = t.operation
        WHERE t.id = $1 AND t.stop_requested_at IS NOT NULL
        "#,
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| words(row.by, row.reason)))
}

fn words(by: Option<String>, reason: Option<String>) -> String {
    let by = by.unwrap_or_else(|| "an operator".to_owned());
    match reason.filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("stopped by {by}: {reason}"),
        None => format!("stopped by {by}"),
    }
}
