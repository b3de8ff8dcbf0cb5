//! A double tap hits the next photo's buttons too, which nobody has seen by then. So a rater's vote within a moment of their
//! last one, on another photo, is taken for the same tap.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::record::Vote;

/// Says for each vote whether it is the second half of a double tap: whether the same rater voted on another photo less than
/// `within` ago, in this batch or in any process. Votes on one photo are never that: who taps twice rates once. Those that are
/// not become their raters' last votes. A `within` of 0 is off.
///
/// It locks the raters' last votes in ascending order until the commit, before everything that [`record`](super::record::record)
/// locks, so that of two votes at once one sees the other.
pub async fn find(
    tx: &mut Transaction<'_, Postgres>,
    votes: &[Vote],
    within: Duration,
) -> Result<Vec<bool>, sqlx::Error> {
    if within.is_zero() {
        return Ok(vec![false; votes.len()]);
    }
    // The first vote of each rater in the batch is the tap, unless the one before was too recent.
    let mut first: BTreeMap<Uuid, i64> = BTreeMap::new();
    for vote in votes {
        first.entry(vote.rater.id.0).or_insert(vote.submission);
    }
    let (raters, photos): (Vec<Uuid>, Vec<i64>) = first.into_iter().unzip();
    let rows = sqlx::query!(
        "INSERT INTO last_votes AS l (rater, submission, at)
         SELECT v.rater, v.submission, clock_timestamp()
         FROM unnest($1::uuid[], $2::bigint[]) v (rater, submission) ORDER BY v.rater
         ON CONFLICT (rater) DO UPDATE
         SET (submission, at) = (
             SELECT CASE WHEN other_photo_just_now THEN l.submission ELSE excluded.submission END,
                    CASE WHEN other_photo_just_now THEN l.at ELSE excluded.at END
             FROM (SELECT l.submission <> excluded.submission
                          AND l.at > excluded.at - make_interval(secs => $3) AS other_photo_just_now) last)
         RETURNING rater, submission",
        &raters,
        &photos,
        within.as_secs_f64()
    )
    .fetch_all(&mut **tx)
    .await?;
    let tapped: BTreeMap<Uuid, i64> = rows.into_iter().map(|row| (row.rater, row.submission)).collect();
    Ok(votes.iter().map(|vote| tapped.get(&vote.rater.id.0).is_some_and(|&photo| photo != vote.submission)).collect())
}

/// Deletes what is too old to matter. What a vote is just using it passes over: waiting for several votes could block some.
pub async fn prune(conn: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let pruned = sqlx::query!(
        "DELETE FROM last_votes WHERE rater IN (
             SELECT rater FROM last_votes WHERE at < now() - interval '1 minute' FOR UPDATE SKIP LOCKED)"
    )
    .execute(conn)
    .await?;
    Ok(pruned.rows_affected())
}
