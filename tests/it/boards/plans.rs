//! What a page of a board reads, whatever the planner believes.

use ratemyderp::ratings::boards::{self, Board, Mark, Order, PAGE, Page, Period};
use ratemyderp::ratings::{days, standings};
use sqlx::Connection;
use strum::VariantArray;

use super::{board, sql};
use crate::support::{World, rows, someone};

/// Index entry, row, photo's index entry and photo for each line and the one behind it; on the way up twice as many; and up to ten thousand entries
/// for each of the two ranks.
const MOST: i64 = 2 * PAGE as i64 * 6 + 2 * 2 * boards::COUNTED + 20;

#[tokio::test]
async fn a_page_reads_no_more_when_there_are_more_photos() {
    let world = World::new().await;
    let photos = 30_000;
    sqlx::query(
        "INSERT INTO submissions
             (owner, title, species, alt_text, original_key, state, rendition_key, rendition_sizes, ordinal)
         SELECT $1, 'Photo', CASE n % 3 WHEN 0 THEN 'Cat' ELSE 'dog' END, '', gen_random_uuid(), 'ready', gen_random_uuid(), '{160}', n
         FROM generate_series(1, $2) n",
    )
    .bind(world.house)
    .bind(photos)
    .execute(&world.pool)
    .await
    .unwrap();
    sql(
        &world,
        "INSERT INTO tallies (submission, count, sum) SELECT id, 12, 60 FROM submissions;
         INSERT INTO standings (submission, score, count, sum) SELECT id, 1 + id % 900 / 100.0, 12, 60 FROM submissions;
         INSERT INTO ladder (score, above) SELECT DISTINCT score, rank() OVER (ORDER BY score DESC) - 1 FROM standings;
         INSERT INTO board_photos
         SELECT id, p.period, since_of(p.period, (now() AT TIME ZONE 'UTC')::date), lower(species), true, 12, 60, 400,
                1 + id % 900 / 100.0, 1 + id % 900 / 100.0, 0, 1000 + id % 900 / 100.0, 1 + id % 900 / 100.0
         FROM submissions, unnest(enum_range(NULL::board_period)) AS p (period)",
    )
    .await;
    for statistics in ["that were never made", "of what is there"] {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            for &order in Order::VARIANTS {
                let periods = if order == Order::Newest || order.has_periods() {
                    &[Period::All, Period::Week][..]
                } else {
                    &[Period::All]
                };
                for &period in periods {
                    for species in [None, Some("cat".to_owned())] {
                        let board = Board { species, ..board(order, period) };
                        cheap(&world, &board, mode, statistics).await;
                    }
                }
            }
        }
        sql(&world, "ANALYZE").await;
    }
}

async fn cheap(world: &World, board: &Board, mode: &str, statistics: &str) {
    let middle = Mark {
        figure: match board.order {
            Order::Newest => 15_000.0,
            Order::Trending => 1005.0,
            _ => 5.0,
        },
        submission: 15_000,
    };
    for page in [Page::First, Page::After(middle), Page::Before(middle)] {
        let mut conn = sqlx::PgConnection::connect(world.url()).await.unwrap();
        sqlx::query(&format!("SET plan_cache_mode = {mode}")).execute(&mut conn).await.unwrap();
        let mut tx = conn.begin().await.unwrap();
        let before = rows::read(&mut tx).await;
        let found = boards::page(&mut tx, board, page).await.unwrap();
        let read = rows::read(&mut tx).await - before;
        assert_eq!(found.photos.len(), PAGE, "{board:?}");
        assert!(read <= MOST, "{read} rows for {page:?} of {board:?}, {mode}, statistics {statistics}");
    }
}

#[tokio::test]
async fn the_days_of_a_photo_cost_the_same_however_many_there_are() {
    let world = World::new().await;
    sql(
        &world,
        "ALTER TABLE submission_days SET (autovacuum_enabled = off);
         INSERT INTO submission_days (submission, day, ratings)
         SELECT 1, (now() AT TIME ZONE 'UTC')::date - n, 2 FROM generate_series(0, 4999) n
         UNION ALL SELECT photo, (now() AT TIME ZONE 'UTC')::date - n, 1 FROM generate_series(2, 3000) photo, generate_series(0, 19) n",
    )
    .await;
    for statistics in ["that were never made", "of what is there"] {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let mut conn = sqlx::PgConnection::connect(world.url()).await.unwrap();
            sqlx::query(&format!("SET plan_cache_mode = {mode}")).execute(&mut conn).await.unwrap();
            let mut tx = conn.begin().await.unwrap();
            let before = (rows::read(&mut tx).await, rows::blocks(&mut tx).await);
            let days = days::of_photo(&mut tx, 1, 30).await.unwrap();
            let (read, blocks) = (rows::read(&mut tx).await - before.0, rows::blocks(&mut tx).await - before.1);
            assert_eq!((days.len(), days.iter().map(|day| day.ratings).sum::<i64>()), (30, 60));
            assert!(days.windows(2).all(|pair| pair[0].day < pair[1].day), "today last");
            assert!(read <= 60 && blocks <= 200, "{read} rows, {blocks} blocks, {mode}, statistics {statistics}");
        }
        sql(&world, "ANALYZE").await;
    }
}

/// A photo that was rated once more: its days and boards, the ratings that are looked at in turn, and what is found and not changed; with
/// index entries of what was there before, until a vacuum comes by.
const MOST_OF_A_VOTE: i64 = 280;

/// So many photos are rated at once that a look at all of their days, or at all boards, seems the cheaper way to a planner who takes a
/// part of a list for a part of the table.
const RATED: i64 = 250;

#[tokio::test]
async fn the_ranking_job_reads_what_has_changed_however_many_photos_there_are() {
    let world = World::new().await;
    sqlx::query(
        "INSERT INTO submissions
             (owner, title, species, alt_text, original_key, state, rendition_key, rendition_sizes, ordinal)
         SELECT $1, 'Photo', 'cat', '', gen_random_uuid(), 'ready', gen_random_uuid(), '{160}', n FROM generate_series(1, 4000) n",
    )
    .bind(world.house)
    .execute(&world.pool)
    .await
    .unwrap();
    // Ten ratings of each photo, by raters who have given forty each.
    sql(
        &world,
        "INSERT INTO raters (id, lap_start, lap_end) SELECT md5(n::text)::uuid, 1, 4000 FROM generate_series(1, 1000) n;
         INSERT INTO ratings (rater, submission, score, created_at)
         SELECT md5((1 + (id + 100 * n) % 1000)::text)::uuid, id, 1 + (id + n) % 10, now() - n * interval '1 day'
         FROM submissions, generate_series(1, 10) n;
         INSERT INTO tallies (submission, count, sum) SELECT submission, count(*), sum(score) FROM ratings GROUP BY submission
         ON CONFLICT (submission) DO UPDATE SET count = excluded.count, sum = excluded.sum",
    )
    .await;
    super::work_out(&world).await;
    let photos: Vec<i64> = sqlx::query_scalar("SELECT id FROM submissions ORDER BY id LIMIT $1")
        .bind(RATED)
        .fetch_all(&world.pool)
        .await
        .unwrap();
    let mut rater = 100;
    for statistics in ["that were never made", "of what is there"] {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            rater += 1;
            for &photo in &photos {
                world.rate(someone(rater), photo, 7).await;
            }
            let mut tx = world.pool.begin().await.unwrap();
            sqlx::query(&format!("SET LOCAL plan_cache_mode = {mode}")).execute(&mut *tx).await.unwrap();
            let mut before = rows::read(&mut tx).await;
            let gathered = boards::gather(&mut tx, false).await.unwrap();
            let mut read = rows::read(&mut tx).await - before;
            // Its own test bounds this.
            standings::recompute(&mut tx).await.unwrap();
            before = rows::read(&mut tx).await;
            boards::update(&mut tx, &gathered).await.unwrap();
            read += rows::read(&mut tx).await - before;
            tx.commit().await.unwrap();
            assert!(read <= MOST_OF_A_VOTE * RATED, "{mode}, with statistics {statistics}: {read} rows");
        }
        sql(&world, "ANALYZE").await;
    }
}
