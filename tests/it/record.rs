//! Counting votes.

use std::sync::Arc;

use proptest::prelude::*;
use ratemyderp::ratings::deck::{Bookmarks, Rater};
use ratemyderp::ratings::record::{Recorded, Vote, record};
use ratemyderp::ratings::{self, tally};

use crate::support::{World, score, someone};

fn vote(rater: u128, submission: i64, given: u8) -> Vote {
    let rater = Rater { id: someone(rater), account: None, bookmarks: Bookmarks::default(), stored: false };
    Vote { rater, submission, score: score(given), network: None }
}

#[tokio::test]
async fn the_answer_holds_the_figures_after_the_vote() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let first = world.rate(someone(1), photo, 7).await;
    assert_eq!(first, Recorded::Counted { previous: None, score: score(7), count: 1, sum: 7, alike: 1 });
    let second = world.rate(someone(2), photo, 10).await;
    assert_eq!(second, Recorded::Counted { previous: None, score: score(10), count: 2, sum: 17, alike: 1 });
    let changed = world.rate(someone(1), photo, 9).await;
    assert_eq!(changed, Recorded::Counted { previous: Some(score(7)), score: score(9), count: 2, sum: 19, alike: 1 });
    let mut conn = world.pool.acquire().await.unwrap();
    let tally = tally::find(&mut conn, photo).await.unwrap().unwrap();
    assert_eq!(tally.histogram, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    assert_eq!(tally.average(), Some(9.5));
    assert_eq!(ratings::find(&mut conn, someone(1), photo).await.unwrap(), Some(score(9)));
}

#[tokio::test]
async fn the_last_vote_of_a_batch_wins_and_counts_once() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let recorded = world.record(&[vote(1, photo, 3), vote(1, photo, 8)]).await;
    let counted = Recorded::Counted { previous: None, score: score(8), count: 1, sum: 8, alike: 1 };
    assert_eq!(recorded, [counted, counted]);
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn refused_votes_leave_their_neighbours_and_nothing_else() {
    let world = World::new().await;
    let (photo, hidden) = (world.photo("Marmalade").await, world.photo("Hidden").await);
    let pending = world.pending("Pending").await;
    world.hide(hidden).await;
    let mut own = vote(4, photo, 10);
    own.rater.account = Some(world.house);
    let batch = [vote(1, hidden, 5), vote(2, 999_999, 5), vote(1, photo, 6), vote(3, pending, 5), own];
    let recorded = world.record(&batch).await;
    let counted = Recorded::Counted { previous: None, score: score(6), count: 1, sum: 6, alike: 1 };
    assert_eq!(
        recorded,
        [Recorded::NoSuchPhoto, Recorded::NoSuchPhoto, counted, Recorded::NoSuchPhoto, Recorded::OwnPhoto]
    );
    assert_eq!(world.ratings().await, 1);
    let raters: i64 = sqlx::query_scalar("SELECT count(*) FROM raters").fetch_one(&world.pool).await.unwrap();
    assert_eq!(raters, 1, "only who voted is known");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tallies_equal_a_recount_after_any_interleaving(
        batches in prop::collection::vec(
            prop::collection::vec((0u128..12, 0usize..6, 1u8..=10), 1..40), 2..24),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(interleave(batches))?;
    }
}

async fn interleave(batches: Vec<Vec<(u128, usize, u8)>>) -> Result<(), TestCaseError> {
    let world = Arc::new(World::new().await);
    let mut photos = vec![];
    for number in 0..5 {
        photos.push(world.photo(&format!("Photo {number}")).await);
    }
    photos.push(999_999); // which is not there
    let total: usize = batches.iter().map(Vec::len).sum();
    let running: Vec<_> = batches
        .into_iter()
        .map(|batch| {
            let votes: Vec<Vote> = batch.iter().map(|&(who, at, given)| vote(who, photos[at], given)).collect();
            let pool = world.pool.clone();
            tokio::spawn(async move {
                let mut tx = pool.begin().await?;
                let recorded = record(&mut tx, &votes).await?;
                tx.commit().await?;
                Ok::<_, sqlx::Error>(votes.into_iter().zip(recorded).collect::<Vec<_>>())
            })
        })
        .collect();
    let mut answers = vec![];
    for batch in running {
        let batch = batch.await.expect("no panic");
        answers.extend(batch.map_err(|cause| TestCaseError::fail(format!("a batch failed: {cause}")))?);
    }
    prop_assert_eq!(answers.len(), total);
    for (vote, recorded) in &answers {
        let refused = *recorded == Recorded::NoSuchPhoto;
        prop_assert_eq!(refused, vote.submission == 999_999);
    }
    prop_assert_eq!(world.complaints().await, Vec::<String>::new());
    let voted: std::collections::BTreeSet<_> = answers
        .iter()
        .filter(|(vote, _)| vote.submission != 999_999)
        .map(|(vote, _)| (vote.rater.id, vote.submission))
        .collect();
    prop_assert_eq!(world.ratings().await, voted.len() as i64, "one rating for each rater and photo");
    Ok(())
}
