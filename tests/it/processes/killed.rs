//! Processes that die without a word.

use ratemyderp::storage::Storage;
use ratemyderp::submissions::renditions::{self, Crop, Limits};
use uuid::Uuid;

use super::crowd::{Crowd, assert_counted};
use super::installation::{Installation, picture};
use super::process::Process;
use super::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_web_process_that_is_killed_loses_and_doubles_no_vote() {
    let installation = Installation::new().await;
    installation.photos(16).await;
    let (mut doomed, mut other) = tokio::join!(installation.web(), installation.web());
    let doors = [doomed.door(), other.door()];
    let crowd = Crowd::start(16, &doors);
    for death in 1..=3 {
        crowd.until_votes(40 * death).await;
        doomed.process.kill();
        let so_far = crowd.votes();
        crowd.until_votes(so_far + 5).await;
        doomed = installation.web_on(doomed.port).await;
    }
    let visitors = crowd.finish().await;
    assert_counted(&installation, &visitors).await;
    installation.check().await;
    assert!(other.process.lives());

    // All of them go on at the process that was restarted, with nothing but their cookies.
    installation.photos(1).await;
    let visitors = Crowd::of(visitors, &doors[..1]).finish().await;
    assert_counted(&installation, &visitors).await;
    installation.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jobs_process_that_is_killed_leaves_no_upload_behind() {
    let installation = Installation::new().await;
    for number in 0..24 {
        installation.upload("Newcomer", picture(400, number)).await;
    }
    let survivor = installation.jobs();
    for _ in 0..2 {
        let mut doomed = installation.jobs();
        kill_at_work(&installation, &mut doomed).await;
    }
    installation.until_developed().await;

    installation.check().await;
    assert_eq!(installation.count("submissions WHERE state = 'ready'").await, 24);
    assert_eq!(installation.count("tallies").await, 24);
    let places: i64 = sqlx::query_scalar("SELECT size FROM deck").fetch_one(&installation.pool).await.unwrap();
    assert_eq!(places, 24, "no photo was given two places");
    let lost = "job_attempts a JOIN workers w ON w.number = a.worker WHERE a.outcome = 'lost'";
    assert!(installation.count(lost).await >= 2, "what the killed processes held was taken from them");
    assert_every_picture_is_there(&installation.pool, &installation.storage).await;
    drop(survivor);
}

/// SIGKILL at a moment when it certainly holds a job.
async fn kill_at_work(installation: &Installation, process: &mut Process) {
    let holding = format!(
        "fang_tasks t JOIN workers w ON w.number = t.lease_owner
         WHERE t.kind = 'make_thumbnails' AND t.state = 'in_progress' AND w.pid = {}",
        process.id()
    );
    until("the process was killed at work", async || {
        if installation.count(&holding).await == 0 {
            return false;
        }
        process.signal("STOP");
        // What it has already said to the database takes effect; it says no more.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let works = installation.count(&holding).await > 0;
        if works {
            process.kill();
        } else {
            process.signal("CONT");
        }
        works
    })
    .await;
}

async fn assert_every_picture_is_there(pool: &sqlx::PgPool, storage: &Storage) {
    let photos: Vec<(Uuid, Vec<i32>)> =
        sqlx::query_as("SELECT rendition_key, rendition_sizes FROM submissions").fetch_all(pool).await.unwrap();
    for (key, sizes) in photos {
        assert!(!sizes.is_empty());
        for size in sizes {
            let jpeg = storage.rendition(key, size.unsigned_abs()).await.expect("a picture");
            renditions::render(&jpeg, Crop::default(), &Limits::default()).expect("a whole picture");
        }
    }
}
