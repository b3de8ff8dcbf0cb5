//! Do operations add up?

use sqlx::PgConnection;

use crate::db::sentences;

/// In words, what disagrees; empty when all is well.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"
        WITH counted AS (
            SELECT operation, count(*) AS jobs, count(*) FILTER (WHERE outcome = 'done') AS done,
                count(*) FILTER (WHERE outcome = 'moved') AS moved, count(*) FILTER (WHERE outcome = 'refused') AS refused
            FROM operation_jobs GROUP BY operation
        )
        SELECT format('Operation %s says that of %s jobs %s are done, %s moved and %s refused, a recount says %s, %s, %s and %s.',
            o.number, o.counted, o.done, o.moved, o.refused, coalesce(c.jobs, 0), coalesce(c.done, 0), coalesce(c.moved, 0),
            coalesce(c.refused, 0)) AS "what!"
        FROM operations o LEFT JOIN counted c ON c.operation = o.number
        WHERE o.state <> 'thrown_away'
          AND (o.counted, o.done, o.moved, o.refused)
            IS DISTINCT FROM (coalesce(c.jobs, 0), coalesce(c.done, 0), coalesce(c.moved, 0), coalesce(c.refused, 0))
        UNION ALL
        SELECT format('Operation %s is %s, and no job will go on with it.', o.number, o.state)
        FROM operations o
        WHERE o.state IN ('counting', 'canary', 'running') AND NOT EXISTS (
            SELECT FROM fang_tasks t WHERE t.uniq_hash = 'run_operation:' || o.number
                AND t.state IN ('new', 'retried', 'in_progress')
        )
        "#
    )
    .fetch(conn);
    sentences(found).await
}
