//! Figures in PostgreSQL.

use serde_json::Value;
use sqlx::PgConnection;

use super::point::Point;

/// Writes points in one statement. Counts are those of one process, which is named here; gauges are of nobody. Writing the same
/// once more changes nothing.
pub async fn insert(conn: &mut PgConnection, points: &[&Point], instance: &str) -> Result<(), sqlx::Error> {
    let measurements: Vec<String> = points.iter().map(|point| point.measurement.to_owned()).collect();
    let times: Vec<_> = points.iter().map(|point| point.at).collect();
    let tags: Vec<Value> = points.iter().map(|point| point.tags_of((!point.gauge).then_some(instance))).collect();
    let fields: Vec<Value> = points.iter().map(|point| Value::Object(point.fields_stored())).collect();
    let gauges: Vec<bool> = points.iter().map(|point| point.gauge).collect();
    sqlx::query!(
        "WITH shipping AS MATERIALIZED (
             SELECT pg_advisory_xact_lock_shared(hashtextextended('ratemyderp: metric_points', 0))
         )
         INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         SELECT p.measurement, p.at, p.tags, p.fields, p.gauge
         FROM shipping, unnest($1::text[], $2::timestamptz[], $3::jsonb[], $4::jsonb[], $5::boolean[])
             AS p (measurement, at, tags, fields, gauge)
         WHERE p.fields <> '{}'
         ON CONFLICT (measurement, at, tags) DO NOTHING",
        &measurements,
        &times,
        &tags,
        &fields,
        &gauges
    )
    .execute(conn)
    .await
    .map(drop)
}
