//! Being told when there are more photos, at the end of the deck.

use ratemyderp::queue::Job;
use rocket::http::Status;
use rocket::local::asynchronous::Client;

use super::page::{Page, get, log_in, post, post_partial, post_twice, rate};
use crate::support::World;

const ASK: &str = "/ratings/awaited";
const STOP: &str = "/ratings/awaited/stop";

/// A member who has rated the one photo that there is.
async fn world() -> (World, Client) {
    let world = World::new().await;
    world.photo("Marmalade").await;
    world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let page = get(&client, "/").await;
    rate(&client, &page, "7").await;
    (world, client)
}

fn offers(page: &Page, path: &str) -> bool {
    page.html.contains(&format!("<form method=\"post\" action=\"{path}\""))
}

fn body(page: &Page) -> String {
    format!("csrf={}", page.csrf())
}

#[tokio::test]
async fn a_member_asks_and_stops_by_buttons() {
    let (world, client) = world().await;
    let page = get(&client, "/").await;
    assert!(offers(&page, ASK) && !offers(&page, STOP), "{}", page.html);
    let back = post(&client, ASK, &body(&page)).await;
    assert_eq!((back.status, back.header("Location")), (Status::SeeOther, Some("/")));
    let page = get(&client, "/").await;
    assert!(page.text().contains("We will write to you once there are more photos."), "{}", page.text());
    assert!(page.text().contains("when there are five new photos, or after a day if there is one"), "{}", page.text());
    assert!(offers(&page, STOP) && !offers(&page, ASK), "{}", page.html);
    assert!(!page.html.contains("autofocus"), "nothing grabs the focus on a page");
    assert_eq!(world.count("awaited_photos").await, 1);
    let back = post(&client, STOP, &body(&page)).await;
    assert_eq!((back.status, back.header("Location")), (Status::SeeOther, Some("/")));
    let page = get(&client, "/").await;
    assert!(page.text().contains("We will not write to you about new photos."), "{}", page.text());
    assert!(offers(&page, ASK), "{}", page.html);
    assert_eq!(world.count("awaited_photos").await, 0);
}

#[tokio::test]
async fn htmx_gets_what_has_changed_and_the_focus_goes_there() {
    let (world, client) = world().await;
    let page = get(&client, "/").await;
    for (path, other, words) in [
        (ASK, STOP, "We will write to you once: when there are five new photos, or after a day if there is one."),
        (STOP, ASK, "We will not write to you about new photos."),
    ] {
        let fragment = post_partial(&client, path, &body(&page)).await;
        assert_eq!(fragment.status, Status::Ok);
        assert!(fragment.html.starts_with("<div id=\"awaited\" "), "{}", fragment.html);
        assert_eq!(fragment.between("autofocus>", "</p>").as_deref(), Some(words));
        assert!(offers(&fragment, other) && !offers(&fragment, path), "{}", fragment.html);
        assert_eq!(world.count("awaited_photos").await, i64::from(path == ASK));
    }
}

#[tokio::test]
async fn two_clicks_and_two_tabs_are_one() {
    let (world, client) = world().await;
    let page = get(&client, "/").await;
    for (path, rows) in [(ASK, 1), (ASK, 1), (STOP, 0), (STOP, 0)] {
        for answer in post_twice(&client, path, &body(&page)).await {
            assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some("/")), "{path}");
        }
        assert_eq!(world.count("awaited_photos").await, rows, "{path}");
    }
}

#[tokio::test]
async fn asking_again_leaves_what_was_asked_first() {
    let (world, client) = world().await;
    let page = get(&client, "/").await;
    post(&client, ASK, &body(&page)).await;
    sqlx::query("UPDATE awaited_photos SET asked_at = asked_at - interval '3 hours'")
        .execute(&world.pool)
        .await
        .unwrap();
    world.photo("Noodle").await;
    post(&client, ASK, &body(&page)).await;
    assert_eq!(world.count("awaited_photos WHERE asked_at < now() - interval '2 hours' AND place = 1").await, 1);
}

#[tokio::test]
async fn photos_that_came_before_the_button_was_pressed_are_new() {
    let (world, client) = world().await;
    let page = get(&client, "/").await;
    world.photo("Noodle").await;
    post(&client, ASK, &body(&page)).await;
    assert_eq!(world.count("awaited_photos WHERE place = 1").await, 1, "behind those that they were dealt");
}

#[tokio::test]
async fn strangers_are_told_how_and_cannot_ask() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    let client = world.client().await;
    let page = get(&client, "/").await;
    let csrf = body(&page);
    rate(&client, &page, "7").await;
    let page = get(&client, "/").await;
    assert!(
        page.text().contains("Log in or join, and we can tell you by mail when there are more photos."),
        "{}",
        page.text()
    );
    assert!(!offers(&page, ASK));
    for path in [ASK, STOP] {
        let refused = post(&client, path, &csrf).await;
        assert!(refused.header("Location").is_some_and(|to| to.starts_with("/login")), "{path}: {}", refused.status);
    }
    assert_eq!(world.count("awaited_photos").await, 0);
}

#[tokio::test]
async fn whoever_has_not_confirmed_their_address_is_led_there() {
    let (world, client) = world().await;
    sqlx::query("UPDATE accounts SET email_verified_at = NULL WHERE username = 'noodle'")
        .execute(&world.pool)
        .await
        .unwrap();
    let page = get(&client, "/").await;
    assert!(page.text().contains("Once you have confirmed your address, we can tell you"), "{}", page.text());
    assert!(
        page.html.contains("<a href=\"/settings\">confirmed your address</a>") && !offers(&page, ASK),
        "{}",
        page.html
    );
    let csrf = get(&client, "/settings/mails").await.csrf();
    let refused = post(&client, ASK, &format!("csrf={csrf}")).await;
    assert_eq!(refused.status, Status::Forbidden);
    assert!(refused.text().contains("Confirm it in your settings."), "{}", refused.text());
    assert_eq!(world.count("awaited_photos").await, 0);
}

#[tokio::test]
async fn another_sites_form_asks_for_nothing() {
    let (world, client) = world().await;
    for path in [ASK, STOP] {
        for body in ["", "csrf=", "csrf=forged"] {
            assert_eq!(post(&client, path, body).await.status, Status::Forbidden, "{path} {body}");
        }
    }
    assert_eq!(world.count("awaited_photos").await, 0);
}

#[tokio::test]
async fn whoever_goes_through_described_photos_can_ask_too() {
    let (world, client) = world().await;
    let silent = world.photo("Silent").await;
    world.describe(silent, "").await;
    sqlx::query("UPDATE settings SET described_only = true").execute(&world.pool).await.unwrap();
    let page = get(&client, "/").await;
    assert!(page.text().contains("No described photos left") && offers(&page, ASK), "{}", page.html);
    post(&client, ASK, &body(&page)).await;
    assert!(offers(&get(&client, "/").await, STOP));
}

#[tokio::test]
async fn the_settings_show_it_and_end_it() {
    let (world, client) = world().await;
    assert!(!offers(&get(&client, "/settings/mails").await, STOP));
    let page = get(&client, "/").await;
    post(&client, ASK, &body(&page)).await;
    let page = get(&client, "/settings/mails").await;
    assert!(offers(&page, STOP), "{}", page.html);
    let back = post(&client, STOP, &format!("{}&settings=true", body(&page))).await;
    assert_eq!(back.header("Location"), Some("/settings/mails"));
    let page = get(&client, "/settings/mails").await;
    assert!(
        page.text().contains("We will not write to you about new photos.") && !offers(&page, STOP),
        "{}",
        page.text()
    );
    assert_eq!(world.count("awaited_photos").await, 0);
}

#[tokio::test]
async fn it_is_taken_along_and_goes_with_the_account() {
    let (world, client) = world().await;
    let since = async || {
        let file = get(&client, "/settings/export").await;
        let file: serde_json::Value = serde_json::from_str(&file.html).unwrap();
        file["awaits_photos_since"].clone()
    };
    assert_eq!(since().await, serde_json::Value::Null);
    let page = get(&client, "/").await;
    post(&client, ASK, &body(&page)).await;
    assert!(since().await.is_string());
    sqlx::query("UPDATE accounts SET deletion_due_at = now() - interval '1 day' WHERE username = 'noodle'")
        .execute(&world.pool)
        .await
        .unwrap();
    world.enqueue(Job::DeleteAccounts).await;
    world.drain().await;
    assert_eq!(world.count("awaited_photos").await, 0);
    world.whole().await;
}

#[tokio::test]
async fn nobody_can_begin_to_wait_while_their_account_is_deleted() {
    let (world, client) = world().await;
    let page = get(&client, "/").await;
    let mut leaving = world.pool.begin().await.unwrap();
    sqlx::query("UPDATE accounts SET deletion_due_at = now() - interval '1 day' WHERE username = 'noodle'")
        .execute(&world.pool)
        .await
        .unwrap();
    let account: i64 =
        sqlx::query_scalar("SELECT id FROM accounts WHERE username = 'noodle'").fetch_one(&world.pool).await.unwrap();
    assert!(ratemyderp::accounts::deletion::erase_account(&mut leaving, account).await.unwrap());
    let body = body(&page);
    let (refused, ()) = tokio::join!(post(&client, ASK, &body), async {
        world.until_blocked(1).await;
        leaving.commit().await.unwrap();
    });
    assert_eq!(refused.status, Status::Forbidden);
    assert_eq!(world.count("awaited_photos").await, 0);
}
