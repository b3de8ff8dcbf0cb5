//! Reports that wait for a moderator, by photo.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::{Reason, Report};

/// A photo with open reports.
#[derive(Debug, Clone, Serialize)]
pub struct ReportedPhoto {
    pub submission: i64,
    /// Open reports.
    pub count: i64,
    /// When the first of them came.
    pub since: DateTime<Utc>,
}

/// Photos with open reports: those with the most first, then those that wait longest.
pub async fn photos(conn: &mut PgConnection, limit: i64) -> Result<Vec<ReportedPhoto>, sqlx::Error> {
    sqlx::query_as!(
        ReportedPhoto,
        r#"SELECT r.submission, count(*) AS "count!", min(r.created_at) AS "since!"
           FROM reports r JOIN submissions s ON s.id = r.submission
           WHERE r.decision IS NULL AND s.moderation <> 'removed'
           GROUP BY r.submission
           ORDER BY count(*) DESC, min(r.created_at), r.submission LIMIT $1"#,
        limit
    )
    .fetch_all(conn)
    .await
}

/// How many photos wait for a moderator.
pub async fn photo_count(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT count(DISTINCT r.submission) AS "count!"
           FROM reports r JOIN submissions s ON s.id = r.submission
           WHERE r.decision IS NULL AND s.moderation <> 'removed'"#
    )
    .fetch_one(conn)
    .await
}

/// The newest reports of these photos, at most `each` of a photo; `open` leaves out those that were answered.
pub async fn newest(
    conn: &mut PgConnection,
    photos: &[i64],
    each: i64,
    open: bool,
) -> Result<Vec<Report>, sqlx::Error> {
    sqlx::query_as!(
        Report,
        r#"SELECT r.submission AS "submission!", r.reason AS "reason!: Reason", r.note AS "note!",
               r.created_at AS "created_at!"
           FROM unnest($1::bigint[]) p (id)
           CROSS JOIN LATERAL (
               SELECT * FROM reports
               WHERE submission = p.id AND (decision IS NULL OR NOT $3)
               ORDER BY created_at DESC LIMIT $2
           ) r"#,
        photos,
        each,
        open
    )
    .fetch_all(conn)
    .await
}
