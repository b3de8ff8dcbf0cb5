//! Looks and behaviour, with an account and without.

use rocket::http::Status;

use super::page::{get, log_in, post, submit};
use crate::support::World;

#[tokio::test]
async fn a_stranger_chooses_colours_and_keeps_them_in_the_browser() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    let client = world.client().await;
    assert!(get(&client, "/").await.html.contains("<html lang=\"en\">"));
    let chosen = [("theme", "high_contrast"), ("reduced_motion", "yes"), ("large_photos", "yes")];
    assert_eq!(submit(&client, "/preferences", "/preferences", &chosen).await.status, Status::SeeOther);
    let page = get(&client, "/preferences").await;
    assert!(page.html.contains("<html lang=\"en\" class=\"dark contrast calm large\">"), "{}", page.html);
    assert!(page.text().contains("Your choices are saved."));
    assert!(page.html.contains("value=\"high_contrast\" checked"));
    assert!(!page.html.contains("digit_shortcuts"), "shortcuts take an account");
    let other = world.client().await;
    assert!(get(&other, "/").await.html.contains("<html lang=\"en\">"));
}

#[tokio::test]
async fn a_members_choices_follow_the_account() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    world.member("noodle").await;
    let (phone, desk) = (world.client().await, world.client().await);
    log_in(&phone, "noodle").await;
    log_in(&desk, "noodle").await;
    assert!(!get(&desk, "/").await.html.contains("class=\"digits\""));
    let chosen = [("theme", "dark"), ("digit_shortcuts", "yes"), ("time_zone", "Asia/Kolkata")];
    assert_eq!(submit(&phone, "/preferences", "/preferences", &chosen).await.status, Status::SeeOther);
    let page = get(&desk, "/preferences").await;
    assert!(page.html.contains("<html lang=\"en\" class=\"dark\">") && page.html.contains("<body class=\"digits\">"));
    assert!(page.html.contains("<option selected>Asia/Kolkata</option>"));
    sqlx::query("UPDATE accounts SET deletion_due_at = '2026-12-01 20:00Z'").execute(&world.pool).await.unwrap();
    assert!(get(&desk, "/").await.text().contains("2 December 2026"), "half past one at night there");
}

#[tokio::test]
async fn what_is_not_on_the_form_changes_nothing() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let csrf = get(&client, "/preferences").await.csrf();
    for (fields, problem) in [
        ("theme=plaid&time_zone=UTC", "Choose the colours."),
        ("time_zone=UTC", "Choose the colours."),
        ("theme=dark&time_zone=Mars%2FBase", "Choose a time zone from the list."),
    ] {
        let page = post(&client, "/preferences", &format!("csrf={csrf}&{fields}")).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{fields}");
        assert!(page.text().contains(problem), "{}", page.text());
    }
    let theme: String =
        sqlx::query_scalar("SELECT theme::text FROM settings JOIN accounts ON id = account WHERE username = 'noodle'")
            .fetch_one(&world.pool)
            .await
            .unwrap();
    assert_eq!(theme, "system");
}

#[tokio::test]
async fn only_described_photos_are_dealt_to_who_wants_them() {
    let world = World::new().await;
    let described = world.photo("Marmalade").await;
    let bare = world.photo("Noodle").await;
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::submissions::describe(&mut tx, bare, "").await.unwrap();
    tx.commit().await.unwrap();
    let client = world.client().await;
    submit(&client, "/preferences", "/preferences", &[("theme", "system"), ("described_only", "yes")]).await;
    let page = get(&client, "/").await;
    assert_eq!(page.photo(), Some(described));
    let rating = format!("/submissions/{described}/rating");
    submit(&client, "/", &rating, &[("score", "7")]).await;
    let done = get(&client, "/").await;
    assert_eq!(done.photo(), None);
    assert!(done.html.contains("href=\"/preferences\""), "{}", done.html);
    submit(&client, "/preferences", "/preferences", &[("theme", "system")]).await;
    assert_eq!(get(&client, "/").await.photo(), Some(bare));
}

#[tokio::test]
async fn words_about_privacy_say_what_is_configured() {
    let world = World::new().await;
    let client = world.client_with(world.figment().merge(("accounts.deletion_grace_days", 23))).await;
    assert!(get(&client, "/privacy").await.text().contains("change your mind for 23 days"));
    assert_eq!(get(&client, "/terms").await.status, Status::Ok);
}
