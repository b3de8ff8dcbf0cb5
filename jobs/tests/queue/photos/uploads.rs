//! Photos as they come in: doubles, quota, drafts.

use ratemyderp::error::Error;
use ratemyderp::queue::Job;
use ratemyderp::submissions::crop::Crop;
use ratemyderp::submissions::upload::{Duplicate, Original, UploadOutcome};
use ratemyderp::submissions::{drafts, removal};
use uuid::Uuid;

use super::{Site, details, futures, limits, picture};
use crate::handlers::enqueue;

#[tokio::test]
async fn the_same_file_is_refused_with_the_other_photo_unless_that_one_failed_or_is_gone() {
    let site = Site::new().await;
    let first = site.submit(1, &picture(300, 200, 1)).await.unwrap();
    let UploadOutcome::New(id) = first else { panic!("{first:?}") };
    let public = |public| UploadOutcome::Duplicate(Duplicate { id, owner: site.owner, public });
    assert_eq!(site.submit(2, &picture(300, 200, 1)).await.unwrap(), public(false));
    site.drain().await;
    assert_eq!(site.submit(2, &picture(300, 200, 1)).await.unwrap(), public(true));
    site.change(async |tx| removal::remove(tx, id).await.unwrap()).await;
    assert!(matches!(site.submit(2, &picture(300, 200, 1)).await.unwrap(), UploadOutcome::New(_)));
    assert!(matches!(site.submit(3, b"a shopping list").await.unwrap(), UploadOutcome::New(_)));
    site.drain().await;
    assert!(matches!(site.submit(3, b"a shopping list").await.unwrap(), UploadOutcome::New(_)));
}

#[tokio::test]
async fn of_two_uploads_of_the_same_file_at_once_one_wins() {
    let site = Site::new().await;
    let file = picture(300, 200, 1);
    let all = futures(20, |number| site.submit(number, &file)).await;
    let new = all.iter().filter(|entered| matches!(entered, Ok(UploadOutcome::New(_)))).count();
    let twice = all.iter().filter(|entered| matches!(entered, Ok(UploadOutcome::Duplicate(_)))).count();
    assert_eq!((new, twice), (1, 19), "{all:?}");
    assert_eq!(site.database.count("submissions").await, 1);
}

#[tokio::test]
async fn a_hundred_uploads_at_once_do_not_pass_the_quota() {
    let site = Site::new().await;
    let all = futures(100, |number| {
        let site = &site;
        async move { site.submit_within(number, &number.to_be_bytes(), 5).await }
    })
    .await;
    let new = all.iter().filter(|entered| matches!(entered, Ok(UploadOutcome::New(_)))).count();
    assert_eq!(new, 5);
    let refused = all.iter().find_map(|entered| entered.as_ref().err()).expect("a refusal");
    let Error::TooFast { message, retry_after } = refused else { panic!("{refused}") };
    assert!(message.starts_with("You have sent in 5 photos in the last 24 hours"), "{message}");
    assert!((86_000..=86_400).contains(retry_after));
    // A day later they no longer count; and an account of some age may send more.
    site.sql("UPDATE submissions SET created_at = now() - interval '25 hours'").await;
    assert!(site.submit_within(200, b"another", 5).await.is_ok());
    site.sql("UPDATE accounts SET created_at = now() - interval '8 days'").await;
    for number in 300..319 {
        site.submit_within(number, &number.to_be_bytes(), 5).await.unwrap();
    }
    assert!(site.submit_within(400, b"one too many", 5).await.is_err());
}

#[tokio::test]
async fn a_draft_gets_a_preview_and_goes_after_a_day_or_when_three_newer_ones_came() {
    let site = Site::new().await;
    let file = picture(300, 200, 1);
    let mut kept = vec![];
    for number in 0..4 {
        let arrived = drafts::InspectedOriginal {
            original: Original { key: Uuid::new_v4(), sha256: [number; 32] },
            bytes: 1,
            width: 300,
            height: 200,
        };
        site.context.storage.put_original(arrived.original.key, file.clone()).await.unwrap();
        let mut tx = site.context.pool.begin().await.unwrap();
        kept.push(drafts::create(&mut tx, site.owner, &arrived).await.unwrap());
        tx.commit().await.unwrap();
    }
    site.drain().await;
    let mut conn = site.context.pool.acquire().await.unwrap();
    assert!(drafts::find(&mut conn, site.owner, kept[0]).await.unwrap().is_none());
    assert!(drafts::find(&mut conn, site.owner + 1, kept[1]).await.unwrap().is_none());
    let draft = drafts::find(&mut conn, site.owner, kept[1]).await.unwrap().unwrap();
    let preview = site.context.storage.preview(draft.preview_key.unwrap(), "whole").await.unwrap();
    assert_eq!(
        image::load_from_memory_with_format(&preview, image::ImageFormat::Jpeg).map(|p| p.width()).unwrap(),
        160
    );
    assert_eq!(site.blobs().await.len(), 3 + 3);
    let limits = limits(5);
    let mut tx = site.context.pool.begin().await.unwrap();
    let entered = drafts::submit(&mut tx, site.owner, kept[3], &details(1, Crop::Auto), &limits).await.unwrap();
    assert!(matches!(entered, UploadOutcome::New(_)));
    let again = drafts::submit(&mut tx, site.owner, kept[3], &details(1, Crop::Auto), &limits).await;
    assert!(matches!(again, Err(Error::NotFound)));
    tx.commit().await.unwrap();
    site.sql("UPDATE drafts SET created_at = now() - interval '25 hours'").await;
    site.sql("UPDATE discarded_blobs SET due_at = now()").await;
    enqueue(&site.context.pool, Job::DeleteDiscardedBlobs).await;
    site.drain().await;
    assert_eq!(site.database.count("drafts").await, 0);
    assert_eq!(site.blobs().await.iter().filter(|path| path.starts_with("originals/")).count(), 1);
}
