//! What migrations do with what is there already.

mod meanwhile;

use ratemyderp::db;

use crate::support::World;

/// The migration that brought it.
const DESCRIBED: i64 = 20_261_124_000_300;

#[tokio::test]
async fn photos_from_before_described_mode_get_their_places_in_the_order_of_the_deck() {
    let world = World::new().await;
    // A schema of its own is as good as an empty database.
    let mut conn = world.pool.acquire().await.unwrap();
    sqlx::raw_sql("CREATE SCHEMA before; SET search_path TO before").execute(&mut *conn).await.unwrap();
    for step in db::MIGRATIONS.iter().filter(|step| step.version < DESCRIBED) {
        sqlx::raw_sql(&step.sql).execute(&mut *conn).await.unwrap();
    }
    sqlx::raw_sql(
        "INSERT INTO accounts (username, display_name) VALUES ('house', 'The House');
         INSERT INTO submissions (owner, title, species, alt_text, original_key, state, rendition_key, moderation, ordinal)
         SELECT (SELECT id FROM accounts), title, 'cat', alt_text, gen_random_uuid(), 'ready', gen_random_uuid(),
                CASE WHEN ordinal IS NULL THEN 'hidden' ELSE 'visible' END::submission_moderation, ordinal
         FROM (VALUES ('Late', 'A cat in a bath', 5), ('Blank', E' \\t\\n', 3), ('Early', 'A cat on a roof', 1),
                      ('Gone', 'A cat in a box', NULL), ('Silent', '', 4)) photo (title, alt_text, ordinal);
         UPDATE deck SET size = 5",
    )
    .execute(&mut *conn)
    .await
    .unwrap();
    for step in db::MIGRATIONS.iter().filter(|step| step.version == DESCRIBED) {
        sqlx::raw_sql(&step.sql).execute(&mut *conn).await.unwrap();
    }
    let places: Vec<(String, Option<i64>, String)> =
        sqlx::query_as("SELECT title, described_ordinal, alt_text FROM submissions ORDER BY id")
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    let places: Vec<_> = places.iter().map(|(title, place, words)| (title.as_str(), *place, words.as_str())).collect();
    assert_eq!(
        places,
        [
            ("Late", Some(2), "A cat in a bath"),
            ("Blank", None, ""),
            ("Early", Some(1), "A cat on a roof"),
            ("Gone", None, "A cat in a box"),
            ("Silent", None, ""),
        ]
    );
    let size: i64 = sqlx::query_scalar("SELECT described_size FROM deck").fetch_one(&mut *conn).await.unwrap();
    assert_eq!(size, 2);
}
