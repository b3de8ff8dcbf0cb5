//! What looking for members who wait reads, whatever the planner believes, how many wait and how much they have rated.

use ratemyderp::ratings::awaited_photos::{self, Waiting};
use sqlx::{Connection, PgConnection};

use crate::support::{World, rows};

/// Members who wait.
const WAITING: i64 = 3_000;

/// Looked at in one step.
const STEP: i64 = 500;

/// Photos that the busiest of them has rated.
const PHOTOS: i64 = 30_000;

/// An account, its settings and its rater, and that it waits: an index entry and a row each.
const A_MEMBER: i64 = 8;

/// A photo and a rating or a report, likewise.
const A_PLACE: i64 = 6;

/// Most places that are looked at for one of them.
const PLACES: i64 = 64;

/// Beside all that: the size of the deck.
const AROUND: i64 = 10;

/// The first has rated everything, the others nothing but have been dealt all.
async fn world() -> World {
    let world = World::new().await;
    sqlx::query(
        "INSERT INTO submissions
             (owner, title, species, alt_text, original_key, state, rendition_key, rendition_sizes, ordinal, described_ordinal)
         SELECT $1, 'Photo', 'dog', 'A dog', gen_random_uuid(), 'ready', gen_random_uuid(), '{160}', n, n FROM generate_series(1, $2) n",
    )
    .bind(world.house)
    .bind(PHOTOS)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::raw_sql(&format!(
        "UPDATE deck SET size = {PHOTOS}, described_size = {PHOTOS};
         INSERT INTO accounts (username, display_name, email, email_verified_at)
         SELECT 'noodle-' || n, 'Noodle', 'noodle-' || n || '@example.com', now() FROM generate_series(1, {WAITING}) n;
         INSERT INTO settings (account) SELECT id FROM accounts ON CONFLICT DO NOTHING;
         INSERT INTO raters (id, account, lap_start, lap_end)
         SELECT gen_random_uuid(), id, 1, {PHOTOS} FROM accounts WHERE username LIKE 'noodle-%';
         INSERT INTO ratings (rater, submission, score)
         SELECT r.id, s.id, 7 FROM submissions s, raters r JOIN accounts a ON a.id = r.account WHERE a.username = 'noodle-1';
         INSERT INTO awaited_photos SELECT id, now(), {PHOTOS}, {PHOTOS} FROM accounts WHERE username LIKE 'noodle-%'"
    ))
    .execute(&world.pool)
    .await
    .unwrap();
    world
}

/// The step behind this account, and rows and blocks that were read on a connection of its own.
async fn step(world: &World, mode: &str, after: i64) -> (Vec<Waiting>, i64, i64) {
    let mut conn = PgConnection::connect(world.url()).await.unwrap();
    sqlx::raw_sql(&format!("SET plan_cache_mode = {mode}; SET jit = off")).execute(&mut conn).await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    let before = (rows::read(&mut tx).await, rows::blocks(&mut tx).await);
    let waiting = awaited_photos::waiting(&mut tx, after, STEP).await.unwrap();
    (waiting, rows::read(&mut tx).await - before.0, rows::blocks(&mut tx).await - before.1)
}

/// Both kinds of plan, at the first, a middle and the last step: no more is read than so many rows.
async fn assert_cheap(world: &World, state: &str, places: i64) {
    let first: i64 =
        sqlx::query_scalar("SELECT min(account) FROM awaited_photos").fetch_one(&world.pool).await.unwrap();
    for mode in ["force_generic_plan", "force_custom_plan"] {
        for after in [0, first + WAITING / 2, first + WAITING - 10] {
            let (waiting, read, blocks) = step(world, mode, after).await;
            let most = waiting.len() as i64 * A_MEMBER + places * A_PLACE + AROUND;
            assert!(read <= most, "{read} rows, {most} at most: {state}, {mode}, behind {after}");
            assert!(blocks <= 2 * most, "{blocks} blocks, {most} rows at most: {state}, {mode}, behind {after}");
        }
    }
}

#[tokio::test]
async fn a_member_who_waits_costs_a_look_at_the_newest_places_however_much_they_have_rated() {
    let world = world().await;
    for statistics in ["that were never made", "of what is there"] {
        let (waiting, ..) = step(&world, "auto", 0).await;
        assert_eq!(waiting.len() as i64, STEP);
        assert_cheap(&world, &format!("nothing new, statistics {statistics}"), 0).await;
        // Everything is new to the first, who has rated all of it.
        let busiest = "(SELECT id FROM accounts WHERE username = 'noodle-1')";
        let begin_anew = async |place: i64| {
            sqlx::query(&format!("UPDATE awaited_photos SET place = $1 WHERE account = {busiest}"))
                .bind(place)
                .execute(&world.pool)
                .await
                .unwrap();
        };
        begin_anew(0).await;
        assert_cheap(&world, &format!("much rated, statistics {statistics}"), PLACES).await;
        let (waiting, ..) = step(&world, "auto", 0).await;
        assert!(waiting.iter().all(|member| !member.over()), "nobody is told of what they have rated");
        begin_anew(PHOTOS).await;
        sqlx::raw_sql("ANALYZE").execute(&world.pool).await.unwrap();
    }
    // Five photos that are new to everybody but the first.
    sqlx::query("UPDATE awaited_photos SET place = place - 5").execute(&world.pool).await.unwrap();
    let (waiting, ..) = step(&world, "auto", 0).await;
    assert_eq!(waiting.iter().filter(|member| member.over()).count() as i64, STEP - 1);
    assert_cheap(&world, "five new", 5 * STEP).await;
}
