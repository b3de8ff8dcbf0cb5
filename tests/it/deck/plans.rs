//! What finding the next photo costs, in rows read: whatever the planner believes, and however much somebody has rated.

use ratemyderp::ratings::RaterId;
use ratemyderp::ratings::deck::{self, Bookmarks, Class, Rater};
use sqlx::Connection;

use super::KEY;
use crate::support::{World, rows, someone};

/// The most that one place may cost: photo, rating and report, each as an index entry and a row.
const A_PLACE: i64 = 6;

/// Beside the places: the size of the deck.
const AROUND: i64 = 4;

const PHOTOS: i64 = 640;

/// Rated 420 of the photos and 20,000 in all, reported 119 of them and 2,000 in all, and owns 100: one is left.
const DILIGENT: RaterId = RaterId(uuid::Uuid::from_u128(1));

/// Rows read until the next photo of somebody is known, on a connection without plans.
async fn cost(world: &World, mode: &str, id: RaterId, account: i64, class: Class) -> (Option<i64>, i64) {
    let mut conn = sqlx::PgConnection::connect(world.url()).await.unwrap();
    sqlx::query(&format!("SET plan_cache_mode = {mode}")).execute(&mut conn).await.unwrap();
    let mut rater = Rater { id, account: Some(account), bookmarks: Bookmarks::default(), stored: false };
    let mut tx = conn.begin().await.unwrap();
    let before = rows::read(&mut tx).await;
    let next = deck::current(&mut tx, &KEY, &mut rater, class).await.unwrap();
    let read = rows::read(&mut tx).await - before;
    tx.commit().await.unwrap();
    (next, read)
}

/// Both kinds of plan, both classes: the one photo that is left is found, and no more is read than each place costs.
async fn assert_cheap(world: &World, statistics: &str, owner: i64) {
    for mode in ["force_generic_plan", "force_custom_plan"] {
        for class in [Class::All, Class::Described] {
            let (next, read) = cost(world, mode, DILIGENT, owner, class).await;
            assert_eq!(next, Some(PHOTOS), "statistics {statistics}, {mode}, {class:?}");
            assert!(read <= PHOTOS * A_PLACE + AROUND, "{read} rows: statistics {statistics}, {mode}, {class:?}");
        }
    }
}

async fn sql(world: &World, sql: &str) {
    sqlx::raw_sql(sql).execute(&world.pool).await.unwrap();
}

/// The votes and reports of the diligent one.
const DILIGENCE: &str = "
    INSERT INTO ratings (rater, submission, score)
    SELECT '00000000-0000-0000-0000-000000000001', n, 5 FROM generate_series(1, 20519) n WHERE n <= 420 OR n > 939;
    INSERT INTO reports (rater, submission, reason)
    SELECT '00000000-0000-0000-0000-000000000001', n, 'other' FROM generate_series(421, 539) n;
    ALTER TABLE reports DROP CONSTRAINT IF EXISTS reports_submission_fkey;
    INSERT INTO reports (rater, submission, reason)
    SELECT '00000000-0000-0000-0000-000000000001', n, 'other' FROM generate_series(100001, 101881) n";

#[tokio::test]
async fn the_next_photo_costs_the_same_for_whoever_has_rated_most() {
    let world = World::new().await;
    let owner = world.newcomer("derpina").await;
    // Statistics are what this test makes them.
    for table in ["submissions", "ratings", "reports"] {
        sql(&world, &format!("ALTER TABLE {table} SET (autovacuum_enabled = off)")).await;
    }
    deal(&world, PHOTOS).await;
    sqlx::query("UPDATE submissions SET owner = $1 WHERE id BETWEEN 540 AND 639")
        .bind(owner)
        .execute(&world.pool)
        .await
        .unwrap();
    sql(
        &world,
        "INSERT INTO ratings (rater, submission, score)
         SELECT gen_random_uuid(), n, 5 FROM generate_series(1, 640) n, generate_series(1, 4);
         INSERT INTO reports (rater, submission, reason)
         SELECT gen_random_uuid(), n, 'other' FROM generate_series(1, 640) n",
    )
    .await;
    sql(&world, DILIGENCE).await;
    assert_cheap(&world, "that were never made", owner).await;
    sql(&world, "ANALYZE").await;
    assert_cheap(&world, "of what is there", owner).await;
    sql(
        &world,
        "DELETE FROM ratings WHERE rater = '00000000-0000-0000-0000-000000000001';
         DELETE FROM reports WHERE rater = '00000000-0000-0000-0000-000000000001'",
    )
    .await;
    for table in ["submissions", "ratings", "reports"] {
        sql(&world, &format!("VACUUM ANALYZE {table}")).await;
    }
    sql(&world, DILIGENCE).await;
    assert_cheap(&world, "of a time when everybody had rated one photo", owner).await;
}

/// Photos of the house, all described, without tallies.
async fn deal(world: &World, photos: i64) {
    sqlx::query(
        "INSERT INTO submissions
             (owner, title, species, alt_text, original_key, state, rendition_key, rendition_sizes, ordinal,
              described_ordinal)
         SELECT $1, 'Photo', 'cat', 'A cat', gen_random_uuid(), 'ready', gen_random_uuid(), '{160}', n, n
         FROM generate_series(1, $2) n",
    )
    .bind(world.house)
    .bind(photos)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::query("UPDATE deck SET size = $1, described_size = $1").bind(photos).execute(&world.pool).await.unwrap();
}

#[tokio::test]
async fn the_next_photo_is_found_without_a_scan() {
    let world = World::new().await;
    deal(&world, 20_000).await;
    sql(&world, "ANALYZE").await;
    let other = world.house + 1;
    for mode in ["force_generic_plan", "force_custom_plan"] {
        for class in [Class::All, Class::Described] {
            let (next, read) = cost(&world, mode, someone(2), other, class).await;
            assert!(next.is_some());
            assert!(read <= A_PLACE + AROUND, "{read} rows for the first place of {class:?}, {mode}");
        }
    }
}
