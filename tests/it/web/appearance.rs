//! Looks and behaviour, with an account and without.

mod zones;

use rocket::http::Status;

use super::page::{Page, get, log_in, post, submit};
use crate::support::{PASSWORD, World};

#[tokio::test]
async fn a_stranger_chooses_colours_and_keeps_them_in_the_browser() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    let client = world.client().await;
    assert!(get(&client, "/").await.html.contains("<html lang=\"en\">"));
    let chosen = [("theme", "high_contrast"), ("reduced_motion", "yes"), ("large_photos", "yes")];
    assert_eq!(submit(&client, "/appearance", "/appearance", &chosen).await.status, Status::SeeOther);
    let page = get(&client, "/appearance").await;
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
    assert_eq!(submit(&phone, "/appearance", "/appearance", &chosen).await.status, Status::SeeOther);
    let page = get(&desk, "/appearance").await;
    assert!(page.html.contains("<html lang=\"en\" class=\"dark\">") && page.html.contains("<body class=\"digits\">"));
    assert!(page.html.contains("<option value=\"Asia/Kolkata\" selected>Kolkata</option>"));
    sqlx::query("UPDATE accounts SET deletion_due_at = '2026-12-01 20:00Z'").execute(&world.pool).await.unwrap();
    assert!(get(&desk, "/").await.text().contains("2 December 2026"), "half past one at night there");
    assert!(get(&desk, "/settings/sessions").await.text().contains(" IST"), "times say where they hold");
    submit(&phone, "/appearance", "/appearance", &[("theme", "dark"), ("time_zone", "America/Sao_Paulo")]).await;
    assert!(get(&desk, "/settings/sessions").await.text().contains(" UTC-03"));
}

#[tokio::test]
async fn every_page_looks_as_chosen_and_so_does_a_regret() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let client = world.client().await;
    submit(&client, "/appearance", "/appearance", &[("theme", "dark"), ("reduced_motion", "yes")]).await;
    for path in
        ["/", "/leaderboard", &format!("/submissions/{photo}"), "/about", "/join", "/nowhere", "/submissions/abc"]
    {
        assert!(get(&client, path).await.html.contains("<html lang=\"en\" class=\"dark calm\">"), "{path}");
    }
}

#[tokio::test]
async fn a_cookie_that_somebody_made_up_is_no_look() {
    let world = World::new().await;
    let client = world.client().await;
    for (cookie, class) in [("plaid.calm", " class=\"calm\""), ("dark\"><script>", ""), ("", ""), ("calm calm", "")] {
        let page = Page::of(client.get("/about").cookie(("appearance", cookie)).dispatch().await).await;
        assert!(page.html.contains(&format!("<html lang=\"en\"{class}>")), "{cookie}: {}", page.html);
    }
}

#[tokio::test]
async fn whoever_joins_keeps_what_they_had_chosen() {
    let world = World::new().await;
    let client = world.client().await;
    submit(&client, "/appearance", "/appearance", &[("theme", "high_contrast"), ("large_photos", "yes")]).await;
    let fields = [
        ("username", "noodle"),
        ("display_name", "Noodle"),
        ("email", "noodle@example.com"),
        ("password", PASSWORD),
        ("next", ""),
    ];
    assert_eq!(submit(&client, "/join", "/join", &fields).await.status, Status::SeeOther);
    let elsewhere = world.client().await;
    log_in(&elsewhere, "noodle").await;
    assert!(get(&elsewhere, "/about").await.html.contains("class=\"dark contrast large\""));
}

#[tokio::test]
async fn what_is_not_on_the_form_changes_nothing() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let csrf = get(&client, "/appearance").await.csrf();
    for (fields, problem) in [
        ("theme=plaid&time_zone=UTC", "Choose the colours."),
        ("time_zone=UTC", "Choose the colours."),
        ("theme=dark&time_zone=Mars%2FBase", "Choose a time zone from the list."),
        ("theme=dark", "Choose a time zone from the list."),
    ] {
        let page = post(&client, "/appearance", &format!("csrf={csrf}&{fields}")).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{fields}");
        assert!(page.text().contains(problem), "{}", page.text());
    }
    let typed = "theme=dark&large_photos=yes&digit_shortcuts=yes&time_zone=Mars";
    let page = post(&client, "/appearance", &format!("csrf={csrf}&{typed}")).await;
    for kept in [
        "value=\"dark\" checked",
        "name=\"large_photos\" value=\"yes\" checked",
        "aria-describedby=\"keys-hint\" checked",
    ] {
        assert!(page.html.contains(kept), "{kept}: {}", page.html);
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
    submit(&client, "/appearance", "/appearance", &[("theme", "system"), ("described_only", "yes")]).await;
    let page = get(&client, "/").await;
    assert_eq!(page.photo(), Some(described));
    let rating = format!("/submissions/{described}/rating");
    submit(&client, "/", &rating, &[("score", "7")]).await;
    let done = get(&client, "/").await;
    assert_eq!(done.photo(), None);
    assert!(done.text().contains("No described photos left"), "{}", done.text());
    // The button there.
    assert_eq!(submit(&client, "/", "/appearance/described/off", &[]).await.header("Location"), Some("/"));
    assert_eq!(get(&client, "/").await.photo(), Some(bare));
    assert!(!get(&client, "/appearance").await.html.contains("name=\"described_only\" value=\"yes\" checked"));
}
