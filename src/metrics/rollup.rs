//! Minutes from points, hours from minutes, and what is too old. Doing it again gives the same.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

/// How late points may come: a process keeps them for ten minutes while PostgreSQL is away.
const LATE_MINUTES: i64 = 15;

/// One round, every minute: adds up what may have changed, and forgets what is too old. Of two at once, the second leaves it to the
/// first. An hour stands as far as it has come.
pub async fn run(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let mine = sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_lock(hashtextextended('ratemyderp: metrics rollup', 0)) AS "mine!""#
    )
    .fetch_one(&mut *conn)
    .await?;
    if !mine {
        return Ok(());
    }
    let done = round(conn, now).await;
    sqlx::query!("SELECT pg_advisory_unlock(hashtextextended('ratemyderp: metrics rollup', 0))")
        .fetch_one(conn)
        .await?;
    done
}

async fn round(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    // After a time without any round, from where the last one ended.
    let last = sqlx::query_scalar!("SELECT max(at) FROM metric_minutes WHERE measurement = 'up'")
        .fetch_one(&mut *conn)
        .await?;
    let from = last.unwrap_or(now - TimeDelta::hours(48)).min(now) - TimeDelta::minutes(LATE_MINUTES);
    let from = from.max(now - TimeDelta::hours(48));
    minutes(conn, from, now).await?;
    hours(conn, from, now).await?;
    three_hours(conn, from, now).await?;
    forget(conn, now).await
}

/// Adds up the minutes that lie between these moments, whole ones alone.
pub async fn minutes(conn: &mut PgConnection, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let made = sqlx::query!(
        r#"
        INSERT INTO metric_minutes AS m (measurement, at, tags, fields, gauge)
        SELECT measurement, bin, tags, jsonb_object_agg(f.name, f.value), gauge
        FROM (
            SELECT measurement, gauge, date_bin('1 minute', at, 'epoch') AS bin,
                CASE WHEN measurement = 'up' OR gauge THEN tags ELSE tags - 'instance' END AS tags,
                key, sum(value::numeric) AS total, avg(value::numeric) AS mean, max(value::numeric) AS most
            FROM metric_points, jsonb_each_text(fields) AS field (key, value)
            WHERE at >= date_trunc('minute', $1::timestamptz) AND at < date_trunc('minute', $2::timestamptz)
            GROUP BY 1, 2, 3, 4, 5
        ) AS added, LATERAL (
            SELECT key AS name, total AS value WHERE NOT gauge
            UNION ALL
            SELECT key, mean WHERE gauge
            UNION ALL
            SELECT key || '_max', most WHERE gauge
        ) AS f
        GROUP BY measurement, bin, tags, gauge
        ON CONFLICT (measurement, at, tags) DO UPDATE SET fields = excluded.fields
        WHERE m.fields <> excluded.fields
        "#,
        from,
        to
    )
    .execute(conn)
    .await?;
    Ok(made.rows_affected())
}

/// Adds up what is added up already by longer intervals, of what `$which` says.
macro_rules! coarser {
    ($into:literal, $of:literal, $bin:literal, $which:literal, $from:expr, $to:expr) => {
        sqlx::query!(
            "INSERT INTO "
                + $into
                + " AS c (measurement, at, tags, fields, gauge)
             SELECT measurement, bin, tags, jsonb_object_agg(key, value), gauge
             FROM (
                 SELECT measurement, gauge, date_bin('"
                + $bin
                + "', at, 'epoch') AS bin, tags, key,
                     CASE WHEN NOT gauge THEN sum(value::numeric)
                          WHEN right(key, 4) = '_max' THEN max(value::numeric)
                          ELSE avg(value::numeric) END AS value
                 FROM "
                + $of
                + ", jsonb_each_text(fields) AS field (key, value)
                 WHERE at < $2 AND "
                + $which
                + "
                 GROUP BY 1, 2, 3, 4, 5
             ) AS added
             GROUP BY measurement, bin, tags, gauge
             ON CONFLICT (measurement, at, tags) DO UPDATE SET fields = excluded.fields
             WHERE c.fields <> excluded.fields",
            $from,
            $to
        )
    };
}

/// Adds up the hours that lie between these moments from their minutes, the last one as far as it has come.
pub async fn hours(conn: &mut PgConnection, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let made =
        coarser!("metric_hours", "metric_minutes", "1 hour", "at >= date_trunc('hour', $1::timestamptz)", from, to);
    Ok(made.execute(conn).await?.rows_affected())
}

/// Adds up hours by threes, from this moment or from where the last round ended, whatever is earlier; all but addresses, of which no
/// chart of a month is.
pub async fn three_hours(conn: &mut PgConnection, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let made = coarser!(
        "metric_three_hours",
        "metric_hours",
        "3 hours",
        "measurement <> 'http' AND at >= date_bin('3 hours', least($1::timestamptz,
             (SELECT max(at) FROM metric_three_hours WHERE measurement = 'up')), 'epoch')",
        from,
        to
    );
    Ok(made.execute(conn).await?.rows_affected())
}

/// Points are kept for 48 hours, minutes for 14 days, hours for ever.
async fn forget(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM metric_points WHERE at < $1", now - TimeDelta::hours(48)).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM metric_minutes WHERE at < $1", now - TimeDelta::days(14)).execute(conn).await.map(drop)
}
