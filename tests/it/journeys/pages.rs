//! Every page and state, looked at in every way we promise.

mod awaited;
mod boards;
mod described;
mod finding;
mod look;
mod mails;
mod own_photos;
mod payoff;
mod profiles;
mod ratings;
mod sharing;
mod styles;

pub use look::{be, look};

use super::{name, one_vote_a_second, rate, restless_neighbour, told, untroubled, visit};
use crate::support::browser::{Options, Visitor};
use crate::support::site::{PHOTOS, Site};

#[rocket::async_test]
async fn the_states_of_the_vote_card() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    look(&visitor, "first").await;
    rate(&visitor, 7).await;
    look(&visitor, "after a vote").await;
    untroubled(&visitor).await;
    tamper(&visitor, "button[value='7']", "11").await;
    visitor.click("button[value='11']").await;
    visitor.wait_for_text("#status", "Choose one of the ten buttons, from 1 to 10.").await;
    look(&visitor, "refused vote").await;
    visitor.goto(&site.url("/")).await;
    visitor.reset();
    for _ in 1..PHOTOS {
        rate(&visitor, 7).await;
    }
    look(&visitor, "finished after a vote").await;
    visitor.reload().await;
    look(&visitor, "finished").await;
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn the_states_of_a_photos_own_page() {
    let site = Site::new().await;
    site.rank().await;
    let photo = site.url(&format!("/submissions/{}", site.photos().await[0]));
    let visitor = Visitor::new(Options::default()).await;
    visitor.goto(&photo).await;
    look(&visitor, "not rated").await;
    visitor.goto(&format!("{photo}?statistics=1")).await;
    look(&visitor, "statistics").await;
    let rated = rate(&visitor, 7).await;
    look(&visitor, "rated").await;
    visitor.click("button[value='9']").await;
    told(&visitor, &format!("You changed your rating of {rated} from 7 to 9.")).await;
    look(&visitor, "changed").await;
    visitor.reload().await;
    look(&visitor, "visited again").await;
    sqlx::query("UPDATE raters SET account = $1 WHERE account IS NULL AND id NOT IN (SELECT rater FROM ratings GROUP BY rater HAVING count(*) > 1)")
        .bind(site.world.house)
        .execute(&site.world.pool)
        .await
        .expect("what logging in as the owner will do");
    visitor.reload().await;
    assert!(visitor.text("main").await.contains("This is your own photo"));
    look(&visitor, "own").await;
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn photos_without_ratings_and_photos_that_are_hidden() {
    let site = Site::new().await;
    let photos = site.photos().await;
    site.add(1).await;
    let unrated = *site.photos().await.last().expect("a photo");
    let visitor = Visitor::new(Options::default()).await;
    visitor.goto(&site.url(&format!("/submissions/{unrated}?statistics=1"))).await;
    assert!(visitor.text("main").await.contains("No ratings yet"));
    look(&visitor, "no ratings").await;
    untroubled(&visitor).await;
    site.world.hide(photos[0]).await;
    visitor.goto(&site.url(&format!("/submissions/{}", photos[0]))).await;
    look(&visitor, "hidden").await;
}

#[rocket::async_test]
async fn the_report_form_and_its_answers() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::without_script()).await;
    visitor.follow("a[href$='/reports/new']").await;
    look(&visitor, "report").await;
    untroubled(&visitor).await;
    visitor.click("input[value='other']").await;
    visitor.follow("button.action").await;
    look(&visitor, "report without a note").await;
    visitor.follow(".actions a").await;
    visitor.follow("a[href$='/reports/new']").await;
    visitor.follow("button.action").await;
    look(&visitor, "report without a reason").await;
    visitor.click("input[value='stolen']").await;
    visitor.reset();
    visitor.follow("button.action").await;
    look(&visitor, "thanks").await;
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn the_forms_of_accounts_and_their_mistakes() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::without_script()).await;
    for path in ["/join", "/login", "/password/forgot"] {
        visitor.goto(&site.url(path)).await;
        look(&visitor, path).await;
        visitor.reset();
        visitor.follow("button.action").await;
        assert!(visitor.evaluate::<String>("document.title").await.starts_with("Error: "), "{path}");
        assert_eq!(visitor.focused().await.name, "There is a problem", "{path}");
        look(&visitor, &format!("{path} with mistakes")).await;
    }
}

#[rocket::async_test]
async fn every_choice_of_colours() {
    let site = Site::new().await;
    site.rank().await;
    let visitor = visit(&site, Options::without_script()).await;
    for theme in ["high_contrast", "dark", "light"] {
        visitor.goto(&site.url("/appearance")).await;
        visitor.click(&format!("input[value='{theme}']")).await;
        visitor.follow("button.action").await;
        look(&visitor, &format!("preferences, {theme}")).await;
        visitor.goto(&site.url("/")).await;
        look(&visitor, &format!("rating, {theme}")).await;
    }
    // Where there is something else to see.
    let photo = site.photos().await[0];
    for theme in ["high_contrast", "dark"] {
        visitor.goto(&site.url("/appearance")).await;
        visitor.click(&format!("input[value='{theme}']")).await;
        visitor.follow("button.action").await;
        for path in
            ["/leaderboard", &format!("/submissions/{photo}?statistics=1"), "/join", "/about/scores", "/nowhere"]
        {
            visitor.goto(&site.url(path)).await;
            look(&visitor, &format!("{path}, {theme}")).await;
        }
        visitor.goto(&site.url("/login")).await;
        visitor.follow("button.action").await;
        look(&visitor, &format!("mistakes, {theme}")).await;
    }
}

#[rocket::async_test]
async fn pages_of_words_and_pages_without_photos() {
    let site = Site::empty().await;
    let visitor = Visitor::new(Options::default()).await;
    for path in ["/", "/leaderboard", "/about", "/about/scores", "/accessibility", "/privacy", "/terms"] {
        visitor.goto(&site.url(path)).await;
        look(&visitor, path).await;
    }
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn the_pages_of_the_leaderboard() {
    let site = Site::new().await;
    site.add(15).await;
    site.rank().await;
    let visitor = Visitor::new(Options::default()).await;
    visitor.goto(&site.url("/leaderboard?view=table")).await;
    look(&visitor, "first page").await;
    let top = visitor.text(".board tbody a").await;
    visitor.follow("a[rel='next']").await;
    look(&visitor, "last page").await;
    assert_eq!(visitor.count(".board tbody tr").await, 3);
    // Equal scores share a rank.
    assert!(visitor.evaluate::<String>("document.title").await.starts_with("Leaderboard, rank"));
    visitor.follow("a[rel='prev']").await;
    assert_eq!(visitor.text(".board tbody a").await, top);
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn pages_of_regret() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::without_script()).await;
    let shown = name(&visitor).await;
    tamper(&visitor, "button[value='7']", "11").await;
    visitor.follow("button[value='11']").await;
    regrets(&visitor, 422).await;
    visitor.follow("main .action").await;
    assert_eq!(name(&visitor).await, shown);
    tamper(&visitor, "[name='csrf']", "forged").await;
    visitor.follow("button[value='7']").await;
    regrets(&visitor, 403).await;
    visitor.goto(&site.url("/no/such/page")).await;
    regrets(&visitor, 404).await;
    visitor.goto(&site.url("/")).await;
    assert_eq!(name(&visitor).await, shown);
    // As PostgreSQL says it when its disk is full.
    sqlx::raw_sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$;
         CREATE TRIGGER refuse BEFORE UPDATE ON tallies FOR EACH ROW EXECUTE FUNCTION refuse();",
    )
    .execute(&site.world.pool)
    .await
    .expect("full");
    visitor.follow("button[value='7']").await;
    regrets(&visitor, 503).await;
    sqlx::query("ALTER TABLE submissions RENAME TO gone").execute(&site.world.pool).await.expect("renamed");
    visitor.goto(&site.url("/")).await;
    regrets(&visitor, 500).await;
}

#[rocket::async_test]
async fn pages_that_ask_for_something() {
    let site = Site::with(one_vote_a_second).await;
    let visitor = visit(&site, Options::without_script()).await;
    let neighbour = restless_neighbour(&site).await;
    while visitor.count(".rate").await == 1 {
        visitor.follow("button[value='7']").await;
    }
    drop(neighbour);
    regrets(&visitor, 429).await;
    let visitor = visit(&site, Options { cookies: false, script: false, ..Options::default() }).await;
    visitor.follow("button[value='7']").await;
    assert_eq!(visitor.text("h1").await, "We need one cookie");
    look(&visitor, "no cookies").await;
}

async fn regrets(visitor: &Visitor, status: u16) {
    assert_eq!(visitor.text(".code").await, format!("Error {status}"));
    assert!(visitor.evaluate::<String>("document.title").await.starts_with("Error: "));
    look(visitor, &status.to_string()).await;
}

/// As somebody who writes requests by hand.
async fn tamper(visitor: &Visitor, selector: &str, value: &str) {
    visitor.wait_for(selector).await;
    visitor.evaluate::<()>(&format!("document.querySelector(\"{selector}\").value = '{value}', null")).await;
}
