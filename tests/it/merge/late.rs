//! Two browsers of one person, of whom one has logged in and still has a vote under way.

use ratemyderp::ratings::merge::merge;
use ratemyderp::ratings::record::{Vote, record};

use super::{member, merged, rating};
use crate::support::{World, score, someone};

#[tokio::test]
async fn a_merge_sees_a_late_vote_for_its_heir() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let (_, rater) = member(&world, "marmalade").await;
    world.rate(someone(2), photo, 3).await;
    let first = world.rater(someone(1)).await;
    merged(&world, someone(1), rater).await;
    // The first browser's vote comes late: it is the member's, who has not rated the photo as far as anybody else can see.
    let mut voting = world.pool.begin().await.unwrap();
    record(&mut voting, &[Vote { rater: first, submission: photo, score: score(8), network: None }]).await.unwrap();
    let pool = world.pool.clone();
    let merging = tokio::spawn(async move {
        let mut tx = pool.begin().await?;
        merge(&mut tx, someone(2), rater).await?;
        tx.commit().await
    });
    world.until_blocked(1).await;
    voting.commit().await.unwrap();
    merging.await.unwrap().expect("the second browser logs in");
    assert_eq!(rating(&world, rater, photo).await, Some(8), "the account's own rating wins");
    assert_eq!(world.ratings().await, 1);
    assert_eq!(world.complaints().await, [""; 0]);
}
