//! What a page of one's own ratings costs, in rows read, however much somebody has rated.

use ratemyderp::ratings::RaterId;
use ratemyderp::ratings::by_rater::{self, Mark, OwnRatings, PAGE, WALK};
use ratemyderp::ratings::demo;
use sqlx::Connection;

use crate::support::{World, rows, score, someone};

async fn read(world: &World, mode: &str, rater: RaterId, before: Mark, given: Option<u8>) -> (OwnRatings, i64) {
    let mut conn = sqlx::PgConnection::connect(world.url()).await.unwrap();
    sqlx::query(&format!("SET plan_cache_mode = {mode}")).execute(&mut conn).await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    let begun = rows::read(&mut tx).await;
    let page = by_rater::page(&mut tx, rater, before, given.map(score)).await.unwrap();
    let read = rows::read(&mut tx).await - begun;
    tx.commit().await.unwrap();
    (page, read)
}

#[tokio::test]
async fn a_page_costs_the_same_for_whoever_has_rated_most() {
    let world = World::new().await;
    sqlx::raw_sql(
        "ALTER TABLE ratings SET (autovacuum_enabled = off);
         INSERT INTO ratings (rater, submission, score, created_at)
         SELECT gen_random_uuid(), n, 5, now() - make_interval(mins => n) FROM generate_series(1, 20000) n",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let diligent = "INSERT INTO ratings (rater, submission, score, created_at)
         SELECT '00000000-0000-0000-0000-000000000001', n, CASE WHEN n = 7 THEN 10 ELSE 5 END,
                now() - make_interval(mins => (n * 7919 % 20000)::int)
         FROM generate_series(1, 20000) n";
    for statistics in ["that were never made", "of what is there", "of a time when everybody had rated one photo"] {
        match statistics {
            "that were never made" => drop(sqlx::query(diligent).execute(&world.pool).await.unwrap()),
            "of what is there" => drop(sqlx::query("ANALYZE").execute(&world.pool).await.unwrap()),
            _ => {
                sqlx::query("DELETE FROM ratings WHERE rater = '00000000-0000-0000-0000-000000000001'")
                    .execute(&world.pool)
                    .await
                    .unwrap();
                sqlx::query("VACUUM ANALYZE ratings").execute(&world.pool).await.unwrap();
                sqlx::query(diligent).execute(&world.pool).await.unwrap();
            }
        }
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let (page, cost) = read(&world, mode, someone(1), Mark::NEWEST, None).await;
            assert_eq!(page.ratings.len(), PAGE);
            assert!(cost <= 2 * (PAGE as i64 + 1), "{cost} rows, statistics {statistics}, {mode}");
            let (_, cost) = read(&world, mode, someone(1), page.next.unwrap(), None).await;
            assert!(cost <= 2 * (PAGE as i64 + 1), "{cost} rows for the second page, {statistics}, {mode}");
            let (page, cost) = read(&world, mode, someone(1), Mark::NEWEST, Some(10)).await;
            assert!(page.ratings.len() <= 1 && page.next.is_some());
            assert!(cost <= 2 * WALK as i64, "{cost} rows for one score, {statistics}, {mode}");
        }
    }
}

#[tokio::test]
async fn one_score_is_found_however_far_back() {
    let world = World::new().await;
    sqlx::raw_sql(
        "INSERT INTO ratings (rater, submission, score, created_at)
         SELECT '00000000-0000-0000-0000-000000000001', n, CASE WHEN n % 400 = 1 THEN 10 ELSE 5 END,
                now() + make_interval(secs => n / 3)
         FROM generate_series(1, 2000) n",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let (mut found, mut pages, mut next) = (vec![], 0, Some(Mark::NEWEST));
    while let Some(mark) = next {
        let (page, _) = read(&world, "auto", someone(1), mark, Some(10)).await;
        found.extend(page.ratings.iter().map(|rating| rating.submission));
        next = page.next;
        pages += 1;
        assert!(pages <= 6, "it ends");
    }
    assert_eq!(found, [1601, 1201, 801, 401, 1]);
}

#[tokio::test]
async fn the_crowd_of_a_demo_votes_once_and_the_same_each_time() {
    let world = World::new().await;
    for number in 0..6 {
        world.photo(&format!("Photo {number}")).await;
    }
    let waiting = world.pending("Pending").await;
    let first = demo::rate_photos(&world.pool, world.house, 7).await.unwrap();
    assert!(first.cast > 60 && first.waiting == 1, "{first:?}");
    assert_eq!(world.ratings().await, first.cast as i64);
    assert_eq!(demo::rate_photos(&world.pool, world.house, 7).await.unwrap().cast, 0);
    world.publish(waiting, uuid::Uuid::new_v4(), &[160]).await;
    assert!(demo::rate_photos(&world.pool, world.house, 7).await.unwrap().cast > 5);
    assert_eq!(world.complaints().await, Vec::<String>::new());
    let spread: f64 = sqlx::query_scalar("SELECT (max(sum::float8 / count) - min(sum::float8 / count)) FROM tallies")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert!(spread > 1.0, "photos differ: {spread}");
    let great = "(SELECT FROM ratings GROUP BY submission, created_at::date HAVING count(*) >= 10) days";
    assert!(world.count(great).await > 1, "no day has photos to choose from");
    world.drain().await;
    assert!(world.count("photos_of_the_day").await >= 1, "what the days before had is chosen afterwards");
}
