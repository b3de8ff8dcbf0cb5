//! Two web processes and two jobs processes on one database and one folder.

use super::crowd::{Crowd, assert_counted};
use super::installation::{Installation, picture};
use super::until;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_a_photo_twice_or_misses_one_while_photos_come_and_go() {
    let installation = Installation::new().await;
    installation.photos(8).await;
    let (mut left, mut right) = tokio::join!(installation.web(), installation.web());
    let mut jobs = [installation.jobs(), installation.jobs()];
    let crowd = Crowd::start(16, &[left.door(), right.door()]);

    let (mut photos, mut unhidden) = (8, 0);
    for round in 0..4 {
        crowd.until_votes(20 * round as usize).await;
        for number in 0..3 {
            installation.upload("Newcomer", picture(64 + number, 100 * round + number)).await;
        }
        installation.upload("Not a picture", format!("meow {round}").into_bytes()).await;
        photos += 3;
        // Of those that the crowd is looking at.
        let votable = installation.votable().await;
        let (brief, long) = (votable[round as usize].to_string(), votable[votable.len() - 1].to_string());
        for hidden in [&brief, &long] {
            installation.ratemyderp(&["photo", "hide", hidden]).await;
        }
        // A recount is right at every moment.
        installation.check().await;
        installation.ratemyderp(&["photo", "unhide", &brief]).await;
        unhidden += 1;
        if round % 2 == 0 {
            installation.ratemyderp(&["photo", "unhide", &long]).await;
            unhidden += 1;
        }
    }
    installation.until_developed().await;
    let generation = async || installation.count("generation WHERE number >= 2 AND photos > 0").await;
    until("the ranking job has run several times", async || generation().await == 1).await;
    let visitors = crowd.finish().await;

    assert_counted(&installation, &visitors).await;
    installation.check().await;
    assert_eq!(installation.count("submissions WHERE state = 'ready'").await, photos);
    assert_eq!(installation.count("submissions WHERE state = 'failed' AND title = 'Not a picture'").await, 4);
    assert_eq!(installation.votable().await.len() as i64, photos - 2, "two stayed hidden");
    let places: i64 = sqlx::query_scalar("SELECT size FROM deck").fetch_one(&installation.pool).await.unwrap();
    assert_eq!(places, photos + unhidden, "each photo got one place, and one more each time that it came back");
    assert!(visitors.iter().all(|visitor| visitor.unsure.is_empty()), "every vote was answered");
    for process in jobs.iter_mut().chain([&mut left.process, &mut right.process]) {
        assert!(process.lives());
        assert!(!process.log().contains("panicked"), "{}", process.log());
    }
}
