//! Does the queue agree with itself?

use sqlx::PgConnection;

/// In words, what disagrees; empty when all is well. Reads every attempt: for `ratemyderp check`, not for a page.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"
        SELECT format('job %s (%s) is being processed, but nobody holds it', number, kind) AS "what!"
        FROM fang_tasks WHERE state = 'in_progress' AND (lease_owner IS NULL OR lease_until IS NULL)
        UNION ALL
        SELECT format('job %s (%s) is held by worker %s, whose lease ended %s', number, kind, lease_owner, lease_until)
        FROM fang_tasks WHERE state = 'in_progress' AND lease_until < now() - interval '1 minute'
        UNION ALL
        SELECT format('job %s (%s) is held by worker %s, which has stopped', t.number, t.kind, w.number)
        FROM fang_tasks t JOIN workers w ON w.number = t.lease_owner
        WHERE t.state = 'in_progress' AND w.stopped_at IS NOT NULL
        UNION ALL
        SELECT format('job %s (%s) is being processed without an open attempt %s', t.number, t.kind, t.attempt)
        FROM fang_tasks t
        WHERE t.state = 'in_progress' AND NOT EXISTS (
            SELECT FROM job_attempts a WHERE a.job = t.number AND a.attempt = t.attempt AND a.ended_at IS NULL
        )
        UNION ALL
        SELECT format('attempt %s of job %s is open, but the job does not run', a.attempt, a.job)
        FROM job_attempts a
        WHERE a.ended_at IS NULL AND NOT EXISTS (
            SELECT FROM fang_tasks t WHERE t.number = a.job AND t.attempt = a.attempt AND t.state = 'in_progress'
        )
        UNION ALL
        SELECT format('job %s (%s) is in the lane "%s", which does not exist', number, kind, task_type)
        FROM fang_tasks WHERE state IN ('new', 'retried') AND task_type NOT IN (SELECT name FROM lanes)
        "#,
    )
    .fetch_all(conn)
    .await?;
    Ok(found)
}

/// How many jobs have failed and were not put aside: not a disagreement, but worth a look.
pub async fn failed(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM fang_tasks WHERE state = 'failed' AND discarded_at IS NULL"#
    )
    .fetch_one(conn)
    .await
}
