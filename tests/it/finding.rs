//! What is found by which words.

mod plans;

use ratemyderp::finding::words::{self, Spelled};
use ratemyderp::finding::{self, Found, Mark, PAGE, Wanted, alike, members};
use ratemyderp::queue::Job;
use ratemyderp::submissions::removal;

use crate::support::World;

/// Photos with a name, a species and a description each, whose words are written down.
async fn world(photos: &[(&str, &str, &str)]) -> World {
    let world = World::new().await;
    for (title, species, description) in photos {
        add(&world, title, species, description).await;
    }
    write(&world).await;
    world
}

async fn add(world: &World, title: &str, species: &str, description: &str) -> i64 {
    let id = world.photo(title).await;
    sqlx::query("UPDATE submissions SET species = $2 WHERE id = $1")
        .bind(id)
        .bind(species)
        .execute(&world.pool)
        .await
        .unwrap();
    world.describe(id, description).await;
    id
}

async fn write(world: &World) {
    world.enqueue(Job::WriteWords).await;
    world.drain().await;
    world.whole().await;
}

async fn spell(world: &World, typed: &str) -> Vec<Spelled> {
    let mut conn = world.pool.acquire().await.unwrap();
    let words = words::read(&mut conn, typed).await.unwrap();
    words::spell(&mut conn, words).await.unwrap()
}

async fn look(world: &World, wanted: &Wanted, after: Mark) -> Found {
    finding::page(&mut world.pool.acquire().await.unwrap(), wanted, after).await.unwrap()
}

/// The names of what these words find.
async fn search(world: &World, typed: &str) -> Vec<String> {
    let wanted = Wanted { words: spell(world, typed).await, ..Wanted::default() };
    look(world, &wanted, Mark::FIRST).await.photos.into_iter().map(|photo| photo.title).collect()
}

#[tokio::test]
async fn words_are_found_in_names_first_then_in_species_then_in_descriptions() {
    let world = world(&[
        ("Noodle", "cat", "Sits on a Żółw"),
        ("Żółw", "Cat", "Asleep in a bath"),
        ("Marmalade", "żółw", "Éclair with its tongue out"),
        ("Mr.Fluff", "Shiba-Inu", ""),
    ])
    .await;
    assert_eq!(search(&world, "zolw").await, ["Żółw", "Marmalade", "Noodle"]);
    assert_eq!(search(&world, "ŻÓŁW").await, ["Żółw", "Marmalade", "Noodle"]);
    assert_eq!(search(&world, "ECLAIR tongue").await, ["Marmalade"]);
    assert_eq!(search(&world, "fluff").await, ["Mr.Fluff"]);
    assert_eq!(search(&world, "shiba inu").await, ["Mr.Fluff"]);
    assert_eq!(search(&world, "cat bath").await, ["Żółw"]);
    assert_eq!(search(&world, "cats").await, ["Żółw", "Noodle"], "one cat, two cats");
    assert_eq!(search(&world, "cat dog").await, [""; 0]);
    assert_eq!(search(&world, "a cat in the bath").await, ["Żółw"], "what stands everywhere is left out");
}

#[tokio::test]
async fn typos_and_beginnings_find_what_was_meant() {
    let world = world(&[("Marmalade", "cat", ""), ("Noodle", "dog", ""), ("Captain Mumbles", "parrot", "")]).await;
    for (typed, meant) in [
        ("marmelade", "Marmalade"),
        ("marmalad", "Marmalade"),
        ("nodle", "Noodle"),
        ("nooodle", "Noodle"),
        ("mumb", "Captain Mumbles"),
        ("captian", "Captain Mumbles"),
        ("parott", "Captain Mumbles"),
    ] {
        assert_eq!(search(&world, typed).await, [meant], "{typed}");
    }
    assert_eq!(search(&world, "xylophone").await, [""; 0]);
    let spelled = spell(&world, "nodle marmalade").await;
    assert_eq!(spelled.iter().map(|word| word.exact).collect::<Vec<_>>(), [true, false]);
}

#[tokio::test]
async fn a_photo_that_fits_in_several_spellings_is_found_once() {
    let world = world(&[("Cats", "cat", "A cat with cats"), ("Cat", "cat", "cats")]).await;
    assert_eq!(search(&world, "cat").await, ["Cat", "Cats"]);
    assert_eq!(search(&world, "cats").await, ["Cat", "Cats"]);
}

#[tokio::test]
async fn what_goes_out_of_sight_is_found_no_more_at_once_and_its_words_are_forgotten() {
    let world = world(&[("Marmalade", "cat", "Unique"), ("Noodle", "cat", "")]).await;
    world.hide(1).await;
    assert_eq!(search(&world, "marmalade").await, [""; 0], "before any job has run");
    assert_eq!(search(&world, "cat").await, ["Noodle"]);
    let mut conn = world.pool.acquire().await.unwrap();
    assert!(words::shown(&mut conn, &["unique".to_owned()]).await.unwrap().is_empty());
    write(&world).await;
    assert_eq!(world.count("known_words WHERE word IN ('unique', 'marmalade')").await, 0);
    world.unhide(1).await;
    write(&world).await;
    assert_eq!(search(&world, "unique").await, ["Marmalade"]);
    let mut tx = world.pool.begin().await.unwrap();
    removal::remove(&mut tx, 1).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(search(&world, "unique").await, [""; 0]);
    write(&world).await;
    assert_eq!(world.count("photo_words WHERE submission = 1").await, 0);
    assert_eq!(world.count("known_words WHERE word = 'unique'").await, 0);
}

#[tokio::test]
async fn other_words_take_the_place_of_those_before() {
    let world = world(&[("Marmalade", "cat", "On a roof")]).await;
    world.describe(1, "In a bath").await;
    write(&world).await;
    assert_eq!(search(&world, "roof").await, [""; 0]);
    assert_eq!(search(&world, "bath").await, ["Marmalade"]);
}

#[tokio::test]
async fn what_was_there_before_is_written_down_step_by_step() {
    let world = World::new().await;
    sqlx::query(
        "INSERT INTO submissions
             (owner, title, species, alt_text, original_key, state, rendition_key, rendition_sizes, ordinal)
         SELECT $1, 'Photo ' || n, 'cat', '', gen_random_uuid(), 'ready', gen_random_uuid(), '{160}', n FROM generate_series(1, 1200) n",
    )
    .bind(world.house)
    .execute(&world.pool)
    .await
    .unwrap();
    sqlx::raw_sql(
        "INSERT INTO tallies (submission) SELECT id FROM submissions; UPDATE deck SET size = 1200;
         TRUNCATE words_to_write, member_words, photo_words, known_words;
         UPDATE words_written SET photos = 0, accounts = 0, last_photo = 1200, last_account = (SELECT max(id) FROM accounts)",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    world.whole().await;
    write(&world).await;
    assert_eq!(world.count("photo_words WHERE word = '=cat'").await, 1200);
    assert_eq!(search(&world, "1007").await, ["Photo 1007"]);
}

#[tokio::test]
async fn pages_follow_one_another_and_leave_nobody_out() {
    let world = World::new().await;
    for number in 0..60 {
        add(
            &world,
            if number % 3 == 0 { "Noodle" } else { "Other" },
            "cat",
            if number % 2 == 0 { "noodle" } else { "" },
        )
        .await;
    }
    write(&world).await;
    let words = spell(&world, "noodle").await;
    for wanted in [
        Wanted { words, ..Wanted::default() },
        Wanted { species: Some("cat".into()), ..Wanted::default() },
        Wanted { owner: Some(world.house), ..Wanted::default() },
        Wanted::default(),
    ] {
        let (mut after, mut seen) = (Mark::FIRST, vec![]);
        loop {
            let found = look(&world, &wanted, after).await;
            assert!(found.photos.len() <= PAGE && found.tired.is_none());
            seen.extend(found.photos.iter().map(|photo| photo.submission));
            let Some(next) = found.next else { break };
            after = next;
        }
        let expected = if wanted.words.is_empty() { 60 } else { 40 };
        assert_eq!(seen.len(), expected, "{wanted:?}");
        let mut once = seen.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{wanted:?}");
        if wanted.words.is_empty() {
            assert!(seen.is_sorted_by(|one, next| one > next), "the newest first");
        }
    }
}

#[tokio::test]
async fn filters_narrow_down_what_words_find() {
    let world = world(&[("Noodle", "cat", ""), ("Noodle", "Dog", ""), ("Noodle", "dog", "")]).await;
    sqlx::raw_sql(
        "UPDATE submissions SET created_at = now() - interval '40 days' WHERE id = 2;
         INSERT INTO standings (submission, score, count, sum) VALUES (2, 8, 10, 80), (3, 4, 10, 40)",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let words = spell(&world, "noodle").await;
    let ids = async |wanted: Wanted| -> Vec<i64> {
        look(&world, &wanted, Mark::FIRST).await.photos.iter().map(|photo| photo.submission).collect()
    };
    let noodle = Wanted { words, ..Wanted::default() };
    assert_eq!(ids(noodle.clone()).await, [3, 2, 1]);
    assert_eq!(ids(Wanted { species: Some("dog".into()), ..noodle.clone() }).await, [3, 2]);
    assert_eq!(ids(Wanted { least: Some(5.0), ..noodle.clone() }).await, [2]);
    let month = Some(chrono::Utc::now() - chrono::Duration::days(30));
    assert_eq!(ids(Wanted { since: month, ..noodle.clone() }).await, [3, 1]);
    assert_eq!(ids(Wanted { since: month, species: Some("dog".into()), ..Wanted::default() }).await, [3]);
    assert_eq!(ids(Wanted { owner: Some(world.house), least: Some(3.0), ..Wanted::default() }).await, [3, 2]);
    assert_eq!(ids(Wanted { owner: Some(999), ..noodle }).await, [0; 0]);
}

#[tokio::test]
async fn members_are_found_by_either_name_unless_they_hide_their_profile() {
    let world = World::new().await;
    let zoe = world.member("zoe-the-cat").await;
    let shy = world.member("zoe-the-shy").await;
    sqlx::query("UPDATE accounts SET display_name = 'Zoë Größe' WHERE id = $1")
        .bind(zoe)
        .execute(&world.pool)
        .await
        .unwrap();
    sqlx::query("UPDATE settings SET profile_public = false WHERE account = $1")
        .bind(shy)
        .execute(&world.pool)
        .await
        .unwrap();
    write(&world).await;
    for typed in ["zoe", "Zoë", "grosse", "zoe cat", "grosze"] {
        let words = spell(&world, typed).await;
        let found = members::find(&mut world.pool.acquire().await.unwrap(), &words).await.unwrap();
        assert_eq!(found.iter().map(|member| member.username.as_str()).collect::<Vec<_>>(), ["zoe-the-cat"], "{typed}");
    }
    let words = spell(&world, "zoe shy").await;
    assert!(members::find(&mut world.pool.acquire().await.unwrap(), &words).await.unwrap().is_empty());
}

#[tokio::test]
async fn another_like_this_is_of_its_species_and_looks_like_it() {
    let world = world(&[
        ("One", "cat", ""),
        ("Far", "cat", ""),
        ("Near", "Cat", ""),
        ("Dog", "dog", ""),
        ("Hidden", "cat", ""),
    ])
    .await;
    sqlx::raw_sql("UPDATE submissions SET fingerprint = CASE id WHEN 1 THEN 0 WHEN 2 THEN -1 WHEN 3 THEN 7 ELSE 0 END")
        .execute(&world.pool)
        .await
        .unwrap();
    world.hide(5).await;
    let like = alike::find(&mut world.pool.acquire().await.unwrap(), 1).await.unwrap();
    assert_eq!(like.iter().map(|photo| photo.title.as_str()).collect::<Vec<_>>(), ["Near", "Far"]);
}
