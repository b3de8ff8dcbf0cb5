//! Votes that were cast without a name come along when their rater logs in.

use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::RaterId;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Merged {
    /// Ratings that are the account's from now on.
    pub ratings: u64,
    /// Ratings that no longer count: the account had rated the photo itself, or owns it.
    pub dropped: u64,
    /// Reports that are the account's from now on.
    pub reports: u64,
}

/// Makes everything that the anonymous rater `from` did the doing of `into`, the rater of an account. The account's own
/// ratings win, and its own photos keep none of its ratings; every tally stays equal to a recount.
///
/// Both raters are locked until the commit, in the order that [`record`](super::record::record) takes too. So a vote of
/// theirs that is under way is either there in time to come along, or comes within a minute of it and is counted for the account.
/// Then the account is locked as an heir, against the late votes of whoever was merged into it before. Votes of others wait for
/// nothing but the tallies of dropped ratings.
///
/// Nothing happens if `from` belongs to an account or was merged before, or if `into` belongs to none.
pub async fn merge(tx: &mut Transaction<'_, Postgres>, from: RaterId, into: RaterId) -> Result<Merged, sqlx::Error> {
    lock(tx, &[from.0, into.0]).await?;
    lock_heir(tx, into).await?;
    let Some(account) = heir(tx, from, into).await? else {
        return Ok(Merged::default());
    };
    let doubled = doubled(tx, from, into, account).await?;
    drop_ratings(tx, from, &doubled).await?;
    let ratings = move_ratings(tx, from, into).await?;
    let reports = move_reports(tx, from, into).await?;
    point_to_heir(tx, from, into).await?;
    Ok(Merged { ratings, dropped: doubled.len() as u64, reports })
}

/// Forgets who was merged more than a day ago: nothing that was begun before is under way for that long. Whoever has ratings or reports after all, or an account, stays.
pub async fn delete_old(conn: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let forgotten =
        sqlx::query!(
            "DELETE FROM raters r WHERE merged_into IS NOT NULL AND merged_at < now() - interval '1 day' AND account IS NULL
             AND NOT EXISTS (SELECT FROM ratings WHERE rater = r.id)
             AND NOT EXISTS (SELECT FROM reports WHERE rater = r.id)"
        )
        .execute(conn)
        .await?;
    Ok(forgotten.rows_affected())
}

async fn lock(tx: &mut Transaction<'_, Postgres>, raters: &[Uuid]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(held.lock)
         FROM (SELECT DISTINCT rater_lock(w.id) AS lock FROM unnest($1::uuid[]) w (id) ORDER BY 1) held",
        raters
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

async fn lock_heir(tx: &mut Transaction<'_, Postgres>, heir: RaterId) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock(heir_lock($1))", heir.0).execute(&mut **tx).await.map(drop)
}

/// The account that inherits, if there is anything to inherit.
async fn heir(tx: &mut Transaction<'_, Postgres>, from: RaterId, into: RaterId) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT r.account AS "account!" FROM raters r
           WHERE r.id = $2 AND r.account IS NOT NULL
             AND NOT EXISTS (
                 SELECT FROM raters f WHERE f.id = $1 AND (f.account IS NOT NULL OR f.merged_into IS NOT NULL))"#,
        from.0,
        into.0
    )
    .fetch_optional(&mut **tx)
    .await
}

/// Rated photos that the account has rated too, or owns.
async fn doubled(
    tx: &mut Transaction<'_, Postgres>,
    from: RaterId,
    into: RaterId,
    account: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT r.submission FROM ratings r
         WHERE r.rater = $1
           AND (EXISTS (SELECT FROM ratings o WHERE o.rater = $2 AND o.submission = r.submission)
                OR EXISTS (SELECT FROM submissions s WHERE s.id = r.submission AND s.owner = $3))",
        from.0,
        into.0,
        account
    )
    .fetch_all(&mut **tx)
    .await
}

/// Takes ratings out of their tallies, whose locks are taken first, in ascending order, as by everybody who counts votes.
async fn drop_ratings(tx: &mut Transaction<'_, Postgres>, rater: RaterId, photos: &[i64]) -> Result<(), sqlx::Error> {
    if photos.is_empty() {
        return Ok(());
    }
    sqlx::query_scalar!(
        "SELECT submission FROM tallies WHERE submission = ANY($1) ORDER BY submission FOR NO KEY UPDATE",
        photos
    )
    .fetch_all(&mut **tx)
    .await?;
    sqlx::query!(
        "WITH dropped AS (
             DELETE FROM ratings WHERE rater = $1 AND submission = ANY($2) RETURNING submission, score)
         UPDATE tallies t
         SET count = t.count - 1, sum = t.sum - d.score, histogram[d.score] = t.histogram[d.score] - 1
         FROM dropped d WHERE t.submission = d.submission",
        rater.0,
        photos
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// What nobody else has rated for the account changes hands; no tally changes with it.
async fn move_ratings(tx: &mut Transaction<'_, Postgres>, from: RaterId, into: RaterId) -> Result<u64, sqlx::Error> {
    let moved =
        sqlx::query!("UPDATE ratings SET rater = $2 WHERE rater = $1", from.0, into.0).execute(&mut **tx).await?;
    Ok(moved.rows_affected())
}

async fn move_reports(tx: &mut Transaction<'_, Postgres>, from: RaterId, into: RaterId) -> Result<u64, sqlx::Error> {
    sqlx::query!(
        "DELETE FROM reports r WHERE r.rater = $1
           AND EXISTS (SELECT FROM reports o WHERE o.rater = $2 AND o.submission = r.submission)",
        from.0,
        into.0
    )
    .execute(&mut **tx)
    .await?;
    let moved =
        sqlx::query!("UPDATE reports SET rater = $2 WHERE rater = $1", from.0, into.0).execute(&mut **tx).await?;
    Ok(moved.rows_affected())
}

/// Where votes go that are still under way, the first one of a rater who is not known yet included.
async fn point_to_heir(tx: &mut Transaction<'_, Postgres>, from: RaterId, into: RaterId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO raters (id, lap_start, lap_end, merged_into, merged_at) VALUES ($1, 1, 1, $2, now())
         ON CONFLICT (id) DO UPDATE SET merged_into = excluded.merged_into, merged_at = excluded.merged_at",
        from.0,
        into.0
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}
