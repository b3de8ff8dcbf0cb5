//! Going through described photos alone.

use super::page::{Page, get, log_in, post_partial, rate};
use crate::support::World;

/// A member who wants described photos alone has two to rate, and a third that nobody has described.
async fn world() -> World {
    let world = World::new().await;
    for title in ["Marmalade", "Silent", "Noodle"] {
        let photo = world.photo(title).await;
        if title == "Silent" {
            world.describe(photo, "").await;
        }
    }
    let noodle = world.member("noodle").await;
    sqlx::query("UPDATE settings SET described_only = true WHERE account = $1")
        .bind(noodle)
        .execute(&world.pool)
        .await
        .unwrap();
    world
}

#[tokio::test]
async fn words_come_first_and_photos_without_words_never() {
    let world = world().await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let mut seen = vec![];
    for _ in 0..2 {
        let page = get(&client, "/").await;
        let (words, picture) =
            (page.html.find("<p class=\"words\"").unwrap(), page.html.find("<img class=\"photo\"").unwrap());
        assert!(words < picture);
        assert!(page.text().contains("A cat that fell off a sofa"));
        assert!(page.between("<img class=\"photo\"", ">").unwrap().contains("described above"), "not read twice");
        seen.push(page.between("<h2 id=\"photo-h\"", "</h2>").unwrap());
        rate(&client, &page, "7").await;
    }
    assert!(seen.iter().all(|heading| !heading.contains("Silent")), "{seen:?}");
}

#[tokio::test]
async fn when_there_are_no_words_left_the_others_are_offered() {
    let world = world().await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let page = get(&client, "/").await;
    rate(&client, &page, "7").await;
    let page = get(&client, "/").await;
    let body = format!("csrf={}&score=7", page.csrf());
    let card = post_partial(&client, &format!("/submissions/{}/rating", page.photo().unwrap()), &body).await;
    assert!(card.html.contains("<title>No described photos left - RateMyDerp</title>"), "{}", card.html);
    let offers = |page: &Page| page.text().contains("There are others, which nobody has described yet.");
    let page = get(&client, "/").await;
    assert!(offers(&page) && page.html.contains("<title>No described photos left - RateMyDerp</title>"));

    // Whoever switches it off rates the last one, and finds that this was all.
    sqlx::query("UPDATE settings SET described_only = false").execute(&world.pool).await.unwrap();
    let page = get(&client, "/").await;
    assert!(page.text().contains("Photo of Silent"), "{}", page.text());
    rate(&client, &page, "7").await;
    sqlx::query("UPDATE settings SET described_only = true").execute(&world.pool).await.unwrap();
    let page = get(&client, "/").await;
    assert!(page.text().contains("You have seen them all") && !offers(&page), "{}", page.text());
    assert_eq!(world.complaints().await, Vec::<String>::new());
}
