//! Counting votes.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Postgres, Transaction};

use super::deck::{LapProgress, Rater};
use super::tally::Tally;
use super::{RaterId, Score};

/// One vote as it was cast.
#[derive(Debug, Clone, Copy)]
pub struct Vote {
    /// Who votes; becomes a row of `raters` with the first vote that counts.
    pub rater: Rater,
    pub submission: i64,
    pub score: Score,
    /// From which network, as [`NetworkKey`](super::brake::NetworkKey) hashes it; nothing for the demo's votes.
    pub network: Option<i64>,
}

/// Why a vote is not taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Braked {
    /// Too many new raters have begun in this network.
    Beginners,
    /// New raters of this network have rated this photo too often.
    Photo,
}

/// What became of a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    Counted {
        /// What this rater had given before.
        previous: Option<Score>,
        /// What they gave now.
        score: Score,
        /// Ratings of the photo, this one included.
        count: i64,
        /// Sum of its scores, this one included.
        sum: i64,
        /// How many gave it this very score, this one included.
        alike: i64,
    },
    /// There is no such photo, or it may not be voted on.
    NoSuchPhoto,
    /// The photo is the rater's own.
    OwnPhoto,
    /// Their network has cast too many votes of this sort.
    Braked(Braked),
    /// It came with the rater's vote on another photo, as one [double tap](super::double_tap): [`record`] never says so, as
    /// such a vote does not come to it.
    DoubleTap,
    /// The rater has become a member since, and it took too long to be told that it is theirs.
    TooLate,
}

/// Counts a batch of votes, in the order given; the answer has the same order. Where the same rater votes twice for
/// the same photo the last one wins. A refused vote does not touch its neighbours. Every tally stays equal to a recount.
///
/// Batches and [merges](super::merge) that run at the same time cannot deadlock: each takes the locks of its raters in
/// ascending order, then those of its tallies, and only then writes raters and ratings, in ascending order too.
pub async fn record(tx: &mut Transaction<'_, Postgres>, votes: &[Vote]) -> Result<Vec<Recorded>, sqlx::Error> {
    let votes = redirect(tx, votes).await?;
    let in_time: Vec<Vote> = votes.iter().copied().flatten().collect();
    let photos = lock(tx, &in_time).await?;
    let accepted = accept(&photos, &in_time);
    keep_raters(tx, &accepted).await?;
    let changes = keep_ratings(tx, &accepted).await?;
    let tallies = add_up(tx, &changes).await?;
    let told = |vote: &Option<Vote>| match vote {
        Some(vote) => answer(vote, &photos, &changes, &tallies),
        None => Recorded::TooLate,
    };
    Ok(votes.iter().map(told).collect())
}

type Key = (RaterId, i64);

/// A vote of somebody who has logged in since they were looked up is their account's, if that was a minute ago at most; later
/// it is nothing. Whoever is looked up after their login is somebody else. Until the commit nobody else in this batch is
/// merged.
async fn redirect(tx: &mut Transaction<'_, Postgres>, votes: &[Vote]) -> Result<Vec<Option<Vote>>, sqlx::Error> {
    let raters: Vec<_> = votes.iter().map(|vote| vote.rater.id.0).collect();
    let merged = sqlx::query!(
        r#"SELECT merged AS "merged!", into_rater AS "into_rater!", account, in_time AS "in_time!" FROM hold_raters($1)"#,
        &raters
    )
    .fetch_all(&mut **tx)
    .await?;
    let now = |rater: Rater| match merged.iter().find(|merged| merged.merged == rater.id.0) {
        None => Some(rater),
        Some(heir) if !heir.in_time => None,
        Some(heir) => Some(Rater { id: RaterId(heir.into_rater), account: heir.account, stored: true, ..rater }),
    };
    Ok(votes.iter().map(|vote| Some(Vote { rater: now(vote.rater)?, ..*vote })).collect())
}

/// Locks the tallies of all photos that may be voted on; gives their owners. (Here and below the planner does not see how many
/// there are: it would plan anew for each batch.)
async fn lock(tx: &mut Transaction<'_, Postgres>, votes: &[Vote]) -> Result<BTreeMap<i64, i64>, sqlx::Error> {
    let wanted: BTreeSet<i64> = votes.iter().map(|vote| vote.submission).collect();
    let rows = sqlx::query!(
        r#"SELECT held.submission AS "submission!", held.owner AS "owner!"
           FROM (SELECT id FROM unnest((SELECT $1::bigint[])) id ORDER BY id) wanted
                CROSS JOIN LATERAL (
                    SELECT t.submission, s.owner FROM tallies t JOIN submissions s ON s.id = t.submission
                    WHERE t.submission = wanted.id AND s.ordinal IS NOT NULL FOR NO KEY UPDATE OF t) held"#,
        &wanted.into_iter().collect::<Vec<_>>()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.submission, row.owner)).collect())
}

/// The votes that count, one for each rater and photo.
fn accept<'v>(owners: &BTreeMap<i64, i64>, votes: &'v [Vote]) -> BTreeMap<Key, &'v Vote> {
    votes
        .iter()
        .filter(|vote| owners.get(&vote.submission).is_some_and(|&owner| vote.rater.account != Some(owner)))
        .map(|vote| ((vote.rater.id, vote.submission), vote))
        .collect()
}

/// First votes make their raters known, with the bookmarks that their cookies held.
async fn keep_raters(tx: &mut Transaction<'_, Postgres>, accepted: &BTreeMap<Key, &Vote>) -> Result<(), sqlx::Error> {
    let new: Vec<&Rater> = accepted.values().map(|vote| &vote.rater).filter(|rater| !rater.stored).collect();
    if new.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = new.iter().map(|rater| rater.id.0).collect();
    let all = Columns::of(new.iter().map(|rater| rater.bookmarks.all.or(Some(LapProgress::FIRST))));
    let described = Columns::of(new.iter().map(|rater| rater.bookmarks.described));
    sqlx::query!(
        "INSERT INTO raters (id, lap_start, lap_end, position, described_start, described_end, described_position)
         SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
         ON CONFLICT (id) DO NOTHING",
        &ids,
        &all.starts as &[Option<i64>],
        &all.ends as &[Option<i64>],
        &all.positions as &[Option<i64>],
        &described.starts as &[Option<i64>],
        &described.ends as &[Option<i64>],
        &described.positions as &[Option<i64>]
    )
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Bookmarks as columns.
struct Columns {
    starts: Vec<Option<i64>>,
    ends: Vec<Option<i64>>,
    positions: Vec<Option<i64>>,
}

impl Columns {
    fn of(bookmarks: impl Iterator<Item = Option<LapProgress>>) -> Self {
        let bookmarks: Vec<_> = bookmarks.collect();
        let column = |of: fn(LapProgress) -> i64| bookmarks.iter().map(|bookmark| bookmark.map(of)).collect();
        Columns {
            starts: column(|progress| progress.lap.start),
            ends: column(|progress| progress.lap.end),
            positions: column(|progress| progress.position),
        }
    }
}

/// Writes the ratings; gives for each what it was before and is now. The previous score is read in the upsert itself:
/// a query beside it would see the snapshot from before a concurrent vote.
async fn keep_ratings(
    tx: &mut Transaction<'_, Postgres>,
    accepted: &BTreeMap<Key, &Vote>,
) -> Result<BTreeMap<Key, (Option<Score>, Score)>, sqlx::Error> {
    let raters: Vec<_> = accepted.keys().map(|(rater, _)| rater.0).collect();
    let submissions: Vec<i64> = accepted.keys().map(|(_, submission)| *submission).collect();
    let scores: Vec<i16> = accepted.values().map(|vote| vote.score.get().into()).collect();
    let networks: Vec<Option<i64>> = accepted.values().map(|vote| vote.network).collect();
    let rows = sqlx::query!(
        r#"INSERT INTO ratings (rater, submission, score, network)
           SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::bigint[])
           ON CONFLICT (rater, submission) DO UPDATE
           SET previous = ratings.score, score = excluded.score, network = excluded.network, changed_at = now()
           RETURNING rater, submission, previous, score"#,
        &raters,
        &submissions,
        &scores,
        &networks as &[Option<i64>]
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let change = (row.previous.map(Score::from_row), Score::from_row(row.score));
            ((RaterId(row.rater), row.submission), change)
        })
        .collect())
}

/// What a batch adds to one tally.
#[derive(Default)]
struct Delta {
    count: i64,
    sum: i64,
    histogram: [i32; 10],
}

impl Delta {
    fn add(&mut self, score: Score, times: i8) {
        self.count += i64::from(times);
        self.sum += i64::from(times) * i64::from(score.get());
        self.histogram[usize::from(score.get()) - 1] += i32::from(times);
    }
}

/// Brings the tallies up to date; gives them. They are all there, and locked: written as an insert, each is found by its key, where
/// an update would be a join that may read them all.
async fn add_up(
    tx: &mut Transaction<'_, Postgres>,
    changes: &BTreeMap<Key, (Option<Score>, Score)>,
) -> Result<BTreeMap<i64, Tally>, sqlx::Error> {
    let mut deltas: BTreeMap<i64, Delta> = BTreeMap::new();
    for ((_, submission), (previous, score)) in changes {
        let delta = deltas.entry(*submission).or_default();
        if let Some(previous) = previous {
            delta.add(*previous, -1);
        }
        delta.add(*score, 1);
    }
    let submissions: Vec<i64> = deltas.keys().copied().collect();
    let counts: Vec<i64> = deltas.values().map(|delta| delta.count).collect();
    let sums: Vec<i64> = deltas.values().map(|delta| delta.sum).collect();
    let histograms: Vec<i32> = deltas.values().flat_map(|delta| delta.histogram).collect();
    let rows = sqlx::query!(
        r#"INSERT INTO tallies AS t (submission, count, sum, histogram)
           SELECT d.submission, d.count, d.sum, ($4::integer[])[((d.row - 1) * 10 + 1)::integer : (d.row * 10)::integer]
           FROM unnest((SELECT $1::bigint[]), (SELECT $2::bigint[]), (SELECT $3::bigint[]))
                    WITH ORDINALITY d (submission, count, sum, row)
           ON CONFLICT (submission) DO UPDATE
           SET count = t.count + excluded.count, sum = t.sum + excluded.sum,
               histogram = ARRAY(
                   SELECT h.value + h.more
                   FROM unnest(t.histogram, excluded.histogram) WITH ORDINALITY h (value, more, at) ORDER BY h.at)
           RETURNING submission, count, sum, histogram"#,
        &submissions,
        &counts,
        &sums,
        &histograms
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.submission, Tally { count: row.count, sum: row.sum, histogram: row.histogram }))
        .collect())
}

fn answer(
    vote: &Vote,
    owners: &BTreeMap<i64, i64>,
    changes: &BTreeMap<Key, (Option<Score>, Score)>,
    tallies: &BTreeMap<i64, Tally>,
) -> Recorded {
    let change = changes.get(&(vote.rater.id, vote.submission));
    let tally = tallies.get(&vote.submission);
    match (change, tally) {
        (Some(&(previous, score)), Some(tally)) => {
            let alike = tally.histogram.get(usize::from(score.get()) - 1).copied().unwrap_or_default();
            Recorded::Counted { previous, score, count: tally.count, sum: tally.sum, alike: alike.into() }
        }
        _ if owners.contains_key(&vote.submission) => Recorded::OwnPhoto,
        _ => Recorded::NoSuchPhoto,
    }
}
