//! Votes of people who are not there, so that the boards of a demo have something on them.
//!
//! The same seed makes the same votes, and they take the way of all votes.

use sqlx::{PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::deck::{Bookmarks, Rater};
use super::record::{Vote, record};
use super::{RaterId, Score};
use crate::queue::{self, Job};

/// How many there are. The first has rated every photo.
const CROWD: u64 = 60;

/// What a demo has of votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoVotes {
    /// Votes that were cast now.
    pub cast: usize,
    /// Photos of this owner that wait for their renditions, and cannot be voted on yet.
    pub waiting: i64,
}

/// The crowd rates those photos of this owner that it has not rated and that may be voted on, each photo in a transaction.
pub async fn rate_photos(pool: &PgPool, owner: i64, seed: u64) -> Result<DemoVotes, sqlx::Error> {
    // Asked first: a photo that becomes ready meanwhile counts as waiting, and is rated the next time.
    let waiting = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM submissions WHERE owner = $1 AND state = 'pending'"#,
        owner
    )
    .fetch_one(pool)
    .await?;
    let photos = sqlx::query_scalar!(
        "SELECT s.id FROM submissions s
         WHERE s.owner = $1 AND s.ordinal IS NOT NULL
           AND NOT EXISTS (SELECT FROM ratings r WHERE r.rater = $2 AND r.submission = s.id)
         ORDER BY s.id",
        owner,
        rater(seed, 0).0
    )
    .fetch_all(pool)
    .await?;
    let mut cast = 0;
    for photo in photos {
        let mut tx = pool.begin().await?;
        cast += rate(&mut tx, photo, seed).await?;
        tx.commit().await?;
    }
    if cast > 0 {
        let mut tx = pool.begin().await?;
        // Photos of the days that are over are chosen again, now that there are votes of them.
        sqlx::query!("UPDATE board_state SET chosen_until = NULL").execute(&mut *tx).await?;
        queue::enqueue(&mut tx, Job::RankPhotos).await?;
        tx.commit().await?;
    }
    Ok(DemoVotes { cast, waiting })
}

async fn rate(tx: &mut Transaction<'_, Postgres>, photo: i64, seed: u64) -> Result<usize, sqlx::Error> {
    let votes: Vec<Vote> = (0..CROWD).filter_map(|number| vote(seed, number, photo)).collect();
    let cast = record(tx, &votes).await?.len();
    spread(tx, photo, seed).await?;
    Ok(cast)
}

/// As if they had come over the last fortnight, most of them within four hours of a day that was the photo's own: so a demo has a yesterday, a week
/// before, and photos of the day.
async fn spread(tx: &mut Transaction<'_, Postgres>, photo: i64, seed: u64) -> Result<(), sqlx::Error> {
    let raters: Vec<Uuid> = (0..CROWD).map(|number| rater(seed, number).0).collect();
    let chance = |number: u64| fraction(seed ^ (number << 20) ^ photo.unsigned_abs());
    let great_day = 24.0 * (14.0 * chance(CROWD)).floor();
    let hours: Vec<f64> = (0..CROWD)
        .map(|number| match chance(number) {
            most if most < 0.6 => great_day + 4.0 * most / 0.6,
            other => 336.0 * (other - 0.6) / 0.4,
        })
        .collect();
    sqlx::query!(
        "UPDATE ratings r SET created_at = now() - a.hours * interval '1 hour'
         FROM unnest($1::uuid[], $2::float8[]) AS a (rater, hours) WHERE r.rater = a.rater AND r.submission = $3",
        &raters,
        &hours,
        photo
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// What one of them gives a photo; nothing when they have not met it. People agree roughly, some are kinder than others, and some
/// photos are liked by one half alone.
fn vote(seed: u64, number: u64, photo: i64) -> Option<Vote> {
    let of = |what: u64, whose: u64| fraction(seed ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ whose);
    let shown = photo.unsigned_abs();
    let together = shown.wrapping_mul(1_000_003) ^ number;
    let diligence = 0.25 + 0.7 * of(1, number);
    if number > 0 && of(2, together) > diligence * (0.3 + 0.7 * of(3, shown)) {
        return None;
    }
    let derpiness = 3.0 + 6.0 * of(4, shown);
    let kindness = 2.4 * (of(5, number) - 0.5);
    let taste = 4.0 * of(6, shown).powi(3) * if of(7, together) < 0.5 { -1.0 } else { 1.0 };
    let mood = 1.5 * (of(8, together) + of(9, together) - 1.0);
    let score = (derpiness + kindness + taste + mood).round().clamp(1.0, 10.0);
    let rater = Rater { id: rater(seed, number), account: None, bookmarks: Bookmarks::default(), stored: false };
    Some(Vote { rater, submission: photo, score: Score(score as u8), network: None })
}

fn rater(seed: u64, number: u64) -> RaterId {
    RaterId(Uuid::from_u64_pair(mix(seed ^ 0xdecade), mix(seed ^ number)))
}

/// From 0 to 1.
fn fraction(number: u64) -> f64 {
    (mix(number) >> 11) as f64 / (1u64 << 53) as f64
}

/// SplitMix64 (Steele, Lea and Flood, 2014): neighbours have nothing in common.
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
