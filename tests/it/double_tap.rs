//! Two votes of one tap.

use std::time::Duration;

use ratemyderp::ratings::collector::Collector;
use ratemyderp::ratings::deck::{Bookmarks, Rater};
use ratemyderp::ratings::double_tap;
use ratemyderp::ratings::record::{Recorded, Vote};
use rocket::futures::future::join_all;

use crate::support::{World, score, someone};

/// Longer than any test takes.
const AN_HOUR: Duration = Duration::from_secs(3600);

fn vote(rater: u128, submission: i64, given: u8) -> Vote {
    let rater = Rater { id: someone(rater), account: None, bookmarks: Bookmarks::default(), stored: false };
    Vote { rater, submission, score: score(given), network: None }
}

async fn find(world: &World, votes: &[Vote]) -> Vec<bool> {
    let mut tx = world.pool.begin().await.unwrap();
    let found = double_tap::find(&mut tx, votes, AN_HOUR).await.unwrap();
    tx.commit().await.unwrap();
    found
}

#[tokio::test]
async fn in_one_batch_the_first_photo_of_a_rater_is_the_one_that_was_tapped() {
    let world = World::new().await;
    let batch = [vote(1, 11, 7), vote(2, 12, 5), vote(1, 12, 7), vote(1, 11, 9), vote(2, 12, 6)];
    assert_eq!(find(&world, &batch).await, [false, false, true, false, false]);
    // The tap before the batch decides, also where the batch begins with another photo.
    assert_eq!(find(&world, &[vote(1, 12, 7), vote(1, 11, 8)]).await, [true, false]);
}

#[tokio::test]
async fn after_a_moment_the_next_photo_may_be_rated() {
    let world = World::new().await;
    assert_eq!(find(&world, &[vote(1, 11, 7)]).await, [false]);
    assert_eq!(find(&world, &[vote(1, 12, 7)]).await, [true]);
    sqlx::query("UPDATE last_votes SET at = at - interval '1 hour'").execute(&world.pool).await.unwrap();
    assert_eq!(find(&world, &[vote(1, 12, 7)]).await, [false], "what was refused does not begin the wait anew");
    assert_eq!(find(&world, &[vote(1, 11, 7)]).await, [true]);
}

#[tokio::test]
async fn a_double_tap_that_reaches_two_processes_is_one_vote() {
    let world = World::new().await;
    let (first, second) = (world.photo("Marmalade").await, world.photo("Noodle").await);
    let mut tx = world.pool.begin().await.unwrap();
    assert_eq!(double_tap::find(&mut tx, &[vote(1, first, 7)], AN_HOUR).await.unwrap(), [false]);
    // The vote of a rater whom nobody knows yet is not committed when the other process gets the second one.
    let other = Collector::start(world.pool.clone(), world.config().rates.stuffing, AN_HOUR);
    let other = tokio::spawn(async move { other.cast(vote(1, second, 7)).await });
    until_blocked(&world).await;
    tx.commit().await.unwrap();
    assert_eq!(other.await.unwrap().unwrap(), Recorded::DoubleTap);
    assert_eq!(world.ratings().await, 0, "the second vote is not counted");
}

#[tokio::test]
async fn of_votes_that_wait_together_each_gets_its_own_answer() {
    let world = World::new().await;
    let (first, second) = (world.photo("Marmalade").await, world.photo("Noodle").await);
    let collector = Collector::start(world.pool.clone(), world.config().rates.stuffing, AN_HOUR);
    let votes = [vote(1, first, 7), vote(1, second, 6), vote(2, second, 5), vote(1, first, 8)];
    let answers = join_all(votes.into_iter().map(|vote| collector.cast(vote))).await;
    let answers: Vec<Recorded> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers[1], Recorded::DoubleTap);
    assert_eq!(answers[2], Recorded::Counted { previous: None, score: score(5), count: 1, sum: 5, alike: 1 });
    assert!(matches!(answers[3], Recorded::Counted { count: 1, sum: 8, .. }), "{:?}", answers[3]);
    assert_eq!((world.ratings().await, world.complaints().await), (2, vec![]));
}

#[tokio::test]
async fn old_last_votes_are_deleted_and_those_in_use_passed_over() {
    let world = World::new().await;
    find(&world, &[vote(1, 11, 7), vote(2, 11, 7), vote(3, 11, 7)]).await;
    sqlx::query("UPDATE last_votes SET at = at - interval '1 hour' WHERE rater <> $1")
        .bind(someone(3).0)
        .execute(&world.pool)
        .await
        .unwrap();
    let mut voting = world.pool.begin().await.unwrap();
    double_tap::find(&mut voting, &[vote(2, 12, 7)], Duration::from_millis(400)).await.unwrap();
    let mut conn = world.pool.acquire().await.unwrap();
    assert_eq!(double_tap::prune(&mut conn).await.unwrap(), 1);
    voting.commit().await.unwrap();
    assert_eq!(world.count("last_votes").await, 2);
}

/// Returns once a connection to this world's database waits for a lock.
async fn until_blocked(world: &World) {
    let blocked =
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(blocked).fetch_one(&world.pool).await.unwrap() {
        tokio::task::yield_now().await;
    }
}
