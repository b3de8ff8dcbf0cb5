//! Finding photos: the form, what it finds, and all photos.

use super::look;
use super::look::be;
use crate::journeys::{log_in, untroubled};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::support::terminal::Terminal;
use ratemyderp::queue::Job;

/// Two pages of photos that are ranked and found.
async fn written() -> Site {
    let site = Site::new().await;
    site.add(26).await;
    site.rank().await;
    site.world.member("derpina").await;
    site.world.enqueue(Job::WriteWords).await;
    site.drain().await;
    site
}

#[rocket::async_test]
async fn whatever_is_found_can_be_read_by_everybody() {
    let site = written().await;
    let visitor = Visitor::new(Options::default()).await;
    for (name, path) in [
        ("all", "/photos"),
        ("words", "/search?q=another+derp"),
        ("typo", "/search?q=anothre&period=week&least=2"),
        ("members", "/search?q=derpina"),
        ("nothing", "/search?q=xylophone"),
    ] {
        visitor.goto(&site.url(path)).await;
        look(&visitor, name).await;
        for (width, height, scheme) in
            [(1280, 1200, "light"), (1280, 1200, "dark"), (390, 1400, "light"), (390, 1400, "dark")]
        {
            be(&visitor, (width, height), scheme, "none").await;
            visitor.network().await;
            visitor.screenshot(&format!("finding-{name}-{width}-{scheme}")).await;
        }
        be(&visitor, (1280, 800), "light", "none").await;
    }
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn the_form_finds_and_leads_on_without_script() {
    let site = written().await;
    let visitor = Visitor::new(Options::without_script()).await;
    visitor.goto(&site.url("/leaderboard")).await;
    visitor.follow(".actions a[href='/photos']").await;
    assert_eq!(visitor.count(".gallery li").await, 24);
    visitor.follow("a[rel=next]").await;
    assert!(visitor.count(".gallery li").await > 2);
    visitor.fill("#q", "anothre derp").await;
    visitor.follow(".search button").await;
    assert_eq!(visitor.count(".gallery li").await, 24, "the typo is forgiven");
    assert!(visitor.text(".note").await.contains("Shown instead: “another”"));
    visitor.follow("a[rel=next]").await;
    assert_eq!(visitor.count(".gallery li").await, 2);
    visitor.follow(".gallery a").await;
    assert!(visitor.text("h1").await.starts_with("Another derp"));
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn the_keyboard_searches() {
    let site = written().await;
    let visitor = Visitor::new(Options::default()).await;
    visitor.goto(&site.url("/photos")).await;
    visitor.fill("#q", "derp 7").await;
    visitor.press("Enter").await;
    visitor.wait_for_text("title", "derp 7, found").await;
    assert_eq!(visitor.text(".gallery .name").await, "Another derp 7");
    for label in ["Name, species or words", "Species", "Sent in by (username)", "Sent in", "Score"] {
        let named = format!(
            "[...document.querySelectorAll('.search label')].some(l => l.innerText === '{label}' && l.control)"
        );
        assert!(visitor.evaluate::<bool>(&named).await, "{label}");
    }
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn w3m_searches() {
    let site = written().await;
    let terminal = Terminal::w3m(&site.url("/photos"));
    terminal.wait_for("All photos").await;
    terminal.fill("Name, species or words", "anothr").await;
    terminal.activate("Find").await;
    terminal.wait_for("Shown instead").await;
    terminal.wait_for("Another derp").await;
}

#[rocket::async_test]
async fn favourites_are_saved_shown_and_taken_out_without_script() {
    let site = written().await;
    let visitor = Visitor::new(Options::without_script()).await;
    log_in(&visitor, &site, "derpina").await;
    for photo in &site.photos().await[..3] {
        visitor.goto(&site.url(&format!("/submissions/{photo}"))).await;
        visitor.follow("form[action$='/favourite'] button").await;
    }
    assert!(visitor.text(".said").await.contains("is among your favourites."));
    visitor.follow("a[href='/favourites']").await;
    assert_eq!(visitor.count(".gallery li").await, 3);
    visitor.follow(".gallery form button").await;
    assert_eq!(visitor.count(".gallery li").await, 2);
    visitor.click("#public").await;
    visitor.follow(".sharing button").await;
    visitor.follow("a[href='/u/derpina/favourites']").await;
    assert_eq!(visitor.count(".gallery li").await, 2);
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn favourites_and_photos_alike_can_be_read_by_everybody() {
    let site = written().await;
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "derpina").await;
    let photos = site.photos().await;
    sqlx::query(
        "INSERT INTO favourites (account, submission)
         SELECT a.id, s FROM accounts a, unnest($1::bigint[]) s WHERE a.username = 'derpina'",
    )
    .bind(&photos[..4])
    .execute(&site.world.pool)
    .await
    .expect("favourites");
    let last = format!("/submissions/{}", photos[photos.len() - 1]);
    for (name, path) in
        [("favourites", "/favourites"), ("saved", &format!("/submissions/{}", photos[3])), ("alike", &last)]
    {
        visitor.goto(&site.url(path)).await;
        look(&visitor, name).await;
        for (width, height, scheme) in
            [(1280, 2000, "light"), (1280, 2000, "dark"), (390, 2400, "light"), (390, 2400, "dark")]
        {
            be(&visitor, (width, height), scheme, "none").await;
            visitor.network().await;
            visitor.screenshot(&format!("finding-{name}-{width}-{scheme}")).await;
        }
        be(&visitor, (1280, 800), "light", "none").await;
    }
    untroubled(&visitor).await;
}
