//! Photos like another one: of its species, and with a picture that looks like its own.

use sqlx::PgConnection;

use super::{FoundPhoto, photos};
use crate::db::along_indexes;

/// Photos that are shown beside another one.
const MOST: i64 = 6;

/// Of the same species so many are compared that were sent in before it, and so many after it.
const NEIGHBOURS: i64 = 60;

/// Those of its neighbours of one species whose fingerprints differ least from its own; without fingerprints, the newest of them.
pub async fn find(conn: &mut PgConnection, id: i64) -> Result<Vec<FoundPhoto>, sqlx::Error> {
    let mut tx = along_indexes(conn).await?;
    let alike = sqlx::query_scalar!(
        r#"SELECT o.id AS "id!"
           FROM (SELECT s.id, '=' || lower(s.species) AS word, s.fingerprint FROM submissions s WHERE s.id = $1) AS one
                CROSS JOIN LATERAL (
                    (SELECT p.submission FROM photo_words p
                     WHERE p.word = ANY(ARRAY[one.word]) AND p.weight = 0 AND p.submission < $1
                     ORDER BY p.word DESC, p.weight DESC, p.submission DESC LIMIT $2)
                    UNION ALL
                    (SELECT p.submission FROM photo_words p
                     WHERE p.word = ANY(ARRAY[one.word]) AND p.weight = 0 AND p.submission > $1
                     ORDER BY p.word, p.weight, p.submission LIMIT $2)) AS near
                CROSS JOIN LATERAL (
                    SELECT s.id, s.fingerprint FROM submissions s
                    WHERE s.id = near.submission AND s.ordinal IS NOT NULL OFFSET 0) AS o
           ORDER BY bit_count((o.fingerprint # one.fingerprint)::bit(64)), o.id DESC LIMIT $3"#,
        id,
        NEIGHBOURS,
        MOST
    )
    .fetch_all(&mut *tx)
    .await?;
    let photos = photos(&mut tx, &alike).await?;
    tx.rollback().await?;
    Ok(photos)
}
