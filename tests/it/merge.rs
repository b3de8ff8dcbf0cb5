//! Votes cast without a name come along to an account.

mod interleaved;
mod late;

use std::time::Duration;

use ratemyderp::accounts;
use ratemyderp::error::Error;
use ratemyderp::ratings::deck::{self, Class, DeckKey, Rater};
use ratemyderp::ratings::merge::{Merged, delete_old, merge};
use ratemyderp::ratings::record::{Recorded, Vote, record};
use ratemyderp::ratings::{self, RaterId, raters};
use ratemyderp::reports::{Reason, report, reported};
use sqlx::{Postgres, Transaction};

use crate::support::{World, score, someone};

const KEY: DeckKey = DeckKey([9; 32]);

/// Somebody with an account, and their rater.
async fn member(world: &World, username: &str) -> (i64, RaterId) {
    let mut tx = world.pool.begin().await.expect("a transaction");
    let account = accounts::ensure(&mut tx, username, username).await.expect("an account");
    let rater = raters::ensure(&mut tx, account).await.expect("a rater");
    tx.commit().await.expect("commit");
    (account, rater)
}

async fn merged(world: &World, from: RaterId, into: RaterId) -> Merged {
    let mut tx = world.pool.begin().await.expect("a transaction");
    let merged = merge(&mut tx, from, into).await.expect("merged");
    tx.commit().await.expect("commit");
    merged
}

async fn rating(world: &World, rater: RaterId, photo: i64) -> Option<u8> {
    let mut conn = world.pool.acquire().await.expect("a connection");
    ratings::find(&mut conn, rater, photo).await.expect("a rating or none").map(ratings::Score::get)
}

#[tokio::test]
async fn ratings_and_reports_come_along_and_the_accounts_own_win() {
    let world = World::new().await;
    let (account, rater) = member(&world, "marmalade").await;
    let (both, mine, own) = (world.photo("Both").await, world.photo("Mine").await, world.photo("Own").await);
    let bad = world.photo("Bad").await;
    sqlx::query("UPDATE submissions SET owner = $1 WHERE id = $2")
        .bind(account)
        .bind(own)
        .execute(&world.pool)
        .await
        .unwrap();
    world.rate(rater, both, 4).await;
    for (photo, given) in [(both, 9), (mine, 7), (own, 10)] {
        world.rate(someone(1), photo, given).await;
    }
    let mut tx = world.pool.begin().await.unwrap();
    report(&mut tx, someone(1), bad, Reason::Cruelty, "", 5).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(merged(&world, someone(1), rater).await, Merged { ratings: 1, dropped: 2, reports: 1 });
    assert_eq!(rating(&world, rater, both).await, Some(4));
    assert_eq!(rating(&world, rater, mine).await, Some(7));
    assert_eq!(rating(&world, rater, own).await, None);
    assert_eq!(world.ratings().await, 2);
    assert!(reported(&mut world.pool.acquire().await.unwrap(), rater, bad).await.unwrap());
    assert_eq!(world.complaints().await, Vec::<String>::new());
    assert_eq!(merged(&world, someone(1), rater).await, Merged::default(), "once more changes nothing");
}

#[tokio::test]
async fn nobody_with_an_account_is_merged_and_nobody_into_one_without() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let ((_, one), (_, other)) = (member(&world, "one").await, member(&world, "other").await);
    world.rate(one, photo, 7).await;
    world.rate(someone(1), photo, 3).await;
    world.rate(someone(2), photo, 3).await;
    for (from, into) in
        [(one, other), (one, one), (someone(1), someone(2)), (someone(1), someone(1)), (one, someone(1))]
    {
        assert_eq!(merged(&world, from, into).await, Merged::default());
    }
    assert_eq!(world.ratings().await, 3);
    assert_eq!(rating(&world, one, photo).await, Some(7));
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn votes_that_were_under_way_are_counted_for_the_account() {
    let world = World::new().await;
    let (account, rater) = member(&world, "marmalade").await;
    let (first, second, own) = (world.photo("First").await, world.photo("Second").await, world.photo("Own").await);
    sqlx::query("UPDATE submissions SET owner = $1 WHERE id = $2")
        .bind(account)
        .bind(own)
        .execute(&world.pool)
        .await
        .unwrap();
    // Both were looked up before the login: one had voted already, one had not.
    world.rate(someone(1), first, 7).await;
    let (known, unknown) = (world.rater(someone(1)).await, world.rater(someone(2)).await);
    assert!(known.stored && !unknown.stored);
    for anonymous in [someone(1), someone(2)] {
        merged(&world, anonymous, rater).await;
    }
    let vote = |rater: Rater, submission, given| Vote { rater, submission, score: score(given), network: None };
    let recorded = world
        .record(&[vote(known, first, 8), vote(known, second, 5), vote(unknown, second, 6), vote(known, own, 10)])
        .await;
    let changed = Recorded::Counted { previous: Some(score(7)), score: score(8), count: 1, sum: 8, alike: 1 };
    let counted = Recorded::Counted { previous: None, score: score(6), count: 1, sum: 6, alike: 1 };
    assert_eq!(recorded, [changed, counted, counted, Recorded::OwnPhoto], "one person, whose last vote wins");
    assert_eq!((rating(&world, rater, first).await, rating(&world, rater, second).await), (Some(8), Some(6)));
    assert_eq!(world.ratings().await, 2);
    let mut tx = world.pool.begin().await.unwrap();
    report(&mut tx, someone(1), first, Reason::Stolen, "", 5).await.unwrap();
    tx.commit().await.unwrap();
    assert!(reported(&mut world.pool.acquire().await.unwrap(), rater, first).await.unwrap());
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_merge_waits_for_a_vote_and_a_vote_for_a_merge() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let (_, rater) = member(&world, "marmalade").await;
    let vote = |rater, given| [Vote { rater, submission: photo, score: score(given), network: None }];

    let anonymous = world.rater(someone(1)).await;
    let mut voting = world.pool.begin().await.unwrap();
    record(&mut voting, &vote(anonymous, 7)).await.unwrap();
    let merging = world.pool.begin().await.unwrap();
    let waiting = waits(tokio::spawn(async move {
        let mut tx: Transaction<'_, Postgres> = merging;
        merge(&mut tx, someone(1), rater).await.unwrap();
        tx
    }));
    let waiting = waiting.await;
    voting.commit().await.unwrap();
    let merging = waiting.await.unwrap();

    // The merge has not been committed yet; another vote of the same browser comes in.
    let pool = world.pool.clone();
    let anonymous = Rater { stored: true, ..anonymous };
    let vote = vote(anonymous, 9);
    let waiting = waits(tokio::spawn(async move {
        let mut tx = pool.begin().await.unwrap();
        let recorded = record(&mut tx, &vote).await.unwrap();
        tx.commit().await.unwrap();
        recorded
    }));
    let waiting = waiting.await;
    merging.commit().await.unwrap();
    let changed = Recorded::Counted { previous: Some(score(7)), score: score(9), count: 1, sum: 9, alike: 1 };
    assert_eq!(waiting.await.unwrap(), [changed]);
    assert_eq!(rating(&world, rater, photo).await, Some(9));
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn whoever_is_looked_up_after_the_merge_is_somebody_new() {
    let world = World::new().await;
    let (_, rater) = member(&world, "marmalade").await;
    let photo = world.photo("Marmalade").await;
    world.rate(someone(1), photo, 7).await;
    merged(&world, someone(1), rater).await;
    let stranger = world.rater(someone(1)).await;
    assert!(stranger.id != rater && stranger.account.is_none() && !stranger.stored);
    assert_eq!(rating(&world, stranger.id, photo).await, None, "they do not see what the member rated");
    world.rate(someone(1), photo, 2).await;
    assert_eq!(rating(&world, rater, photo).await, Some(7));
    assert_eq!(world.rater(someone(1)).await.id, stranger.id, "the same stranger again");
    assert_eq!(rating(&world, stranger.id, photo).await, Some(2));
    // Whoever logs in with that cookie once more takes along what it did since.
    merged(&world, stranger.id, rater).await;
    let next = world.rater(someone(1)).await.id;
    assert!(next != rater && next != stranger.id && next != someone(1));
    assert_eq!(rating(&world, rater, photo).await, Some(7), "the account's own rating wins");
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_was_begun_before_a_merge_comes_along_for_a_minute() {
    let world = World::new().await;
    let (_, rater) = member(&world, "marmalade").await;
    let (photo, other) = (world.photo("Marmalade").await, world.photo("Noodle").await);
    let before = world.rater(someone(1)).await;
    merged(&world, someone(1), rater).await;
    let pass = "UPDATE raters SET merged_at = merged_at - make_interval(secs => $1) WHERE merged_into IS NOT NULL";
    let pass = async |seconds: f64| sqlx::query(pass).bind(seconds).execute(&world.pool).await.unwrap();
    pass(50.0).await;
    let vote = |rater, submission| Vote { rater, submission, score: score(7), network: None };
    assert!(matches!(world.record(&[vote(before, photo)]).await[..], [Recorded::Counted { count: 1, .. }]));
    pass(11.0).await;
    let neighbour = world.rater(someone(2)).await;
    let recorded = world.record(&[vote(before, other), vote(neighbour, other)]).await;
    assert!(matches!(recorded[..], [Recorded::TooLate, Recorded::Counted { count: 1, .. }]), "{recorded:?}");
    assert_eq!((rating(&world, rater, photo).await, rating(&world, rater, other).await), (Some(7), None));
    let mut tx = world.pool.begin().await.unwrap();
    let late = report(&mut tx, someone(1), other, Reason::Stolen, "", 5).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    tx.rollback().await.unwrap();
    assert!(!reported(&mut world.pool.acquire().await.unwrap(), rater, other).await.unwrap());
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

/// The task, after it has been seen to wait.
async fn waits<T>(task: tokio::task::JoinHandle<T>) -> tokio::task::JoinHandle<T> {
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!task.is_finished(), "it does not wait");
    task
}

#[tokio::test]
async fn the_votes_of_others_do_not_wait_for_a_merge() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let (_, rater) = member(&world, "marmalade").await;
    world.rate(someone(1), photo, 7).await;
    let mut merging = world.pool.begin().await.unwrap();
    merge(&mut merging, someone(1), rater).await.unwrap();
    let other = tokio::time::timeout(Duration::from_secs(5), world.rate(someone(2), photo, 3));
    assert!(matches!(other.await.expect("no waiting"), Recorded::Counted { count: 2, .. }));
    merging.commit().await.unwrap();
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_account_is_dealt_only_what_nobody_of_both_has_rated() {
    let world = World::new().await;
    let mut photos = vec![];
    for number in 0..60 {
        photos.push(world.photo(&format!("Photo {number}")).await);
    }
    let (_, rater) = member(&world, "marmalade").await;
    for (at, photo) in photos.iter().enumerate() {
        match at % 3 {
            0 => drop(world.rate(someone(1), *photo, 5).await),
            1 => drop(world.rate(rater, *photo, 5).await),
            _ => {}
        }
    }
    merged(&world, someone(1), rater).await;
    let mut dealt = 0;
    let mut conn = world.pool.acquire().await.unwrap();
    loop {
        let mut rater = deck::load(&mut conn, rater, Default::default()).await.unwrap();
        let Some(photo) = deck::current(&mut conn, &KEY, &mut rater, Class::All).await.unwrap() else { break };
        assert_eq!(photos.iter().position(|&id| id == photo).unwrap() % 3, 2, "rated before");
        world.record(&[Vote { rater, submission: photo, score: score(5), network: None }]).await;
        dealt += 1;
    }
    assert_eq!(dealt, 20);
}

#[tokio::test]
async fn merged_raters_are_forgotten_after_a_day() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let (_, rater) = member(&world, "marmalade").await;
    world.rate(someone(1), photo, 7).await;
    merged(&world, someone(1), rater).await;
    merged(&world, someone(2), rater).await;
    sqlx::query("UPDATE raters SET merged_at = now() - interval '25 hours' WHERE id = $1")
        .bind(someone(1).0)
        .execute(&world.pool)
        .await
        .unwrap();
    assert_eq!(delete_old(&mut world.pool.acquire().await.unwrap()).await.unwrap(), 1);
    assert_eq!(world.rater(someone(1)).await.id, someone(1), "forgotten");
    assert_ne!(world.rater(someone(2)).await.id, someone(2), "not yet");
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_a_merge_left_behind_would_be_found() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let (_, rater) = member(&world, "marmalade").await;
    merged(&world, someone(1), rater).await;
    assert_eq!(world.complaints().await, Vec::<String>::new());
    sqlx::raw_sql(&format!(
        "INSERT INTO ratings (rater, submission, score) VALUES ('{}', {photo}, 7);
         UPDATE tallies SET count = 1, sum = 7, histogram[7] = 1;
         DELETE FROM raters WHERE account IS NOT NULL",
        someone(1).0
    ))
    .execute(&world.pool)
    .await
    .unwrap();
    assert_eq!(
        world.complaints().await,
        [
            "1 ratings and 0 reports stayed behind when their raters were merged.",
            "1 raters were merged into somebody who is not there."
        ]
    );
}
