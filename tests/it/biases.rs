//! Harsh and generous raters made comparable.

use std::collections::BTreeMap;

use ratemyderp::ratings::boards::{self, Board, Order, Page, Period};
use ratemyderp::ratings::deck::{Bookmarks, Rater};
use ratemyderp::ratings::record::Vote;
use ratemyderp::ratings::standings;

use crate::support::{World, rows, score, someone};

async fn work_out(world: &World, adjusted: bool) {
    let mut tx = world.pool.begin().await.expect("a transaction");
    let gathered = boards::gather(&mut tx, adjusted).await.expect("what has changed");
    standings::recompute(&mut tx).await.expect("a generation");
    boards::update(&mut tx, &gathered).await.expect("boards");
    tx.commit().await.expect("commit");
}

fn vote(rater: u128, submission: i64, given: f64) -> Vote {
    let rater = Rater { id: someone(rater), account: None, bookmarks: Bookmarks::default(), stored: false };
    Vote { rater, submission, score: score(given.round().clamp(1.0, 10.0) as u8), network: None }
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    /// From 0 to 1.
    fn fraction(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// About the normal distribution.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.fraction()).sum::<f64>() - 6.0
    }

    fn below(&mut self, sides: usize) -> usize {
        (self.fraction() * sides as f64) as usize
    }
}

/// How much of the true order is found: 1 is all of it, 0 is chance (Kendall, 1938).
fn kendall(found: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (at, one) in found.iter().enumerate() {
        sum += found[at + 1..].iter().map(|other| if other > one { 1.0 } else { -1.0 }).sum::<f64>();
    }
    sum / (found.len() * (found.len() - 1) / 2) as f64
}

const PHOTOS: usize = 100;
const RATERS: usize = 50;

/// Photos from 3 to 8 in even steps; raters who are 1.5 points apart, and whose moods are 1 point apart. After so many votes a photo: how much of the
/// order is found by plain scores, and by those without biases.
async fn found(world: &World, seed: u64, after: &[usize]) -> Vec<(f64, f64)> {
    let mut dice = Dice(seed);
    let mut photos = vec![];
    for number in 0..PHOTOS {
        photos.push(world.photo(&format!("Photo {number}")).await);
    }
    let kindness: Vec<f64> = (0..RATERS).map(|_| 1.5 * dice.normal()).collect();
    let (mut found, mut waiting) = (vec![], vec![vec![]; PHOTOS]);
    for raters in &mut waiting {
        *raters = (0..RATERS).collect::<Vec<_>>();
        (1..RATERS).rev().for_each(|at| raters.swap(at, dice.below(at + 1)));
    }
    let mut given = 0;
    for &votes in after {
        for _ in given..votes {
            let mut round = vec![];
            for (number, photo) in photos.iter().enumerate() {
                let rater = waiting[number].pop().expect("enough raters");
                let derpiness = 3.0 + 5.0 * number as f64 / PHOTOS as f64;
                round.push(vote(1 + rater as u128, *photo, derpiness + kindness[rater] + dice.normal()));
            }
            world.record(&round).await;
            work_out(world, false).await;
        }
        given = votes;
        let mut scores = (vec![], vec![]);
        let mut conn = world.pool.acquire().await.unwrap();
        for &photo in &photos {
            let standing = standings::find(&mut conn, photo).await.unwrap().expect("a standing");
            scores.0.push(standing.plain);
            scores.1.push(standing.evened);
        }
        found.push((kendall(&scores.0), kendall(&scores.1)));
    }
    found
}

#[tokio::test]
async fn the_true_order_is_found_with_fewer_votes_than_by_plain_scores() {
    let mut sums: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    let after = [5, 10, 20, 40];
    for seed in 1..=3 {
        let world = World::new().await;
        for (votes, (plain, evened)) in after.into_iter().zip(found(&world, seed, &after).await) {
            let sum = sums.entry(votes).or_default();
            *sum = (sum.0 + plain / 3.0, sum.1 + evened / 3.0);
        }
        assert_eq!(world.complaints().await, [""; 0]);
    }
    assert!(sums.values().all(|(plain, evened)| evened > plain), "{sums:?}");
    assert!(sums[&10].1 > sums[&20].0, "ten votes say more than twenty did: {sums:?}");
    let page = include_str!("../../templates/about/scores.html.hbs");
    for (votes, (plain, evened)) in sums {
        let row = format!("<th scope=\"row\">{votes}</th><td>{plain:.2}</td><td>{evened:.2}</td>");
        assert!(page.replace("\n          ", "").contains(&row), "/about/scores does not say: {row}");
    }
}

/// So many photos more, each with a rating of this person and no other.
async fn rated_alone(world: &World, rater: u128, photos: i64, given: i16) {
    sqlx::query(
        "WITH added AS (
             INSERT INTO submissions (owner, title, species, alt_text, original_key, state, rendition_key, rendition_sizes, ordinal)
             SELECT $1, 'Photo', 'Cat', '', gen_random_uuid(), 'ready', gen_random_uuid(), '{160}', 1000 + n
             FROM generate_series(1, $2) n RETURNING id),
         counted AS (INSERT INTO tallies (submission, count, sum, histogram)
                     SELECT id, 1, $4, (SELECT array_agg((n = $4)::integer ORDER BY n) FROM generate_series(1, 10) n) FROM added)
         INSERT INTO ratings (rater, submission, score) SELECT $3, id, $4 FROM added",
    )
    .bind(world.house)
    .bind(photos)
    .bind(someone(rater).0)
    .bind(given)
    .execute(&world.pool)
    .await
    .expect("photos");
    let rest = "INSERT INTO raters (id, lap_start, lap_end) VALUES ($1, 1, 1) ON CONFLICT DO NOTHING";
    sqlx::query(rest).bind(someone(rater).0).execute(&world.pool).await.expect("a rater");
    sqlx::raw_sql("UPDATE deck SET size = 100000").execute(&world.pool).await.expect("a deck");
}

/// How many photos each bias is applied to, of the only rater who has one.
async fn applied(world: &World, rater: u128) -> (i32, i32, i64) {
    sqlx::query_as("SELECT applied, target, done FROM rater_biases WHERE rater = $1")
        .bind(someone(rater).0)
        .fetch_one(&world.pool)
        .await
        .expect("a bias")
}

#[tokio::test]
async fn whoever_has_rated_very_much_is_gone_through_step_by_step() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    for rater in 100..110 {
        world.rate(someone(rater), photo, 5).await;
    }
    rated_alone(&world, 1, 14_000, 5).await;
    work_out(&world, true).await;
    assert_eq!(world.complaints().await, [""; 0]);
    let before = applied(&world, 1).await;
    // All of their ratings change their minds: they were the only ones to be that generous.
    sqlx::raw_sql(
        "UPDATE ratings r SET score = 9 FROM submissions s WHERE s.id = r.submission AND s.ordinal % 2 = 0 AND s.ordinal > 1000;
         UPDATE tallies t SET sum = 9, histogram = '{0,0,0,0,0,0,0,0,1,0}' FROM submissions s WHERE s.id = t.submission AND s.ordinal % 2 = 0 AND s.ordinal > 1000;
         UPDATE submissions SET title = title",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::raw_sql(
        "UPDATE rater_biases SET applied = -150, target = -150 WHERE ratings > 9000; TRUNCATE rating_changes",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    work_out(&world, true).await;
    assert_eq!(world.complaints().await, [""; 0], "counted anew");
    assert_eq!(applied(&world, 1).await, (-150, -150, 0), "lost notes take no bias away: {before:?}");
    sqlx::raw_sql("UPDATE rater_biases SET due = true").execute(&world.pool).await.unwrap();
    world.rate(someone(1), photo, 5).await;
    work_out(&world, true).await;
    let (applied_now, target, done) = applied(&world, 1).await;
    assert!(applied_now == -150 && target > -50 && done > 0, "on its way: {applied_now} {target} {done}");
    assert_eq!(world.complaints().await, [""; 0], "half of them count otherwise");
    // A vote that is counted on either side of the place that was reached.
    let first = photo + 1;
    world.rate(someone(2), first, 5).await;
    sqlx::query("DELETE FROM ratings WHERE rater = $1 AND submission IN ($2, $3)")
        .bind(someone(1).0)
        .bind(photo)
        .bind(photo + 13_900)
        .execute(&world.pool)
        .await
        .unwrap();
    sqlx::query("UPDATE tallies SET count = count - 1, sum = sum - r, histogram[r] = histogram[r] - 1 FROM (VALUES ($1::bigint), ($2)) AS p (id), LATERAL (SELECT CASE WHEN id = $1 THEN 5 ELSE (SELECT sum FROM tallies WHERE submission = id) END::integer AS r) AS g WHERE submission = id")
        .bind(photo)
        .bind(photo + 13_900)
        .execute(&world.pool)
        .await
        .unwrap();
    work_out(&world, true).await;
    assert_eq!(applied(&world, 1).await, (target, target, 0));
    assert_eq!(world.complaints().await, [""; 0]);
}

#[tokio::test]
async fn a_vote_of_somebody_who_has_rated_very_much_costs_as_much_as_any() {
    let world = World::new().await;
    let (one, two) = (world.photo("Marmalade").await, world.photo("Noodle").await);
    rated_alone(&world, 1, 12_000, 6).await;
    world.rate(someone(2), one, 6).await;
    work_out(&world, false).await;
    work_out(&world, false).await;
    for rater in [2, 1] {
        world.rate(someone(rater), two, 9).await;
        let mut tx = world.pool.begin().await.unwrap();
        let before = rows::read(&mut tx).await;
        let gathered = boards::gather(&mut tx, false).await.unwrap();
        let read = rows::read(&mut tx).await - before;
        boards::update(&mut tx, &gathered).await.unwrap();
        tx.commit().await.unwrap();
        assert!(read < 300, "{read} rows for a vote of {rater}");
        assert_eq!(world.complaints().await, [""; 0]);
    }
}

#[tokio::test]
async fn photos_are_ranked_by_adjusted_scores_when_that_is_configured() {
    let world = World::new().await;
    let (harsh, kind) = (world.photo("Met the harsh").await, world.photo("Met the kind").await);
    let mut votes = vec![];
    for number in 0..16u128 {
        let other = world.photo(&format!("Photo {number}")).await;
        votes.extend((0..24).map(|rater| vote(rater, other, if rater < 12 { 3.0 } else { 8.0 })));
    }
    votes.extend((0..12).map(|rater| vote(rater, harsh, 5.0)));
    votes.extend((12..24).map(|rater| vote(rater, kind, 7.0)));
    world.record(&votes).await;
    for (adjusted, first) in [(false, kind), (true, harsh), (true, harsh), (false, kind)] {
        work_out(&world, adjusted).await;
        assert_eq!(world.complaints().await, [""; 0]);
        let mut conn = world.pool.acquire().await.unwrap();
        let ranks = [standings::find(&mut conn, harsh).await.unwrap(), standings::find(&mut conn, kind).await.unwrap()];
        let [harsh_rank, kind_rank] = ranks.map(|standing| standing.expect("a standing"));
        assert_eq!(harsh_rank.rank < kind_rank.rank, first == harsh, "{harsh_rank:?} {kind_rank:?}");
        assert!(
            kind_rank.plain > harsh_rank.plain && kind_rank.evened < harsh_rank.evened,
            "{harsh_rank:?} {kind_rank:?}"
        );
        let since = Period::Week.since(chrono::Utc::now().date_naive());
        let board = Board { order: Order::Derpiest, period: Period::Week, since, species: None };
        let page = boards::page(&mut conn, &board, Page::First).await.unwrap();
        let place = |photo: i64| page.photos.iter().position(|listed| listed.submission == photo);
        assert_eq!(place(harsh) < place(kind), first == harsh, "boards of a week too");
    }
}
