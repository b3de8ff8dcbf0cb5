//! What is always so: each corruption is refused by the database or found by `check`, as `docs/invariants.md` says.

mod corruptions;

use std::collections::BTreeSet;

use ratemyderp::check;
use ratemyderp::finding::write;
use ratemyderp::storage::{Folder, Storage};
use ratemyderp::submissions::check::files;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::support::{World, someone};

const LIST: &str = include_str!("../../docs/invariants.md");

/// Two photos of the house, of which the first has one vote, and a member who is logged in.
async fn world() -> World {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    world.photo("Noodle").await;
    world.rate(someone(1), photo, 7).await;
    let member = world.member("derpina").await;
    sqlx::raw_sql(&format!(
        "INSERT INTO raters (id, account, lap_start, lap_end) VALUES (gen_random_uuid(), {member}, 1, 2);
         INSERT INTO sessions (token_hash, account, remembered, network, browser, expires_at)
         VALUES (sha256('derp'), {member}, true, '', '', now() + interval '1 day')"
    ))
    .execute(&world.pool)
    .await
    .unwrap();
    let mut tx = world.pool.begin().await.unwrap();
    assert!(write::step(&mut tx).await.unwrap());
    tx.commit().await.unwrap();
    world.whole().await;
    world
}

async fn found(conn: &mut PgConnection) -> Vec<String> {
    check::database(conn, &mut |_| {}).await.unwrap()
}

/// Is this the sentence? Each `…` stands for anything.
fn fits(pattern: &str, sentence: &str) -> bool {
    let (start, rest) = pattern.split_once('…').unwrap_or((pattern, ""));
    let (middle, end) = rest.rsplit_once('…').unwrap_or(("", rest));
    let Some(mut left) = sentence.strip_prefix(start).and_then(|left| left.strip_suffix(end)) else { return false };
    middle.split('…').all(|part| match left.split_once(part) {
        Some((_, behind)) => {
            left = behind;
            true
        }
        None => false,
    })
}

/// What the list says that is found: the sentences in its last column.
fn listed() -> BTreeSet<&'static str> {
    let last = |line: &'static str| line.trim_end_matches(" |").rsplit_once(" | ").map(|(_, last)| last);
    LIST.lines().filter_map(last).flat_map(|cell| cell.split("<br>")).filter(|cell| cell.ends_with('.')).collect()
}

#[tokio::test]
async fn each_corruption_is_found_in_the_words_of_the_list() {
    let world = world().await;
    for (corruption, pattern) in corruptions::FOUND {
        let mut tx = world.pool.begin().await.unwrap();
        sqlx::raw_sql(corruption).execute(&mut *tx).await.unwrap_or_else(|cause| panic!("{corruption}: {cause}"));
        let found = found(&mut tx).await;
        assert!(found.iter().any(|sentence| fits(pattern, sentence)), "{corruption}: {pattern} is not in {found:#?}");
        tx.rollback().await.unwrap();
    }
    world.whole().await;
}

#[tokio::test]
async fn each_corruption_that_a_constraint_holds_is_refused() {
    let world = world().await;
    for (corruption, constraint) in corruptions::REFUSED {
        let mut tx = world.pool.begin().await.unwrap();
        let refused = sqlx::raw_sql(corruption).execute(&mut *tx).await.expect_err(corruption);
        let refused = refused.to_string();
        assert!(refused.contains(constraint), "{corruption}: {refused}");
        assert!(LIST.contains(&format!("`{constraint}`")), "{constraint} is not in the list");
        tx.rollback().await.unwrap();
    }
}

#[test]
fn the_list_and_these_tests_know_the_same_sentences() {
    let tested: BTreeSet<&str> =
        corruptions::FOUND.iter().map(|(_, pattern)| *pattern).chain(corruptions::FILES).collect();
    assert_eq!(listed(), tested);
}

#[tokio::test]
async fn many_faults_are_a_few_sentences_and_a_number() {
    let world = World::new().await;
    sqlx::raw_sql(
        "INSERT INTO raters (id, lap_start, lap_end) VALUES ('00000000-0000-0000-0000-000000000001', 1, 1);
         INSERT INTO ratings (rater, submission, score)
         SELECT '00000000-0000-0000-0000-000000000001', n, 5 FROM generate_series(1, 5000) n",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let mut conn = world.pool.acquire().await.unwrap();
    let found = found(&mut conn).await;
    assert_eq!(found.len(), 21);
    assert_eq!(found[20], "And 4980 more like the last one.");
}

/// A photo and a draft with all their files.
async fn stored(world: &World) -> (i64, Uuid) {
    let (photo, key) = (world.pending("Marmalade").await, Uuid::new_v4());
    world.publish(photo, key, &[160, 320]).await;
    let fill = "UPDATE submissions SET original_key = $2, preview_key = $2 WHERE id = $1";
    sqlx::query(fill).bind(photo).bind(key).execute(&world.pool).await.unwrap();
    let draft = "INSERT INTO drafts (owner, original_key, original_sha256, bytes, width, height)
                 VALUES ($1, $2, sha256('derp'), 4, 64, 64)";
    let draft_key = Uuid::new_v4();
    sqlx::query(draft).bind(world.house).bind(draft_key).execute(&world.pool).await.unwrap();
    for size in [160, 320] {
        world.storage.put_rendition(key, size, b"jpeg".to_vec()).await.unwrap();
    }
    world.storage.put_preview(key, "0", b"jpeg".to_vec()).await.unwrap();
    for key in [key, draft_key] {
        world.storage.put_original(key, b"file".to_vec()).await.unwrap();
    }
    (photo, key)
}

async fn missing(world: &World, storage: &Storage) -> Vec<String> {
    files(&world.pool, storage, &mut |_| {}).await.unwrap()
}

#[tokio::test]
async fn missing_and_empty_files_are_found_in_the_words_of_the_list() {
    let world = World::new().await;
    let (photo, key) = stored(&world).await;
    assert_eq!(missing(&world, &world.storage).await, [""; 0]);
    world.storage.put_rendition(key, 320, vec![]).await.unwrap();
    let name = key.simple();
    assert_eq!(
        missing(&world, &world.storage).await,
        [format!("Photo {photo} lacks the pictures 320.jpg: images/{name}.")]
    );
    for folder in Folder::ALL {
        world.storage.delete_all(folder, key).await.unwrap();
    }
    let found = missing(&world, &world.storage).await;
    assert_eq!(found.len(), 3, "{found:#?}");
    for pattern in corruptions::FILES.iter().filter(|pattern| pattern.starts_with("Photo")) {
        assert!(found.iter().any(|sentence| fits(pattern, sentence)), "{pattern} is not in {found:#?}");
    }
    let found = missing(&world, &Storage::memory()).await;
    assert!(
        found.iter().any(|sentence| fits("Draft … lacks the file that it is made from: …", sentence)),
        "{found:#?}"
    );
}
