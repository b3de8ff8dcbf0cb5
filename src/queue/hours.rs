//! Which numbers jobs had hour by hour, so that a time becomes a range of numbers.

use sqlx::PgConnection;

/// Writes down how far numbers have come: those up to `last_number` were given before the hour was over, and those from
/// `first_number` on not before its first look, however long nobody had looked until then. Both are found by index.
pub async fn note(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO job_hours AS h (hour, first_number, last_number)
         SELECT date_trunc('hour', now()), max(number) + 1, max(number) FROM fang_tasks HAVING max(number) IS NOT NULL
         ON CONFLICT (hour) DO UPDATE SET last_number = greatest(h.last_number, excluded.last_number)"
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Forgets hours in which no job was made that is still there. One is kept: what came before is older than it.
pub async fn delete_old(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM job_hours h
         WHERE h.last_number < (SELECT min(number) FROM fang_tasks) AND h.hour < (SELECT max(hour) FROM job_hours)"
    )
    .execute(conn)
    .await
    .map(drop)
}
