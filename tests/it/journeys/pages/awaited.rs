//! The end of the deck, for who wants to be told when there is more.

use ratemyderp::queue::Job;

use super::look::look;
use crate::journeys::{log_in, rate, untroubled, visit};
use crate::support::PASSWORD;
use crate::support::browser::{Options, Visitor};
use crate::support::site::{PHOTOS, Site};
use crate::support::terminal::Terminal;

const ASK: &str = "form[action='/ratings/awaited'] button";
const STOP: &str = "form[action='/ratings/awaited/stop'] button";

/// A site with a member who has rated every photo.
async fn site() -> Site {
    let site = Site::new().await;
    site.world.member("noodle").await;
    sqlx::query(
        "INSERT INTO raters (id, account, lap_start, lap_end)
         SELECT gen_random_uuid(), id, 1, 1 FROM accounts WHERE username = 'noodle' ON CONFLICT DO NOTHING",
    )
    .execute(&site.world.pool)
    .await
    .expect("a rater");
    let (rater,): (uuid::Uuid,) =
        sqlx::query_as("SELECT r.id FROM raters r JOIN accounts a ON a.id = r.account WHERE a.username = 'noodle'")
            .fetch_one(&site.world.pool)
            .await
            .expect("a rater");
    for photo in site.photos().await {
        site.world.rate(ratemyderp::ratings::RaterId(rater), photo, 5).await;
    }
    site
}

#[rocket::async_test]
async fn a_member_asks_with_script_and_the_focus_stays_with_what_is_said() {
    let site = site().await;
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/")).await;
    look(&visitor, "finished, can ask").await;
    visitor.reset();
    ready(&visitor).await;
    time_runs(&visitor, 0.001).await;
    visitor.click(ASK).await;
    visitor.wait_for_text("#awaited p", "We will write to you once").await;
    // The second click of a double one, wherever the other button has come to be.
    visitor.click_repeatedly(STOP, 2).await;
    visitor.wait_until("the focus on what is said", "document.activeElement.matches('#awaited p')").await;
    assert!(visitor.focused().await.in_view);
    let posts = visitor.network().await.iter().filter(|request| request.method == "POST").count();
    assert_eq!((posts, site.world.count("awaited_photos").await), (1, 1));
    time_runs(&visitor, 1.0).await;
    look(&visitor, "finished, waits").await;
    visitor.goto(&site.url("/settings/mails")).await;
    look(&visitor, "mails of who waits").await;
    visitor.goto(&site.url("/")).await;
    ready(&visitor).await;
    visitor.click(STOP).await;
    visitor.wait_for_text("#awaited p", "We will not write to you about new photos.").await;
    visitor.wait_until("the focus on what is said", "document.activeElement.matches('#awaited p')").await;
    look(&visitor, "finished, no longer waits").await;
    assert_eq!(site.world.count("awaited_photos").await, 0);
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn a_member_asks_without_script_and_gets_one_mail() {
    let site = site().await;
    let visitor = Visitor::new(Options::without_script()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/")).await;
    ready(&visitor).await;
    visitor.follow(ASK).await;
    assert!(visitor.text(".said").await.contains("We will write to you once there are more photos."));
    look(&visitor, "finished without script, waits").await;
    site.add(5).await;
    site.world.enqueue(Job::TellOfPhotos).await;
    site.drain().await;
    assert_eq!(
        site.world.count("mails WHERE notification->>'kind' = 'awaited_photos' AND sent_at IS NOT NULL").await,
        1
    );
    visitor.goto(&site.url("/")).await;
    assert_eq!(visitor.count(".rate").await, 1, "there is a photo to rate");
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn strangers_and_whoever_has_not_confirmed_are_led_on() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    for _ in 0..PHOTOS {
        rate(&visitor, 5).await;
    }
    assert!(visitor.text("#awaited").await.starts_with("Log in or join"));
    assert_eq!(visitor.focused().await.id, "photo-h");
    look(&visitor, "finished, stranger").await;
    untroubled(&visitor).await;
    site.world.newcomer("noodle").await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/")).await;
    look(&visitor, "finished, not confirmed").await;
    visitor.follow("#awaited a").await;
    assert!(visitor.text("main").await.contains("You have not confirmed your address yet."));
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn w3m_asks_and_stops() {
    let site = site().await;
    let terminal = Terminal::w3m(&site.url("/login"));
    terminal.wait_for("Username or email").await;
    terminal.fill_below("Username or email", "noodle").await;
    terminal.fill_below("Password", PASSWORD).await;
    terminal.activate("Log in").await;
    terminal.wait_for("You have seen them all").await;
    terminal.activate("Tell me when there are more photos").await;
    terminal.wait_for("We will write to you once there are more photos.").await;
    terminal.activate("Do not write to me").await;
    terminal.wait_for("We will not write to you about new photos.").await;
    assert_eq!(site.world.count("awaited_photos").await, 0);
}

/// How fast the wait of buttons runs from now on; 1 is as for people.
async fn time_runs(visitor: &Visitor, rate: f64) {
    let pace = serde_json::json!({ "playbackRate": rate });
    visitor.call("Animation.setPlaybackRate", pace).await.expect("another pace");
}

/// For a moment the button cannot be pressed: what was there before is no longer meant.
async fn ready(visitor: &Visitor) {
    let pressable = "getComputedStyle(document.querySelector('#awaited button')).pointerEvents !== 'none'";
    visitor.wait_until("the button to be ready", pressable).await;
}
