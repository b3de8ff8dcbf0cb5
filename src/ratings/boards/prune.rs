//! Boards of long ago that no page shows any more.

use sqlx::PgPool;

/// Numbers of photos looked at in one statement.
const STEP: i64 = 10_000;

/// Deletes them, in steps. Days themselves stay: what a photo was given on them is its history.
pub async fn prune(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let last = sqlx::query_scalar!(r#"SELECT coalesce(max(submission), 0) AS "last!" FROM board_photos"#)
        .fetch_one(pool)
        .await?;
    let (mut from, mut gone) = (0, 0);
    while from < last {
        let deleted = sqlx::query!(
            "DELETE FROM board_photos
             WHERE submission > $1 AND submission <= $1 + $2 AND period IN ('day', 'week')
               AND NOT board_kept(period, since, (now() AT TIME ZONE 'UTC')::date)",
            from,
            STEP
        )
        .execute(pool)
        .await?;
        gone += deleted.rows_affected();
        from += STEP;
    }
    Ok(gone)
}
