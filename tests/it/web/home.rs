use rocket::http::Status;

use super::page::{get, post_partial, rate};
use crate::support::{World, someone};

#[tokio::test]
async fn a_first_visit_writes_nothing_and_the_first_vote_does() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    world.photo("Noodle").await;
    let client = world.client().await;
    let raters =
        || async { sqlx::query_scalar::<_, i64>("SELECT count(*) FROM raters").fetch_one(&world.pool).await.unwrap() };
    let page = get(&client, "/").await;
    assert_eq!(page.status, Status::Ok);
    assert_eq!(raters().await, 0);
    rate(&client, &page, "7").await;
    assert_eq!(raters().await, 1);
}

#[tokio::test]
async fn the_photo_stays_until_it_is_rated() {
    let world = World::new().await;
    for number in 0..20 {
        world.photo(&format!("Photo {number}")).await;
    }
    let client = world.client().await;
    let first = get(&client, "/").await;
    world.photo("New in the deck").await;
    for _ in 0..3 {
        assert_eq!(get(&client, "/").await.photo(), first.photo(), "across reloads");
    }
    rate(&client, &first, "7").await;
    let second = get(&client, "/").await;
    assert_ne!(second.photo(), first.photo());
    assert_eq!(get(&client, "/").await.photo(), second.photo());
}

#[tokio::test]
async fn the_result_is_said_once_after_the_vote_and_never_before() {
    let world = World::new().await;
    let (one, other) = (world.photo("Marmalade").await, world.photo("Noodle").await);
    for photo in [one, other] {
        world.rate(someone(9), photo, 10).await;
    }
    let client = world.client().await;
    let page = get(&client, "/").await;
    assert!(!page.text().contains("Everybody says"), "{}", page.text());
    let name = if page.photo() == Some(one) { "Marmalade" } else { "Noodle" };
    let answer = rate(&client, &page, "7").await;
    assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some("/")));
    let said = format!("You rated {name} 7 out of 10. Everybody says 8.5. You are the 2nd to rate it.");
    assert!(get(&client, "/").await.text().contains(&said));
    assert!(!get(&client, "/").await.text().contains(&said), "once");
}

#[tokio::test]
async fn htmx_gets_the_next_card_and_focus_goes_to_its_heading() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    world.photo("Noodle").await;
    let client = world.client().await;
    let page = get(&client, "/").await;
    assert!(!page.html.contains("autofocus"), "nothing grabs the focus on a page");
    let photo = page.photo().unwrap();
    let body = format!("csrf={}&score=7", page.csrf());
    let card = post_partial(&client, &format!("/submissions/{photo}/rating"), &body).await;
    assert_eq!(card.status, Status::Ok);
    assert!(!card.html.contains("<html"), "a fragment");
    assert!(card.html.contains("<title>Rate "));
    assert!(card.between("<h2", ">").unwrap().contains("autofocus"));
    assert!(card.header("Vary").unwrap().contains("HX-Request"));
    assert_eq!(card.header("Cache-Control"), Some("private, no-cache"));
    assert_ne!(card.photo(), Some(photo));
    let again = post_partial(&client, &format!("/submissions/{photo}/rating"), &body).await;
    assert_eq!(again.photo(), card.photo(), "a replayed vote leads to the same photo");
    assert_eq!(world.ratings().await, 1);
}

#[tokio::test]
async fn who_has_seen_them_all_is_told_so_and_gets_what_is_new() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    let client = world.client().await;
    let page = get(&client, "/").await;
    rate(&client, &page, "7").await;
    let finished = get(&client, "/").await;
    assert_eq!(finished.status, Status::Ok);
    assert!(finished.text().contains("You have seen them all"));
    assert!(finished.html.contains("href=\"/leaderboard\""));
    let new = world.photo("Noodle").await;
    assert_eq!(get(&client, "/").await.photo(), Some(new));
}

#[tokio::test]
async fn an_empty_site_says_that_photos_are_on_their_way() {
    let world = World::new().await;
    let client = world.client().await;
    assert!(get(&client, "/").await.text().contains("darkroom"));
    world.pending("Marmalade").await;
    assert!(get(&client, "/").await.text().contains("darkroom"));
    let photo = world.photo("Noodle").await;
    assert_eq!(get(&client, "/").await.photo(), Some(photo), "the empty lap was not kept");
}

#[tokio::test]
async fn two_browsers_are_two_people() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    for _ in 0..2 {
        let client = world.client().await;
        let page = get(&client, "/").await;
        assert_eq!(page.photo(), Some(photo));
        rate(&client, &page, "7").await;
    }
    assert_eq!(world.ratings().await, 2);
}
