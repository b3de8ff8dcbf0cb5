//! Renditions made again: another crop, all of them at once.

use ratemyderp::error::Error;
use ratemyderp::queue::{Job, board};
use ratemyderp::submissions::crop::Crop;
use ratemyderp::submissions::{editing, processing};
use ratemyderp_jobs::drain;
use uuid::Uuid;

use super::{Site, details, picture};
use crate::handlers::enqueue;

#[tokio::test]
async fn another_crop_makes_other_pictures_and_the_old_ones_stay_until_pages_no_longer_show_them() {
    let site = Site::new().await;
    let id = site.photo(1, &picture(600, 200, 1)).await;
    let before = site.find(id).await;
    let old = before.rendition_key.unwrap();
    site.change(async |tx| editing::edit(tx, site.owner, id, &details(7, Crop::Right)).await.unwrap()).await;
    let meanwhile = site.find(id).await;
    assert_eq!((meanwhile.title.as_str(), meanwhile.rendition_key), ("Photo 7", Some(old)));
    assert!(meanwhile.votable());
    site.drain().await;
    let after = site.find(id).await;
    let new = after.rendition_key.unwrap();
    assert_ne!(new, old);
    let storage = &site.context.storage;
    assert_ne!(storage.rendition(new, 160).await.unwrap(), storage.rendition(old, 160).await.unwrap());
    site.sql("UPDATE discarded_blobs SET due_at = now()").await;
    enqueue(&site.context.pool, Job::DeleteDiscardedBlobs).await;
    site.drain().await;
    assert!(storage.rendition(old, 160).await.is_err());
    assert!(storage.rendition(new, 160).await.is_ok());
    site.whole().await;
    // Other words alone, or a place that is the same along the long side, make nothing anew.
    site.change(async |tx| editing::edit(tx, site.owner, id, &details(8, Crop::TopRight)).await.unwrap()).await;
    assert_eq!(site.drain().await, 0);
    site.change(async |tx| {
        let stranger = editing::edit(tx, site.owner + 1, id, &details(9, Crop::Left)).await;
        assert!(matches!(stranger, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_crop_that_cannot_be_made_leaves_the_photo_as_it_is() {
    let site = Site::new().await;
    let id = site.photo(1, &picture(600, 200, 1)).await;
    let before = site.find(id).await;
    let original: Uuid =
        sqlx::query_scalar("SELECT original_key FROM submissions").fetch_one(&site.context.pool).await.unwrap();
    site.context.storage.put_original(original, b"rotten".to_vec()).await.unwrap();
    site.change(async |tx| editing::edit(tx, site.owner, id, &details(1, Crop::Right)).await.unwrap()).await;
    site.drain().await;
    let after = site.find(id).await;
    assert_eq!((after.rendition_key, after.crop), (before.rendition_key, Crop::Auto));
    assert!(after.votable());
    site.whole().await;
}

#[tokio::test]
async fn originals_go_once_their_renditions_are_made_where_that_is_configured() {
    let mut site = Site::new().await;
    site.context.storage = site.context.storage.clone().keeping_originals(false);
    let id = site.photo(1, &picture(300, 200, 1)).await;
    site.drain().await;
    assert_eq!(site.blobs().await.len(), 1);
    site.change(async |tx| assert!(!processing::reprocess(tx, id).await.unwrap())).await;
    let mut conn = site.context.pool.acquire().await.unwrap();
    assert!(!editing::find(&mut conn, id).await.unwrap().unwrap().croppable);
    site.whole().await;
}

#[tokio::test]
async fn all_renditions_are_made_anew_by_one_job_that_says_how_far_it_is_and_goes_on_where_it_stopped() {
    let site = Site::new().await;
    for number in 1..=4 {
        site.photo(number, &picture(200, 180, number)).await;
    }
    let job = enqueue(&site.context.pool, Job::RemakeAllThumbnails).await;
    // The third photo's file cannot be read, as if the store were away: the attempt ends there.
    site.sql("CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'away'; END $$;").await;
    site.sql(
        "CREATE TRIGGER away BEFORE UPDATE ON submissions FOR EACH ROW WHEN (old.id = 3) EXECUTE FUNCTION away();",
    )
    .await;
    let keys = site.keys().await;
    assert!(drain(&site.context).await.is_err());
    let mut conn = site.context.pool.acquire().await.unwrap();
    let progress = board::progress(&mut conn, job).await.unwrap().unwrap();
    assert_eq!((progress.done, progress.total, progress.skipped), (2, 4, 0));
    let shown = site.database.output(&["show", &job.to_string()]);
    assert!(shown.contains("progress   2 of 4 are done (50 %)"), "{shown}");
    let half = site.keys().await;
    site.sql("DROP TRIGGER away ON submissions; UPDATE fang_tasks SET scheduled_at = now();").await;
    // One whose file has rotted keeps what it has.
    let rotten: Uuid =
        sqlx::query_scalar("SELECT original_key FROM submissions WHERE id = 4").fetch_one(&mut *conn).await.unwrap();
    site.context.storage.put_original(rotten, b"rotten".to_vec()).await.unwrap();
    site.drain().await;
    let after = site.keys().await;
    let changed = |from: &[Uuid], to: &[Uuid]| from.iter().zip(to).map(|(a, b)| a != b).collect::<Vec<_>>();
    assert_eq!(changed(&keys, &half), [true, true, false, false]);
    assert_eq!(changed(&half, &after), [false, false, true, false]);
    let progress = board::progress(&mut conn, job).await.unwrap().unwrap();
    assert_eq!((progress.done, progress.skipped), (4, 1));
    site.whole().await;
}
