//! What a page of a board reads, whatever the planner believes.

use ratemyderp::ratings::boards::{self, Board, Mark, Order, PAGE, Page, Period};
use sqlx::Connection;

use super::{board, sql};
use crate::support::{World, rows};

/// Index entry, row, photo's index entry and photo for each line and the one behind it; on the way up twice as many; and up to a thousand entries
/// for each of the two ranks.
const MOST: i64 = 2 * PAGE as i64 * 6 + 2 * 2 * boards::RANKED + 20;

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
                1 + id % 900 / 100.0, 1 + id % 900 / 100.0
         FROM submissions, unnest(enum_range(NULL::board_period)) AS p (period)",
    )
    .await;
    for statistics in ["that were never made", "of what is there"] {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            for order in [Order::Derpiest, Order::LeastDerpy, Order::Divisive, Order::Newest] {
                for period in [Period::All, Period::Week] {
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
    let middle = Mark { figure: if board.order == Order::Newest { 15_000.0 } else { 5.0 }, submission: 15_000 };
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
