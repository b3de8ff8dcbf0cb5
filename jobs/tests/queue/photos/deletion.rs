//! Photos out of sight and gone, and blobs that nobody names.

use std::time::Duration;

use ratemyderp::queue::Job;
use ratemyderp::storage::Storage;
use ratemyderp::submissions::upload::UploadOutcome;
use ratemyderp::submissions::{self, drafts, moderation, removal};
use uuid::Uuid;

use super::{Site, files, original, picture};
use crate::handlers::enqueue;

#[tokio::test]
async fn a_hidden_photo_cannot_be_reached_under_its_old_address_and_comes_back_under_another() {
    let site = Site::new().await;
    let id = site.photo(1, &picture(300, 200, 1)).await;
    let public = site.find(id).await.rendition_key.unwrap();
    site.change(async |tx| moderation::hide(tx, id).await.unwrap()).await;
    site.drain().await;
    let storage = &site.context.storage;
    assert!(storage.rendition(public, 160).await.is_err());
    let hidden = site.find(id).await;
    assert!(hidden.renditions_hidden);
    assert!(storage.hidden_rendition(hidden.rendition_key.unwrap(), 160).await.is_ok());
    assert!(storage.rendition(hidden.rendition_key.unwrap(), 160).await.is_err());
    site.change(async |tx| moderation::unhide(tx, id).await.unwrap()).await;
    site.drain().await;
    let back = site.find(id).await;
    assert!(!back.renditions_hidden);
    assert!(storage.rendition(back.rendition_key.unwrap(), 160).await.is_ok());
    assert_eq!(site.blobs().await.len(), 1 + 1 + 3, "the original, one rendition, three previews");
    site.whole().await;
}

#[tokio::test]
async fn a_deleted_photo_leaves_no_blob_no_vote_and_no_standing() {
    let site = Site::new().await;
    let id = site.photo(1, &picture(300, 200, 1)).await;
    site.sql(&format!(
        "INSERT INTO raters (id, lap_start, lap_end) VALUES ('{0}', 1, 1);
         INSERT INTO ratings (rater, submission, score) VALUES ('{0}', {id}, 7);
         UPDATE tallies SET count = 1, sum = 7, histogram[7] = 1;
         INSERT INTO reports (rater, submission, reason) VALUES ('{0}', {id}, 'other');",
        Uuid::new_v4()
    ))
    .await;
    enqueue(&site.context.pool, Job::RankPhotos).await;
    site.drain().await;
    assert_eq!(site.database.count("standings").await, 1);
    site.change(async |tx| removal::remove(tx, id).await.unwrap()).await;
    site.whole().await;
    site.drain().await;
    for table in ["ratings", "tallies", "reports", "standings", "discarded_blobs"] {
        assert_eq!(site.database.count(table).await, 0, "{table}");
    }
    assert!(site.blobs().await.is_empty());
    site.whole().await;
    let mut conn = site.context.pool.acquire().await.unwrap();
    assert!(submissions::find(&mut conn, id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_photo_deleted_while_it_is_made_stays_deleted() {
    let site = Site::new().await;
    let UploadOutcome::New(id) = site.submit(1, &picture(300, 200, 1)).await.unwrap() else { panic!() };
    site.change(async |tx| removal::remove(tx, id).await.unwrap()).await;
    site.drain().await;
    assert_eq!(site.database.count("submissions WHERE moderation = 'removed' AND ordinal IS NULL").await, 1);
    assert!(site.blobs().await.is_empty());
}

#[tokio::test]
async fn blobs_without_a_row_go_when_they_are_old_and_nothing_else_does() {
    let folder = std::env::temp_dir().join(format!("derp-{}", Uuid::new_v4()));
    let mut site = Site::new().await;
    site.context.storage = Storage::local(&folder).unwrap();
    let storage = site.context.storage.clone();
    let id = site.photo(1, &picture(300, 200, 1)).await;
    let hidden = site.photo(2, &picture(300, 200, 9)).await;
    site.change(async |tx| moderation::hide(tx, hidden).await.unwrap()).await;
    site.drain().await;
    site.sql("DELETE FROM discarded_blobs").await;
    let draft = drafts::InspectedOriginal { original: original(b"kept"), bytes: 4, width: 64, height: 64 };
    storage.put_original(draft.original.key, b"kept".to_vec()).await.unwrap();
    site.change(async |tx| {
        drafts::create(tx, site.owner, &draft).await.unwrap();
    })
    .await;
    let before = site.blobs().await;
    let (old, young) = (Uuid::new_v4(), Uuid::new_v4());
    for key in [old, young] {
        storage.put_original(key, b"lost".to_vec()).await.unwrap();
        storage.put_rendition(key, 160, b"lost".to_vec()).await.unwrap();
        storage.put_preview(key, "start", b"lost".to_vec()).await.unwrap();
    }
    std::fs::write(folder.join("README"), "not ours").unwrap();
    std::fs::write(folder.join(format!("originals/{}#1", Uuid::new_v4().simple())), "cut short").unwrap();
    // Everything is two days old but what belongs to the young key.
    let days_ago = std::time::SystemTime::now() - Duration::from_secs(2 * 24 * 3600);
    for file in files(&folder) {
        if !file.to_string_lossy().contains(&young.simple().to_string()) {
            std::fs::File::options().write(true).open(&file).unwrap().set_modified(days_ago).unwrap();
        }
    }
    enqueue(&site.context.pool, Job::DeleteOrphanedBlobs).await;
    site.drain().await;
    let mut after = site.blobs().await;
    after.retain(|path| !path.contains(&young.simple().to_string()));
    let mut expected = before;
    expected.insert(0, "README".into());
    assert_eq!(after, expected);
    assert!(files(&folder).iter().all(|file| !file.to_string_lossy().contains('#')));
    assert!(storage.original(young).await.is_ok());
    assert_eq!(site.database.count("sweep WHERE removed = 4 AND finished_at IS NOT NULL AND position = ''").await, 1);
    assert!(site.find(id).await.votable());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_sweep_goes_on_where_it_stopped() {
    let site = Site::new().await;
    let storage = &site.context.storage;
    let mut keys: Vec<Uuid> = (0..7).map(|_| Uuid::new_v4()).collect();
    keys.sort();
    for &key in &keys {
        storage.put_original(key, b"x".to_vec()).await.unwrap();
    }
    let first = storage.blobs_after("", 5).await.unwrap();
    assert!(first.more);
    let rest = storage.blobs_after(&first.blobs[4].path, 5).await.unwrap();
    assert!(!rest.more);
    let seen: Vec<Uuid> =
        first.blobs.iter().chain(&rest.blobs).filter_map(|blob| blob.key).map(|(_, key)| key).collect();
    assert_eq!(seen, keys);
}
