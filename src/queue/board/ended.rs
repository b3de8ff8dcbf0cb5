//! How many attempts ended.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

/// How many attempts ended in each of so many minutes, finished or not. Each minute is looked up by index.
pub async fn ended(conn: &mut PgConnection, start: DateTime<Utc>, minutes: i32) -> Result<Vec<i64>, sqlx::Error> {
    let moments: Vec<_> = (0..minutes).map(|after| start + TimeDelta::minutes(after.into())).collect();
    sqlx::query_scalar!(
        r#"
        SELECT coalesce(p.n, 0) AS "n!"
        FROM unnest($1::timestamptz[]) WITH ORDINALITY AS m (at, place), LATERAL (
            SELECT sum(n)::bigint AS n FROM (
                SELECT n FROM job_pace WHERE NOT hourly AND at = m.at AND measure = 'run' OFFSET 0
            ) AS minute
        ) AS p
        ORDER BY m.place
        "#,
        &moments
    )
    .fetch_all(conn)
    .await
}
