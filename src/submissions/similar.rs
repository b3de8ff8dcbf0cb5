//! Photos that look like an older one, by their fingerprints.

use serde::Serialize;
use sqlx::{PgConnection, Postgres, Transaction};

use super::renditions::NEAR;

/// The oldest of the photos that look most like this fingerprint, if any is near enough. Found through the index on quarters of
/// fingerprints, whose definition says why nothing is missed.
pub(super) async fn find(
    tx: &mut Transaction<'_, Postgres>,
    id: i64,
    fingerprint: i64,
) -> Result<Option<i64>, sqlx::Error> {
    let quarters = probes(fingerprint);
    sqlx::query_scalar!(
        "SELECT id FROM submissions
         WHERE fingerprint IS NOT NULL AND moderation <> 'removed' AND fingerprint_quarters(fingerprint) && $1
           AND id <> $2 AND state = 'ready' AND bit_count((fingerprint # $3)::bit(64)) <= $4
         ORDER BY bit_count((fingerprint # $3)::bit(64)), id LIMIT 1",
        &quarters,
        id,
        fingerprint,
        i64::from(NEAR)
    )
    .fetch_optional(&mut **tx)
    .await
}

/// Each quarter as it is, and with each of its bits turned over: with their places, as the index holds them.
fn probes(fingerprint: i64) -> Vec<i32> {
    let quarter = |place: u32| i32::from((fingerprint >> (16 * place)) as u16);
    (0..4)
        .flat_map(|place| {
            let whole = quarter(place) | (place as i32) << 16;
            std::iter::once(whole).chain((0..16).map(move |bit| whole ^ (1 << bit)))
        })
        .collect()
}

/// A photo that looks like an older one.
#[derive(Debug, Clone)]
pub struct SimilarPair {
    /// The newer one.
    pub id: i64,
    pub title: String,
    /// The older one.
    pub older: i64,
    pub older_title: String,
    /// Do both belong to the same account?
    pub same_owner: bool,
}

/// What waits to be looked at by a moderator, the oldest first.
pub async fn unreviewed(conn: &mut PgConnection, limit: i64) -> Result<Vec<SimilarPair>, sqlx::Error> {
    sqlx::query_as!(
        SimilarPair,
        r#"SELECT s.id, s.title, o.id AS older, o.title AS older_title, (s.owner = o.owner) AS "same_owner!"
           FROM submissions s JOIN submissions o ON o.id = s.similar_to
           WHERE s.similar_to IS NOT NULL AND s.moderation <> 'removed' AND o.moderation <> 'removed'
           ORDER BY s.id LIMIT $1"#,
        limit
    )
    .fetch_all(conn)
    .await
}

/// The older photo that this one is marked for.
#[derive(Debug, Clone, Serialize)]
pub struct SimilarPhoto {
    pub id: i64,
    pub title: String,
}

/// Which older photo this one looks like, as long as nobody has looked.
pub async fn similar_to(conn: &mut PgConnection, id: i64) -> Result<Option<SimilarPhoto>, sqlx::Error> {
    sqlx::query_as!(
        SimilarPhoto,
        "SELECT o.id, o.title FROM submissions s JOIN submissions o ON o.id = s.similar_to
         WHERE s.id = $1 AND o.moderation <> 'removed'",
        id
    )
    .fetch_optional(conn)
    .await
}

/// Somebody has looked: it is another picture, or may stay. False when it was not marked.
pub async fn mark_reviewed(tx: &mut Transaction<'_, Postgres>, id: i64) -> Result<bool, sqlx::Error> {
    let marked = sqlx::query!(
        "UPDATE submissions SET similar_to = NULL, updated_at = now()
         WHERE id = $1 AND similar_to IS NOT NULL",
        id
    )
    .execute(&mut **tx)
    .await?;
    Ok(marked.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_to_seven_changed_bits_are_probed_wherever_they_are() {
        let fingerprint = 0x0123_4567_89AB_CDEF_i64;
        let all = probes(fingerprint);
        // Two bits in three quarters, one in the last: the worst there is.
        let other = fingerprint ^ 0x8001_4002_0801_0010_u64 as i64;
        assert_eq!((fingerprint ^ other).count_ones(), NEAR);
        let quarters: Vec<i32> = (0..4).map(|at| i32::from((other >> (16 * at)) as u16) | at << 16).collect();
        assert!(quarters.iter().any(|quarter| all.contains(quarter)));
        assert_eq!(all.len(), 68);
    }
}
