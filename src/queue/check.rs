//! Does the queue agree with itself?

use sqlx::PgConnection;
use strum::VariantArray;

use super::Lane;
use crate::db::sentences;

/// In words, what disagrees; empty when all is well. Reads every attempt: for `ratemyderp check`, not for a page.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let lanes: Vec<String> = Lane::VARIANTS.iter().map(|lane| lane.name().to_owned()).collect();
    let found = sqlx::query_scalar!(
        r#"
        SELECT format('Job %s (%s) is being processed, but nobody holds it.', number, kind) AS "what!"
        FROM fang_tasks WHERE state = 'in_progress' AND (lease_owner IS NULL OR lease_until IS NULL)
        UNION ALL
        SELECT format('Job %s (%s) is held by worker %s, whose lease ended %s.', number, kind, lease_owner, lease_until)
        FROM fang_tasks WHERE state = 'in_progress' AND lease_until < now() - interval '1 minute'
        UNION ALL
        SELECT format('Job %s (%s) is held by worker %s, which has stopped.', t.number, t.kind, w.number)
        FROM fang_tasks t JOIN workers w ON w.number = t.lease_owner
        WHERE t.state = 'in_progress' AND w.stopped_at IS NOT NULL
        UNION ALL
        SELECT format('Job %s (%s) is being processed without an open attempt %s.', t.number, t.kind, t.attempt)
        FROM fang_tasks t
        WHERE t.state = 'in_progress' AND NOT EXISTS (
            SELECT FROM job_attempts a WHERE a.job = t.number AND a.attempt = t.attempt AND a.ended_at IS NULL
        )
        UNION ALL
        SELECT format('Attempt %s of job %s is open, but the job does not run.', a.attempt, a.job)
        FROM job_attempts a
        WHERE a.ended_at IS NULL AND NOT EXISTS (
            SELECT FROM fang_tasks t WHERE t.number = a.job AND t.attempt = a.attempt AND t.state = 'in_progress'
        )
        UNION ALL
        SELECT format('Job %s (%s) is in the lane "%s", which does not exist.', number, kind, task_type)
        FROM fang_tasks WHERE state IN ('new', 'retried') AND task_type NOT IN (SELECT name FROM lanes)
        UNION ALL
        SELECT format('Job %s (%s) does not run, and worker %s still holds it.', number, kind, lease_owner)
        FROM fang_tasks WHERE state <> 'in_progress' AND lease_owner IS NOT NULL
        UNION ALL
        SELECT format('The counters say that %s jobs (%s in the lane "%s") are %s, a recount says %s.', said, kind, lane, state,
            counted)
        FROM (
            SELECT state, kind, lane, coalesce(sum(n) FILTER (WHERE counter), 0) AS said,
                coalesce(sum(n) FILTER (WHERE NOT counter), 0) AS counted
            FROM (
                SELECT true AS counter, state, kind, lane, n FROM job_counts
                UNION ALL
                SELECT true, state, kind, lane, n FROM job_count_deltas
                UNION ALL
                SELECT false, state, kind, task_type, count(*) FROM fang_tasks GROUP BY state, kind, task_type
            ) AS both_ways
            GROUP BY state, kind, lane
        ) AS compared
        WHERE said <> counted
        UNION ALL
        SELECT format('The tick of %s at %s led to no job.', name, tick) FROM schedules WHERE job IS NULL
        UNION ALL
        SELECT format('The lane "%s" is missing: its jobs would wait for ever.', lane)
        FROM unnest($1::text[]) lane WHERE lane NOT IN (SELECT name FROM lanes)
        "#,
        &lanes
    )
    .fetch(conn);
    sentences(found).await
}

/// How many jobs have failed and were not put aside: not a disagreement, but worth a look.
pub async fn failed(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM fang_tasks WHERE state = 'failed' AND discarded_at IS NULL"#
    )
    .fetch_one(conn)
    .await
}
