//! Every bad file that we know, through both programs.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use ratemyderp::queue::{self, Job};

use super::installation::Installation;
use super::until;
use super::uploads::Member;
use crate::support::uploads::{hostile_files, phone_photo, strange_files, valid_files};

/// What images may take in this test, in MiB: one bomb at a time.
const FOR_IMAGES: u64 = 800;

/// What a jobs process takes beside images, in MiB, with the files of two workers.
const BESIDE: u64 = 128;

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_corpus_ends_no_process_leaves_no_blob_and_stays_within_its_memory() {
    let installation = Installation::new().await;
    let mut web = installation.web().await;
    let mut jobs = installation.jobs_with(&format!("image_memory_mib={FOR_IMAGES}"));
    let member = Member::join(&installation, &web).await;
    let hostile = hostile_files().into_iter().map(|(what, file, why)| (what, file, Some(why)));
    let strange = strange_files().into_iter().chain(valid_files()).map(|(what, file)| (what, file, None));
    let mut taken = 0;
    for (what, file, why) in hostile.chain(strange) {
        let (member, door) = (member.clone(), web.door());
        let sent = tokio::task::spawn_blocking(move || member.send(&door, &file)).await.expect("no panic");
        let answer = sent.unwrap_or_else(|error| panic!("{what}: {error}"));
        match (answer.status, why) {
            (422, Some(why)) => assert!(answer.html.contains(why), "{what}: {}", answer.html),
            (303, None | Some("")) => taken += 1,
            (status, _) => panic!("{what}: {status}: {}", answer.html),
        }
    }
    installation.until_developed().await;
    let failed = installation.count("submissions WHERE state = 'failed' AND failure <> ''").await;
    let ready = installation.count("submissions WHERE state = 'ready'").await;
    assert_eq!(failed + ready, taken);
    assert!(failed >= 3 && ready >= (strange_files().len() + valid_files().len()) as i64 - 1, "{failed} and {ready}");

    // After the sweep every blob has a row.
    let days_ago = SystemTime::now() - Duration::from_secs(2 * 24 * 3600);
    for file in installation.blobs() {
        std::fs::File::options().write(true).open(&file).expect("a blob").set_modified(days_ago).expect("its time");
    }
    let mut tx = installation.pool.begin().await.expect("a transaction");
    for job in [Job::DeleteDiscardedBlobs, Job::DeleteOrphanedBlobs] {
        queue::enqueue(&mut tx, job).await.expect("enqueued");
    }
    tx.commit().await.expect("commit");
    until("the sweep is over", async || installation.count("sweep WHERE finished_at IS NOT NULL").await == 1).await;
    let keys: Vec<String> = sqlx::query_scalar(
        "SELECT key::text FROM submissions, LATERAL (VALUES (original_key), (rendition_key), (preview_key)) AS k (key)
         WHERE key IS NOT NULL",
    )
    .fetch_all(&installation.pool)
    .await
    .expect("keys");
    let known: HashSet<String> = keys.into_iter().map(|key| key.replace('-', "")).collect();
    for blob in installation.blobs() {
        let path = blob.to_string_lossy();
        assert!(known.iter().any(|key| path.contains(key.as_str())), "{path} belongs to nobody");
    }

    assert!(web.process.lives() && jobs.lives());
    for process in [&web.process, &jobs] {
        assert!(!process.log().contains("panicked at src"), "{}", process.log());
    }
    let peak = jobs.peak_memory() >> 10;
    println!(
        "{taken} files of the corpus: the jobs process peaked at {peak} MiB, the web process at {} MiB",
        web.process.peak_memory() >> 10
    );
    assert!(peak <= FOR_IMAGES + BESIDE, "{peak} MiB");
    assert_eq!(installation.count("fang_tasks WHERE kind = 'make_thumbnails' AND state = 'failed'").await, 0);
    installation.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_delays_a_photo_and_keeps_no_half_of_it() {
    let installation = Installation::new().await;
    let mut jobs = installation.jobs_without_room(64);
    installation.upload("Noodle", phone_photo()).await;
    until("an attempt has failed", async || installation.count("fang_tasks WHERE state = 'retried'").await == 1).await;
    assert!(jobs.lives());
    assert_eq!(installation.blobs().len(), 1, "the smaller renditions, which had room, are gone again");
    assert_eq!(installation.count("submissions WHERE state = 'pending'").await, 1);
    jobs.kill();
    sqlx::query("UPDATE fang_tasks SET scheduled_at = now()").execute(&installation.pool).await.expect("due");
    let _jobs = installation.jobs();
    installation.until_developed().await;
    assert_eq!(installation.votable().await.len(), 1, "there is room again");
    installation.check().await;
}
