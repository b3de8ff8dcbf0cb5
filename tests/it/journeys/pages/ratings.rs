//! What somebody has rated, and the end of the deck.

use super::look::be;
use super::{look, rate, untroubled, visit};
use crate::support::browser::{Options, Visitor};
use crate::support::site::{PHOTOS, Site};

#[rocket::async_test]
async fn ones_own_ratings_are_found_changed_and_chosen_by_score() {
    let site = Site::new().await;
    site.rank().await;
    let visitor = visit(&site, Options::default()).await;
    visitor.goto(&site.url("/ratings")).await;
    look(&visitor, "no ratings yet").await;
    visitor.follow("main .action[href='/']").await;
    let mut last = String::new();
    for vote in 1..PHOTOS {
        last = rate(&visitor, 1 + (vote * 3 % 10) as u8).await;
    }
    visitor.follow(".extras a[href='/ratings']").await;
    assert_eq!(visitor.text(".board tbody th bdi").await, last);
    look(&visitor, "ratings").await;
    screens(&visitor, "ratings").await;
    visitor.goto(&site.url("/ratings?score=4")).await;
    look(&visitor, "ratings of one score").await;
    visitor.follow(".board tbody td a").await;
    assert!(visitor.text("legend").await.contains("Change it,"));
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn the_end_of_the_deck_has_something_to_enjoy() {
    let site = Site::new().await;
    site.rank().await;
    let visitor = visit(&site, Options::default()).await;
    for vote in 0..PHOTOS {
        rate(&visitor, 1 + (vote % 10) as u8).await;
    }
    let text = visitor.text("#card").await;
    assert!(text.contains(&format!("You rated {PHOTOS} photos and gave ")) && text.contains("the crowd"), "{text}");
    look(&visitor, "the end").await;
    screens(&visitor, "the-end").await;
    for way in ["/leaderboard", "/ratings", "/submissions/new"] {
        assert!(visitor.count(&format!("#card a[href='{way}']")).await >= 1, "{way}");
    }
    untroubled(&visitor).await;
}

async fn screens(visitor: &Visitor, name: &str) {
    for (width, height, scheme) in [(1280, 800, "light"), (1280, 800, "dark"), (360, 640, "light"), (360, 640, "dark")]
    {
        be(visitor, (width, height), scheme, "none").await;
        visitor.screenshot_of_page(&format!("{name}-{width}-{scheme}")).await;
    }
    be(visitor, (1280, 800), "light", "none").await;
}
