//! Ballot stuffing is braked by network: new raters that begin, and their ratings of one photo. Raters who have been here for
//! a while pay and wait for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::record::{Braked, Vote};
use crate::config::VoteBrakes;
use crate::secret::{Secret, mac};

/// The key of network hashes; the same in every process.
pub struct NetworkKey([u8; 32]);

impl NetworkKey {
    /// Derived from the secret that all processes share.
    pub fn new(secret: &Secret) -> Self {
        NetworkKey(secret.key("networks of ratings"))
    }

    /// A network's hash on a day (UTC). The same network has another one the next day, so that ratings of different days do
    /// not say that they came from one place.
    pub fn hash(&self, network: IpAddr, at: DateTime<Utc>) -> i64 {
        let text = format!("{} {network}", at.date_naive());
        let [a, b, c, d, e, f, g, h, ..] = mac(&self.0, text.as_bytes());
        i64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

/// Stands for "any photo" in the rows that count raters that begin.
const ANY: i64 = 0;

type Brake = (i64, i64);

/// Says for each vote whether it is braked, and counts those that are not. Call it before [`record`](super::record::record)
/// in the same transaction; its rows are locked in ascending order, and before anything that `record` locks.
pub async fn admit(
    tx: &mut Transaction<'_, Postgres>,
    votes: &[Vote],
    limits: &VoteBrakes,
) -> Result<Vec<Option<Braked>>, sqlx::Error> {
    let watched = watched(tx, votes, limits).await?;
    let beginning = grant(tx, &beginners(votes), limits.new_raters_per_network, limits.new_raters_hours).await?;
    let mut answers: Vec<Option<Braked>> = vec![None; votes.len()];
    let mut begun: BTreeMap<i64, BTreeSet<Uuid>> = BTreeMap::new();
    for (vote, answer) in votes.iter().zip(&mut answers) {
        let Some(network) = vote.network.filter(|_| !vote.rater.stored) else { continue };
        let granted = beginning.get(&(network, ANY)).copied().unwrap_or(i64::MAX);
        let raters = begun.entry(network).or_default();
        if !raters.contains(&vote.rater.id.0) && raters.len() as i64 >= granted {
            *answer = Some(Braked::Beginners);
        } else {
            raters.insert(vote.rater.id.0);
        }
    }
    let mut wanted: BTreeMap<Brake, i64> = BTreeMap::new();
    let counted = |at: usize, answers: &[Option<Braked>]| watched.contains(&at) && answers[at].is_none();
    for (_, vote) in votes.iter().enumerate().filter(|(at, _)| counted(*at, &answers)) {
        if let Some(network) = vote.network {
            *wanted.entry((network, vote.submission)).or_default() += 1;
        }
    }
    let mut left = grant(tx, &wanted, limits.ratings_per_photo_and_network, limits.photo_hours).await?;
    for (at, vote) in votes.iter().enumerate() {
        let key = vote.network.map(|network| (network, vote.submission));
        if !counted(at, &answers) {
            continue;
        }
        if let Some(left) = key.and_then(|key| left.get_mut(&key)) {
            *left -= 1;
            if *left < 0 {
                answers[at] = Some(Braked::Photo);
            }
        }
    }
    Ok(answers)
}

/// Deletes what no brake needs any more.
pub async fn prune(conn: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let pruned = sqlx::query!("DELETE FROM vote_brakes WHERE since < now() - interval '2 days'").execute(conn).await?;
    Ok(pruned.rows_affected())
}

/// Which votes the photo's brake counts, by their place in the batch: those of new raters who have not rated the photo yet.
async fn watched(
    tx: &mut Transaction<'_, Postgres>,
    votes: &[Vote],
    limits: &VoteBrakes,
) -> Result<BTreeSet<usize>, sqlx::Error> {
    if limits.ratings_per_photo_and_network == 0 {
        return Ok(BTreeSet::new());
    }
    let from_network = |(_, vote): &(usize, &Vote)| vote.network.is_some();
    let (stored, fresh): (Vec<_>, Vec<_>) =
        votes.iter().enumerate().filter(from_network).partition(|(_, vote)| vote.rater.stored);
    let mut watched: BTreeSet<usize> = fresh.into_iter().map(|(at, _)| at).collect();
    if stored.is_empty() {
        return Ok(watched);
    }
    let places: Vec<i64> = stored.iter().map(|(at, _)| *at as i64).collect();
    let raters: Vec<Uuid> = stored.iter().map(|(_, vote)| vote.rater.id.0).collect();
    let photos: Vec<i64> = stored.iter().map(|(_, vote)| vote.submission).collect();
    let new = sqlx::query_scalar!(
        r#"SELECT v.at AS "at!"
           FROM unnest((SELECT $1::bigint[]), (SELECT $2::uuid[]), (SELECT $3::bigint[])) v (at, rater, submission)
                CROSS JOIN LATERAL (
                    SELECT FROM raters r WHERE r.id = v.rater AND r.created_at > now() - make_interval(hours => $4) OFFSET 0) new
           WHERE (SELECT g.submission FROM ratings g WHERE g.rater = v.rater AND g.submission = v.submission) IS NULL"#,
        &places,
        &raters,
        &photos,
        limits.new_for_hours
    )
    .fetch_all(&mut **tx)
    .await?;
    watched.extend(new.into_iter().map(|at| at as usize));
    Ok(watched)
}

/// How many raters begin with this batch in each network.
fn beginners(votes: &[Vote]) -> BTreeMap<Brake, i64> {
    let mut raters: BTreeMap<Brake, BTreeSet<Uuid>> = BTreeMap::new();
    for vote in votes.iter().filter(|vote| !vote.rater.stored) {
        if let Some(network) = vote.network {
            raters.entry((network, ANY)).or_default().insert(vote.rater.id.0);
        }
    }
    raters.into_iter().map(|(key, raters)| (key, raters.len() as i64)).collect()
}

/// Takes so many of each, as far as the limit goes; says how many. What is over the limit is not counted, so that whoever
/// tries on does not wait longer for it. A limit of 0 is none.
async fn grant(
    tx: &mut Transaction<'_, Postgres>,
    wanted: &BTreeMap<Brake, i64>,
    limit: i32,
    hours: i32,
) -> Result<BTreeMap<Brake, i64>, sqlx::Error> {
    if wanted.is_empty() || limit == 0 {
        return Ok(BTreeMap::new());
    }
    let networks: Vec<i64> = wanted.keys().map(|(network, _)| *network).collect();
    let photos: Vec<i64> = wanted.keys().map(|(_, photo)| *photo).collect();
    let counts: Vec<i32> = wanted.values().map(|count| i32::try_from(*count).unwrap_or(i32::MAX)).collect();
    let rows = sqlx::query!(
        "INSERT INTO vote_brakes AS b (network, submission, used, granted)
         SELECT w.network, w.submission, least(w.count, $4), least(w.count, $4)
         FROM unnest($1::bigint[], $2::bigint[], $3::integer[]) w (network, submission, count)
         ORDER BY w.network, w.submission
         ON CONFLICT (network, submission) DO UPDATE SET
             since = CASE WHEN b.since < now() - make_interval(hours => $5) THEN now() ELSE b.since END,
             used = least(
                 CASE WHEN b.since < now() - make_interval(hours => $5) THEN 0 ELSE b.used END + excluded.used, $4),
             granted = least(
                 excluded.used,
                 $4 - CASE WHEN b.since < now() - make_interval(hours => $5) THEN 0 ELSE b.used END)
         RETURNING network, submission, granted",
        &networks,
        &photos,
        &counts,
        limit,
        hours
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.network, row.submission), row.granted.max(0).into())).collect())
}
