//! How often each error was met, by hour and version. Workers add a row to `error_hits` with every attempt that fails; the ticker
//! adds those up into `error_hours`, and looks whether a muted error has changed since.

use sqlx::PgConnection;

/// Rows added up in one statement.
const PAGE: i64 = 50_000;

/// Adds up what came since the last time. Changes nothing that a reader counts: rows go and are added up in one statement. Of two
/// at once, the second leaves it to the first.
pub async fn compact(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    while compact_page(conn).await? == PAGE {}
    Ok(())
}

async fn compact_page(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        WITH alone AS MATERIALIZED (
            SELECT pg_try_advisory_xact_lock(hashtextextended('ratemyderp: error_hours', 0)) AS first
        ), gone AS (
            DELETE FROM error_hits
            WHERE id IN (SELECT id FROM error_hits WHERE (SELECT first FROM alone) ORDER BY id LIMIT $1)
            RETURNING error_group, version, at
        ), added AS (
            INSERT INTO error_hours AS h (hour, error_group, version, n, first_at, last_at)
            SELECT date_trunc('hour', at), error_group, version, count(*), min(at), max(at)
            FROM gone GROUP BY 1, 2, 3
            ON CONFLICT (error_group, hour, version) DO UPDATE SET n = h.n + excluded.n,
                first_at = least(h.first_at, excluded.first_at), last_at = greatest(h.last_at, excluded.last_at)
        )
        SELECT count(*) AS "gone!" FROM gone
        "#,
        PAGE
    )
    .fetch_one(conn)
    .await
}

/// Ends the mutes of errors that have changed: a version fails with one that did not when it was muted, or it comes more than three
/// times as often in an hour, and more than ten times. Says which.
pub async fn unmute_changed(conn: &mut PgConnection) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        WITH muted AS (
            SELECT error_group, muted_at, muted_version, coalesce(muted_per_hour, 0) AS usual
            FROM error_group_notes WHERE muted_at IS NOT NULL
        ), seen AS (
            SELECT h.error_group, h.version, h.hour, h.n, h.first_at FROM error_hours h JOIN muted USING (error_group)
            UNION ALL
            SELECT h.error_group, h.version, date_trunc('hour', h.at), 1, h.at FROM error_hits h JOIN muted USING (error_group)
        ), versions AS (
            SELECT error_group, min(version) AS version
            FROM (SELECT error_group, version, min(first_at) AS first_at FROM seen GROUP BY 1, 2) AS first
            JOIN muted USING (error_group)
            WHERE first.first_at > muted_at AND version IS DISTINCT FROM muted_version
            GROUP BY error_group
        ), hours AS (
            SELECT error_group, max(n) AS n
            FROM (SELECT error_group, hour, sum(n)::bigint AS n FROM seen GROUP BY 1, 2) AS sums
            JOIN muted USING (error_group)
            WHERE hour >= date_trunc('hour', muted_at) AND n > greatest(3 * usual, 10)
            GROUP BY error_group
        )
        UPDATE error_group_notes g
        SET muted_at = NULL, muted_by = NULL, muted_reason = NULL, muted_version = NULL, muted_per_hour = NULL,
            unmuted_at = now(), unmuted_why = CASE
                WHEN versions.version IS NOT NULL THEN format('it changed: version %s fails with it too', versions.version)
                ELSE format('it changed: it came %s times within an hour, and at most %s times before it was muted', hours.n, usual)
            END
        FROM muted LEFT JOIN versions USING (error_group) LEFT JOIN hours USING (error_group)
        WHERE g.error_group = muted.error_group AND (versions.version IS NOT NULL OR hours.n IS NOT NULL)
        RETURNING g.error_group
        "#
    )
    .fetch_all(conn)
    .await
}

/// Forgets hours of so many days ago, and groups that were met in none since, of which no job has failed and about which nobody
/// has written anything down.
pub async fn delete_old(conn: &mut PgConnection, days: i32) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM error_hours WHERE hour < now() - make_interval(days => $1)", days)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        r#"
        WITH gone AS (
            DELETE FROM error_groups g
            WHERE g.first_seen_at < now() - make_interval(days => $1)
            AND NOT EXISTS (SELECT FROM error_hours h WHERE h.error_group = g.id)
            AND NOT EXISTS (SELECT FROM error_hits h WHERE h.error_group = g.id)
            AND NOT EXISTS (SELECT FROM fang_tasks t WHERE t.state = 'failed' AND t.error_group = g.id)
            AND NOT EXISTS (SELECT FROM error_group_notes n WHERE n.error_group = g.id AND n.note <> '')
            RETURNING id
        )
        DELETE FROM error_group_notes n USING gone WHERE n.error_group = gone.id
        "#,
        days
    )
    .execute(conn)
    .await
    .map(drop)
}
