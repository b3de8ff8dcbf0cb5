//! Score and rank.

use proptest::prelude::*;
use ratemyderp::ratings::deck::{Bookmarks, Rater};
use ratemyderp::ratings::record::Vote;
use ratemyderp::ratings::standings::{self, Standing, Summary};

use crate::support::{World, rows, score, someone};

async fn work_out(world: &World) -> Summary {
    let mut tx = world.pool.begin().await.expect("a transaction");
    let summary = standings::recompute(&mut tx).await.expect("a generation");
    tx.commit().await.expect("commit");
    summary
}

fn vote(rater: u8, submission: i64, given: u8) -> Vote {
    let rater = Rater { id: someone(rater.into()), account: None, bookmarks: Bookmarks::default(), stored: false };
    Vote { rater, submission, score: score(given), network: None }
}

async fn standing(world: &World, photo: i64) -> Option<Standing> {
    let mut conn = world.pool.acquire().await.expect("a connection");
    standings::find(&mut conn, photo).await.expect("a standing or none")
}

#[tokio::test]
async fn many_good_ratings_beat_one_perfect_one() {
    let world = World::new().await;
    let loved = world.photo("Loved").await;
    let lucky = world.photo("Lucky").await;
    let mut votes = vec![vote(99, lucky, 10)];
    for rater in 0..30u8 {
        votes.push(vote(rater, loved, 8 + rater % 3));
    }
    for photo in 0..8u8 {
        let middling = world.photo("Middling").await;
        votes.extend((0..30u8).map(|rater| vote(rater, middling, 1 + (rater * 3 + photo) % 10)));
    }
    world.record(&votes).await;
    let summary = work_out(&world).await;
    assert_eq!((summary.number, summary.photos), (1, 10));
    let (loved, lucky) = (standing(&world, loved).await.unwrap(), standing(&world, lucky).await.unwrap());
    assert_eq!((loved.rank, lucky.rank), (1, 2));
    assert!(loved.score > 8.0 && lucky.score < 8.0, "{loved:?} {lucky:?}");
    let width = |standing: &Standing| standing.between.1 - standing.between.0;
    assert!(width(&lucky) > width(&loved), "one rating says less than thirty");
    assert!(lucky.rank_between.0 <= 2 && lucky.rank_between.1 > 2, "{lucky:?}");
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_photo_nobody_rated_has_no_rank() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    work_out(&world).await;
    assert_eq!(standing(&world, photo).await, None);
}

#[tokio::test]
async fn only_what_changed_is_written() {
    let world = World::new().await;
    let (mut photos, mut votes) = (vec![], vec![]);
    for number in 0..200u8 {
        let photo = world.photo("Photo").await;
        votes.extend((0..4).map(|rater| vote(rater, photo, 1 + (number + rater) % 10)));
        photos.push(photo);
    }
    world.record(&votes).await;
    assert_eq!(work_out(&world).await.written, 200);
    assert_eq!(work_out(&world).await.written, 0, "no vote, no write");
    world.rate(someone(50), photos[3], 4).await;
    assert_eq!(work_out(&world).await.written, 1, "one vote, one photo");
    world.hide(photos[7]).await;
    let summary = work_out(&world).await;
    assert_eq!((summary.written, summary.photos), (1, 199), "a hidden photo leaves");
    world.unhide(photos[7]).await;
    assert_eq!(work_out(&world).await.photos, 200);
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

/// Everything worked out anew, as if nothing had been kept.
async fn work_out_afresh(world: &World) {
    sqlx::raw_sql("TRUNCATE photos_to_rank; DELETE FROM rating_moments").execute(&world.pool).await.expect("forgotten");
    work_out(world).await;
}

async fn standings_and_generation(world: &World) -> (Vec<(i64, f64, i64, i64, i64)>, (f64, f64, f64, i64)) {
    let standings =
        sqlx::query_as("SELECT submission, score, count, sum, rank_of(score) FROM standings ORDER BY submission");
    let generation = sqlx::query_as("SELECT mean, weight, variance, photos FROM generation");
    (
        standings.fetch_all(&world.pool).await.expect("standings"),
        generation.fetch_one(&world.pool).await.expect("a generation"),
    )
}

#[tokio::test]
async fn what_follows_the_changes_is_what_a_fresh_count_finds() {
    let world = World::new().await;
    let mut photos = vec![];
    for _ in 0..60 {
        photos.push(world.photo("Photo").await);
    }
    let mut dice = 7u64;
    let mut roll = |sides: usize| {
        dice = dice.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (dice >> 33) as usize % sides
    };
    for &photo in &photos {
        world.record(&[vote(1, photo, 1 + roll(10) as u8), vote(2, photo, 1 + roll(10) as u8)]).await;
    }
    work_out(&world).await;
    for round in 0..12 {
        for _ in 0..1 + roll(9) {
            let photo = photos[roll(photos.len())];
            match roll(8) {
                0 => world.hide(photo).await,
                1 => world.unhide(photo).await,
                _ => drop(world.record(&[vote(1 + roll(40) as u8, photo, 1 + roll(10) as u8)]).await),
            }
        }
        work_out(&world).await;
        assert_eq!(world.complaints().await, Vec::<String>::new(), "round {round}");
        let followed = standings_and_generation(&world).await;
        work_out_afresh(&world).await;
        assert_eq!(followed, standings_and_generation(&world).await, "round {round}");
    }
}

#[tokio::test]
async fn notes_that_are_lost_lose_no_vote() {
    let world = World::new().await;
    let mut photos = vec![];
    for number in 0..20u8 {
        let photo = world.photo("Photo").await;
        world.rate(someone(1), photo, 1 + number % 10).await;
        photos.push(photo);
    }
    work_out(&world).await;
    world.rate(someone(2), photos[3], 10).await;
    sqlx::raw_sql("TRUNCATE photos_to_rank").execute(&world.pool).await.expect("emptied");
    world.rate(someone(3), photos[4], 10).await;
    work_out(&world).await;
    let counted =
        "SELECT count(*) FROM standings g JOIN tallies t USING (submission) WHERE g.sum <> t.sum OR g.count <> t.count";
    assert_eq!(sqlx::query_scalar::<_, i64>(counted).fetch_one(&world.pool).await.expect("a count"), 0);
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn ranking_reads_what_changed_however_many_photos_there_are() {
    let mut read = vec![];
    for photos in [300, 3000] {
        let world = World::new().await;
        sqlx::query(
            "WITH made AS (
                 INSERT INTO submissions (owner, title, species, original_key, rendition_key, rendition_sizes, ordinal, state)
                 SELECT $2, 'Photo', 'cat', gen_random_uuid(), gen_random_uuid(), '{160}', n, 'ready'
                 FROM generate_series(1, $1) n RETURNING id)
             INSERT INTO tallies (submission, count, sum, histogram)
             SELECT id, 2, 8 + id % 7, '{1,0,0,0,0,0,1,0,0,0}' FROM made",
        )
        .bind(photos)
        .bind(world.house)
        .execute(&world.pool)
        .await
        .expect("photos");
        work_out(&world).await;
        sqlx::raw_sql("UPDATE tallies SET count = count + 1, sum = sum + 5, histogram[5] = 1 WHERE submission % 30 = 0 AND submission < 300; ANALYZE")
            .execute(&world.pool)
            .await
            .expect("votes");
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let mut tx = world.pool.begin().await.expect("a transaction");
            sqlx::query(&format!("SET LOCAL plan_cache_mode = {mode}")).execute(&mut *tx).await.expect("a setting");
            let before = rows::read(&mut tx).await;
            assert_eq!(standings::recompute(&mut tx).await.expect("a generation").written, 9);
            read.push(rows::read(&mut tx).await - before);
        }
    }
    // The ladder has more rungs, up to a thousand, and no more than these.
    let limit = read[0].max(read[1]) + 3 * 1000;
    assert!(read[2..].iter().all(|&rows| rows <= limit), "{read:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_rank_is_one_more_than_the_photos_above(
        votes in prop::collection::vec((0u128..6, 0usize..25, 1u8..=10), 1..150),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let world = World::new().await;
            let mut photos = vec![];
            for number in 0..25 {
                photos.push(world.photo(&format!("Photo {number}")).await);
            }
            let half = votes.len() / 2;
            for (at, (who, photo, score)) in votes.iter().enumerate() {
                if at == half {
                    work_out(&world).await;
                }
                world.rate(someone(*who), photos[*photo], *score).await;
            }
            work_out(&world).await;
            let scores: Vec<(i64, f64)> = sqlx::query_as("SELECT submission, score FROM standings").fetch_all(&world.pool).await.expect("scores");
            for (photo, score) in &scores {
                let above = scores.iter().filter(|(_, other)| other > score).count() as i64;
                let standing = standing(&world, *photo).await.expect("a standing");
                prop_assert_eq!(standing.rank, above + 1);
                prop_assert!(standing.rank_between.0 <= standing.rank && standing.rank <= standing.rank_between.1);
                prop_assert!(standing.between.0 >= 1.0 && standing.between.1 <= 10.0);
            }
            prop_assert_eq!(world.complaints().await, Vec::<String>::new());
            Ok(())
        })?;
    }
}
