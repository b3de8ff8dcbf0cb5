//! Pages of words: they say what the site does, not what it did once.

use std::collections::BTreeSet;

use rocket::figment::Figment;
use rocket::local::asynchronous::Client;

use super::page::{Page, get, log_in, rate, submit};
use crate::support::World;

async fn read(path: &str, settings: impl FnOnce(Figment) -> Figment) -> Page {
    let world = World::new().await;
    let client = world.client_with(settings(world.figment())).await;
    get(&client, path).await
}

#[tokio::test]
async fn words_about_privacy_say_what_is_configured() {
    let page = read("/privacy", |figment| {
        figment
            .merge(("accounts.deletion_grace_days", 23))
            .merge(("jobs.keep_finished_days", 41))
            .merge(("storage.keep_originals", true))
            .merge(("site.contact", "derp@example.com"))
    })
    .await;
    for fact in [
        "change your mind for 23 days",
        "forgotten after 41 days",
        "The file that you sent stays with us",
        "have not been here for 24 hours; 60 days if you ask for that",
        "A file waits 24 hours",
        "write to derp@example.com",
    ] {
        assert!(page.text().contains(fact), "{fact}: {}", page.text());
    }
    let page = read("/privacy", |figment| figment.merge(("storage.keep_originals", false))).await;
    assert!(page.text().contains("The file that you sent is deleted once its pictures are made."));
    assert!(page.text().contains("ask the person who runs this site"));
}

#[tokio::test]
async fn every_cookie_is_named_on_the_page_about_privacy() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    world.member("noodle").await;
    let client = world.client().await;
    let page = get(&client, "/").await;
    rate(&client, &page, "7").await;
    submit(&client, "/appearance", "/appearance", &[("theme", "dark")]).await;
    let mut given: BTreeSet<String> = names(&client);
    log_in(&client, "noodle").await;
    given.append(&mut names(&client));
    assert_eq!(given.len(), 6, "{given:?}");
    let page = get(&client, "/privacy").await;
    let named: Vec<&str> = page.html.split("<dt>").skip(1).filter_map(|entry| entry.split("</dt>").next()).collect();
    for name in given {
        assert!(named.iter().any(|names| names.split(", ").any(|each| each == name)), "{name}: {named:?}");
    }
}

fn names(client: &Client) -> BTreeSet<String> {
    client.cookies().iter().map(|cookie| cookie.name().to_owned()).collect()
}

#[tokio::test]
async fn terms_name_the_limits_that_hold() {
    let page = read("/terms", |figment| {
        figment
            .merge(("uploads.per_day", 33))
            .merge(("uploads.per_day_when_new", 4))
            .merge(("uploads.new_account_days", 9))
            .merge(("accounts.deletion_grace_days", 23))
    })
    .await;
    for fact in ["At most 33 photos in 24 hours, and 4 in your first 9 days.", "For 23 days you can come back"] {
        assert!(page.text().contains(fact), "{fact}: {}", page.text());
    }
}

#[tokio::test]
async fn whoever_meets_a_barrier_learns_whom_to_tell() {
    let page = read("/accessibility", |figment| figment.merge(("site.contact", "derp@example.com"))).await;
    assert!(page.html.contains("<a href=\"mailto:derp@example.com\">"), "{}", page.html);
    let page = read("/accessibility", |figment| figment).await;
    assert!(page.text().contains("Tell the person who runs this site"));
}
