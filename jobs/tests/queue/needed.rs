//! Rows that are wrong about what may be deleted: jobs ask once more, and keep what somebody needs.

use std::time::Duration;

use ratemyderp::accounts::deletion;
use ratemyderp::queue::Job;
use ratemyderp::storage::Storage;
use ratemyderp::submissions::drafts;
use uuid::Uuid;

use crate::handlers::enqueue;
use crate::photos::{Site, files, original, picture};
use crate::support::until;

#[tokio::test]
async fn blobs_that_a_photo_or_a_draft_names_are_kept_though_they_were_discarded() {
    let site = Site::new().await;
    site.photo(1, &picture(300, 200, 1)).await;
    let draft = drafts::InspectedOriginal { original: original(b"kept"), bytes: 4, width: 64, height: 64 };
    site.context.storage.put_original(draft.original.key, b"kept".to_vec()).await.unwrap();
    site.change(async |tx| assert!(drafts::create(tx, site.owner, &draft).await.unwrap() > 0)).await;
    site.drain().await;
    let (before, unneeded) = (site.blobs().await, Uuid::new_v4());
    site.context.storage.put_original(unneeded, b"nobody's".to_vec()).await.unwrap();
    site.sql(&format!(
        "INSERT INTO discarded_blobs (folder, key, due_at)
         SELECT 'originals', original_key, now() FROM submissions
         UNION ALL SELECT 'images', rendition_key, now() FROM submissions
         UNION ALL SELECT 'hidden', rendition_key, now() FROM submissions
         UNION ALL SELECT 'previews', preview_key, now() FROM submissions
         UNION ALL SELECT 'originals', original_key, now() FROM drafts
         UNION ALL SELECT 'originals', '{unneeded}', now()"
    ))
    .await;
    for _ in 0..2 {
        enqueue(&site.context.pool, Job::DeleteDiscardedBlobs).await;
        assert_eq!(site.drain().await, 1);
    }
    assert_eq!(site.blobs().await, before, "only what nobody needs has gone");
    assert_eq!(
        site.database.count("discarded_blobs WHERE refused_at IS NOT NULL").await,
        5,
        "put aside, for somebody to look at"
    );
    assert_eq!(site.database.count("discarded_blobs").await, 5);
    // Deleted rightly after all.
    let id: i64 = sqlx::query_scalar("SELECT id FROM submissions").fetch_one(&site.context.pool).await.unwrap();
    site.change(async |tx| ratemyderp::submissions::removal::remove(tx, id).await.unwrap()).await;
    site.drain().await;
    assert_eq!(site.blobs().await, [format!("originals/{}", draft.original.key.simple())]);
}

#[tokio::test]
async fn pictures_of_a_photo_whose_row_is_wrong_about_their_folder_are_no_orphans() {
    let folder = std::env::temp_dir().join(format!("derp-{}", Uuid::new_v4()));
    let mut site = Site::new().await;
    site.context.storage = Storage::local(&folder).unwrap();
    site.photo(1, &picture(300, 200, 1)).await;
    let before = site.blobs().await;
    let days_ago = std::time::SystemTime::now() - Duration::from_secs(2 * 24 * 3600);
    for file in files(&folder) {
        std::fs::File::options().write(true).open(&file).unwrap().set_modified(days_ago).unwrap();
    }
    site.sql("UPDATE submissions SET renditions_hidden = true").await;
    enqueue(&site.context.pool, Job::DeleteOrphanedBlobs).await;
    site.drain().await;
    assert_eq!(site.blobs().await, before);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn votes_for_a_photo_that_was_not_deleted_stay() {
    let site = Site::new().await;
    let id = site.photo(1, &picture(300, 200, 1)).await;
    site.sql(&format!(
        "INSERT INTO raters (id, lap_start, lap_end) VALUES ('{0}', 1, 1);
         INSERT INTO ratings (rater, submission, score) VALUES ('{0}', {id}, 7);
         UPDATE tallies SET count = 1, sum = 7, histogram[7] = 1;",
        Uuid::new_v4()
    ))
    .await;
    enqueue(&site.context.pool, Job::DeleteVotes { submission: id }).await;
    site.drain().await;
    assert_eq!(site.database.count("ratings").await, 1);
    site.whole().await;
}

#[tokio::test]
async fn an_account_whose_owner_comes_back_while_it_is_being_deleted_stays() {
    let site = Site::new().await;
    let id = site.photo(1, &picture(300, 200, 1)).await;
    site.sql("UPDATE accounts SET deletion_due_at = now() - interval '1 hour'").await;
    let mut back = site.context.pool.begin().await.unwrap();
    deletion::cancel(&mut back, site.owner).await.unwrap();
    enqueue(&site.context.pool, Job::DeleteAccounts).await;
    let come_back = async {
        until("the job waits for the account", async || {
            site.database
                .count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                .await
                == 1
        })
        .await;
        back.commit().await.unwrap();
    };
    tokio::join!(site.drain(), come_back);
    assert_eq!(site.database.count("accounts WHERE username = 'derpina' AND deleted_at IS NULL").await, 1);
    assert!(site.find(id).await.votable());
}

#[tokio::test]
async fn old_records_that_something_refers_to_stay() {
    let site = Site::new().await;
    let id = site.photo(1, &picture(300, 200, 1)).await;
    let (voter, gone) = (Uuid::new_v4(), Uuid::new_v4());
    site.sql(&format!(
        "INSERT INTO raters (id, lap_start, lap_end, merged_into, merged_at) VALUES
             ('{voter}', 1, 1, gen_random_uuid(), now() - interval '2 days'),
             ('{gone}', 1, 1, gen_random_uuid(), now() - interval '2 days');
         INSERT INTO ratings (rater, submission, score) VALUES ('{voter}', {id}, 7);
         INSERT INTO schedules (name, tick) VALUES ('queue_digests', now() - interval '200 days'),
             ('queue_digests', now() - interval '193 days');
         UPDATE workers SET seen_at = now() - interval '200 days';
         INSERT INTO workers (host, pid, slots, seen_at) VALUES ('old', 1, 1, now() - interval '200 days');
         INSERT INTO fang_tasks (metadata, kind, state, lease_owner, lease_until)
             SELECT '{{}}', 'from_the_future', 'in_progress', max(number), now() FROM workers;"
    ))
    .await;
    enqueue(&site.context.pool, Job::DeleteOldRecords).await;
    site.drain().await;
    let raters: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM raters").fetch_all(&site.context.pool).await.unwrap();
    assert_eq!(raters, [voter]);
    assert_eq!(site.database.count("schedules").await, 1, "the last tick, or the schedule would tick again");
    assert_eq!(site.database.count("workers WHERE host = 'old'").await, 1, "a job names it");
    assert_eq!(site.database.count("workers WHERE seen_at < now() - interval '1 day'").await, 1);
}
