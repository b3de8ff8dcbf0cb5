//! Photos that look like an older one.

use ratemyderp::queue::Job;
use ratemyderp::submissions::similar;

use super::{Site, picture, png};
use crate::handlers::enqueue;

#[tokio::test]
async fn a_photo_that_looks_like_an_older_one_is_marked_for_review() {
    let site = Site::new().await;
    let first = site.photo(1, &picture(400, 300, 1)).await;
    let copy = image::load_from_memory(&picture(400, 300, 1)).unwrap();
    let smaller = png(&copy.resize_exact(200, 150, image::imageops::FilterType::Triangle).to_rgb8());
    let second = site.photo(2, &smaller).await;
    site.photo(3, &picture(400, 300, 9)).await;
    let mut conn = site.context.pool.acquire().await.unwrap();
    let pairs = similar::unreviewed(&mut conn, 10).await.unwrap();
    assert_eq!(pairs.iter().map(|pair| (pair.id, pair.older)).collect::<Vec<_>>(), [(second, first)]);
    site.change(async |tx| assert!(similar::mark_reviewed(tx, second).await.unwrap())).await;
    assert!(similar::unreviewed(&mut conn, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_near_fingerprint_is_found_through_the_index() {
    let site = Site::new().await;
    let first = site.photo(1, &picture(400, 300, 1)).await;
    let second = site.photo(2, &picture(400, 300, 9)).await;
    // Two changed bits in three quarters and one in the last: the worst that still counts as near.
    site.sql(&format!(
        "UPDATE submissions SET fingerprint = (SELECT fingerprint # x'8001400208010010'::bit(64)::bigint
                                               FROM submissions WHERE id = {second}) WHERE id = {first}"
    ))
    .await;
    site.sql(&format!(
        "UPDATE submissions SET state = 'pending', ordinal = NULL, described_ordinal = NULL, rendition_key = NULL, original_sha256 = NULL WHERE id = {second};"
    ))
    .await;
    enqueue(&site.context.pool, Job::MakeThumbnails { submission: second }).await;
    site.drain().await;
    assert_eq!(site.database.count(&format!("submissions WHERE similar_to = {first}")).await, 1);
    let plan: Vec<String> = {
        let mut tx = site.context.pool.begin().await.unwrap();
        sqlx::query("SET LOCAL enable_seqscan = off").execute(&mut *tx).await.unwrap();
        sqlx::query_scalar(
            "EXPLAIN SELECT id FROM submissions WHERE fingerprint IS NOT NULL AND moderation <> 'removed'
             AND fingerprint_quarters(fingerprint) && '{1,2,3}'",
        )
        .fetch_all(&mut *tx)
        .await
        .unwrap()
    };
    assert!(plan.iter().any(|line| line.contains("submissions_fingerprint")), "{plan:?}");
}
