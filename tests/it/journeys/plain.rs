//! Without script: switched off, or htmx never arrives. The same tasks, by plain forms and links.

use super::{name, untroubled, visit};
use crate::support::browser::{Options, Visitor};
use crate::support::site::{PHOTOS, Site};

#[rocket::async_test]
async fn every_task_can_be_done_without_script() {
    let site = Site::new().await;
    does_everything(&site, Options::without_script()).await;
}

#[rocket::async_test]
async fn every_task_can_be_done_when_htmx_is_blocked() {
    let site = Site::new().await;
    does_everything(&site, Options { block: &["*://*:*/*htmx*"], ..Options::default() }).await;
}

#[rocket::async_test]
async fn a_stale_tab_without_script_neither_skips_nor_repeats() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::without_script()).await;
    let stale = visitor.new_tab().await;
    stale.goto(&site.url("/")).await;
    rate(&visitor, 3).await;
    let next = name(&visitor).await;
    stale.follow("button[value='3']").await;
    assert_eq!(name(&stale).await, next);
    assert_eq!(site.world.ratings().await, 1);
    stale.back().await;
    assert_eq!(name(&stale).await, next, "not the form that was sent");
}

async fn does_everything(site: &Site, options: Options) {
    let visitor = visit(site, options).await;
    visitor.reset();
    let rated = rate(&visitor, 7).await;
    let requests = visitor.network().await;
    let seen: Vec<_> = requests
        .iter()
        .filter(|request| request.failed.is_none())
        .map(|request| (request.method.as_str(), request.kind.as_str(), request.status))
        .collect();
    assert_eq!(seen, [("POST", "Document", 303), ("GET", "Document", 200), ("GET", "Image", 200)]);
    let next = name(&visitor).await;
    assert_eq!(visitor.evaluate::<String>("document.title").await, format!("Rate {next} - RateMyDerp"));

    changes_the_vote(&visitor, &rated).await;
    visitor.follow(".links a[href='/']").await;
    assert_eq!(name(&visitor).await, next);
    visitor.reload().await;
    assert_eq!(visitor.count("#last").await, 0, "the result is told once");

    reports_a_photo(&visitor).await;
    assert_ne!(name(&visitor).await, next);
    for _ in 2..PHOTOS {
        rate(&visitor, 10).await;
    }
    assert_eq!(visitor.text("#photo-h").await, "You have seen them all");
    site.rank().await;
    visitor.follow("#card .action").await;
    visitor.follow(".ways-of-boards a[href*='view=table']").await;
    assert_eq!(visitor.count(".board tbody tr").await, PHOTOS as usize);
    visitor.follow(".board a").await;
    // The derpiest may be the one that was reported and not rated, whose figures have to be asked for.
    visitor.goto(&format!("{}?statistics=1", visitor.url().await)).await;
    let page = visitor.text("main").await;
    assert!(page.contains("Rank 1 of 8"), "{page}");
    untroubled(&visitor).await;
}

async fn changes_the_vote(visitor: &Visitor, rated: &str) {
    visitor.follow(".result a").await;
    visitor.follow("button[value='9']").await;
    assert_eq!(
        visitor.text("#last").await,
        format!("You changed your rating of {rated} from 7 to 9. Nobody else has rated it yet.")
    );
}

async fn reports_a_photo(visitor: &Visitor) {
    visitor.follow("a[href$='/reports/new']").await;
    visitor.click("input[value='other']").await;
    visitor.follow("button.action").await;
    assert!(visitor.text(".errors").await.contains("Say in a few words what is wrong."));
    assert!(
        visitor.evaluate::<bool>("document.querySelector(\"[value='other']\").checked").await,
        "what was chosen stays"
    );
    visitor.reset();
    visitor.fill("textarea", "That is my sofa.").await;
    visitor.follow("button.action").await;
    visitor.follow("main .action").await;
}

/// As the others do it, by a page of its own.
async fn rate(visitor: &Visitor, score: u8) -> String {
    let rated = name(visitor).await;
    visitor.follow(&format!("button[value='{score}']")).await;
    let told = format!("You rated {rated} {score} out of 10. You are the first to rate {rated}.");
    assert_eq!(visitor.text("#last").await, told);
    rated
}
