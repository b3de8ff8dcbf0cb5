//! What a search reads, whatever the planner believes and however common its words are.

use ratemyderp::finding::words::{self, Spelled};
use ratemyderp::finding::{self, Mark, WALK, Wanted, alike, favourites, members};
use sqlx::{Connection, PgConnection};

use crate::support::{World, rows};

const PHOTOS: i64 = 40_000;

/// For each candidate: two index entries of its spellings, its row, its score, and two entries and rows for each of two more terms. With more
/// spellings fewer candidates are looked at, and each is counted once to know which word is the rarest.
const MOST: i64 = 24 * WALK as i64;

/// Everything is a "photo" and most are dogs; few are rare.
async fn world() -> World {
    let world = World::new().await;
    sqlx::query(
        "INSERT INTO submissions
             (owner, title, species, alt_text, original_key, state, rendition_key, rendition_sizes, ordinal, described_ordinal, fingerprint)
         SELECT $1, 'Photo ' || md5(n::text), CASE n % 50 WHEN 0 THEN 'Cat' ELSE 'dog' END,
                CASE WHEN n % 1000 = 0 THEN 'rare' ELSE 'usual' END, gen_random_uuid(), 'ready', gen_random_uuid(), '{160}', n, n, n
         FROM generate_series(1, $2) n",
    )
    .bind(world.house)
    .bind(PHOTOS)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::raw_sql(
        "INSERT INTO tallies (submission, count, sum) SELECT id, 12, 60 FROM submissions;
         INSERT INTO standings (submission, score, count, sum) SELECT id, 1 + id % 900 / 100.0, 12, 60 FROM submissions;
         INSERT INTO photo_words SELECT s.id, w.* FROM submissions s, words_of_photo(s.title, s.species, s.alt_text) w;
         INSERT INTO accounts (username, display_name) SELECT 'noodle-' || n, 'Noodle' FROM generate_series(1, 20000) n;
         INSERT INTO favourites (account, submission) SELECT owner, id FROM submissions WHERE id % 3 > 0;
         UPDATE submissions SET moderation = 'hidden', ordinal = NULL, described_ordinal = NULL WHERE id BETWEEN 20000 AND 20180;
         INSERT INTO member_words SELECT id, w FROM accounts, unnest(words_in(username || ' ' || display_name)) w;
         INSERT INTO known_words SELECT word FROM photo_words WHERE word NOT LIKE '=%' UNION SELECT word FROM member_words",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    world
}

fn exact(words: &[&str]) -> Vec<Spelled> {
    words
        .iter()
        .map(|word| Spelled { typed: (*word).to_owned(), spellings: vec![(*word).to_owned()], exact: true })
        .collect()
}

#[tokio::test]
async fn a_search_reads_no_more_when_there_are_more_photos() {
    let world = world().await;
    let soon = Some(chrono::Utc::now() - chrono::Duration::days(1));
    let of = |words: &[&str]| Wanted { words: exact(words), ..Wanted::default() };
    let nobodys = Wanted { least: Some(9.99), ..Wanted::default() };
    let both = Spelled { typed: "photos".into(), spellings: vec!["photo".into(), "usual".into()], exact: false };
    let many = ["photo", "usual", "dog"].map(str::to_owned).to_vec();
    let most = Spelled { typed: "photos".into(), spellings: many, exact: true };
    let all = [
        Wanted { words: vec![most; words::WORDS], ..nobodys.clone() },
        of(&["photo"]),
        of(&["rare"]),
        of(&["photo", "usual"]),
        of(&["photo", "rare", "dog"]),
        of(&["cat", "rare", "usual"]),
        Wanted { words: vec![both], ..nobodys.clone() },
        Wanted { since: soon, species: Some("dog".into()), ..of(&["photo"]) },
        Wanted { species: Some("dog".into()), ..nobodys.clone() },
        Wanted { species: Some("cat".into()), since: soon, ..Wanted::default() },
        Wanted { owner: Some(world.house), ..nobodys.clone() },
        Wanted { since: soon, ..nobodys.clone() },
        Wanted { species: Some("horse".into()), ..Wanted::default() },
        Wanted::default(),
    ];
    for statistics in ["that were never made", "of what is there"] {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            for wanted in &all {
                for after in
                    [Mark::FIRST, Mark { weight: 3, submission: 20_000 }, Mark { weight: 1, submission: 20_000 }]
                {
                    let read = reading(&world, mode, async |conn| {
                        finding::page(conn, wanted, after).await.unwrap();
                    });
                    let (read, blocks) = read.await;
                    assert!(
                        read <= MOST && blocks <= MOST,
                        "{read} rows, {blocks} blocks behind {after:?} for {wanted:?}, {mode}, statistics {statistics}"
                    );
                }
            }
        }
        sqlx::raw_sql("ANALYZE").execute(&world.pool).await.unwrap();
    }
}

#[tokio::test]
async fn spellings_members_and_likenesses_read_little() {
    let world = world().await;
    for statistics in ["that were never made", "of what is there"] {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let (spelling, blocks) = reading(&world, mode, async |conn| {
                let words = ["phtoo", "usualy", "nodle"].map(str::to_owned).into();
                let spelled = words::spell(conn, words).await.unwrap();
                let all: Vec<String> = spelled.into_iter().flat_map(|word| word.spellings).collect();
                words::shown(conn, &all).await.unwrap();
            })
            .await;
            assert!(
                spelling <= 2000 && blocks <= 3000,
                "{spelling} rows, {blocks} blocks, {mode}, statistics {statistics}"
            );
            let (named, blocks) = reading(&world, mode, async |conn| {
                assert_eq!(members::find(conn, &exact(&["noodle"])).await.unwrap().len(), 5);
            })
            .await;
            assert!(named <= 2500 && blocks <= 2500, "{named} rows, {blocks} blocks, {mode}, statistics {statistics}");
            let (like, blocks) = reading(&world, mode, async |conn| {
                assert_eq!(alike::find(conn, 20_000).await.unwrap().len(), 6);
            })
            .await;
            assert!(like <= 900 && blocks <= 1200, "{like} rows, {blocks} blocks, {mode}, statistics {statistics}");
            let (kept, blocks) = reading(&world, mode, async |conn| {
                favourites::page(conn, world.house, Some(13_450)).await.unwrap();
            })
            .await;
            assert!(kept <= 1200 && blocks <= 1200, "{kept} rows, {blocks} blocks, {mode}, statistics {statistics}");
        }
        sqlx::raw_sql("ANALYZE").execute(&world.pool).await.unwrap();
    }
}

/// Rows and blocks that were read on a connection of its own.
async fn reading(world: &World, mode: &str, work: impl AsyncFnOnce(&mut PgConnection)) -> (i64, i64) {
    let mut conn = PgConnection::connect(world.url()).await.unwrap();
    sqlx::raw_sql(&format!("SET plan_cache_mode = {mode}; SET jit = off")).execute(&mut conn).await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    let before = (rows::read(&mut tx).await, rows::blocks(&mut tx).await);
    work(&mut tx).await;
    (rows::read(&mut tx).await - before.0, rows::blocks(&mut tx).await - before.1)
}
