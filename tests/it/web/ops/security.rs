//! The security log: what stands in it, and who reads it.

use ratemyderp::accounts::security_log::{self, SecurityEvent, SecurityFilter};
use ratemyderp::accounts::{Role, expiry};
use rocket::http::Status;
use rocket::local::asynchronous::Client;

use crate::support::{PASSWORD, World};
use crate::web::page::{get, log_in, submit};

const LOG: &str = "/ops/security";

/// Everything that is written down, the oldest first.
async fn written(world: &World) -> Vec<(String, Option<String>, Option<String>)> {
    let mut conn = world.pool.acquire().await.unwrap();
    let filter = SecurityFilter { limit: 1000, ..SecurityFilter::default() };
    let mut entries = security_log::list(&mut conn, filter).await.unwrap();
    entries.reverse();
    entries.into_iter().map(|entry| (entry.event, entry.account, entry.network)).collect()
}

async fn events(world: &World) -> Vec<String> {
    written(world).await.into_iter().map(|(event, ..)| event).collect()
}

/// An operator who is logged in.
async fn operator(world: &World) -> Client {
    let client = world.client_with(world.figment().merge(("accounts.two_factor_required", false))).await;
    let olive = world.member("olive").await;
    world.grant(olive, Role::Operator).await;
    log_in(&client, "olive").await;
    client
}

#[rocket::async_test]
async fn logins_are_written_down_without_names_that_were_typed() {
    let world = World::new().await;
    world.member("noodle").await;
    let braked = ("accounts.logins_per_name_and_network.burst", 2);
    let client = world.client_with(world.figment().merge(braked)).await;
    for (who, password) in [("noodle", "wrong"), ("secret-typed-into-the-wrong-field", "wrong"), ("noodle", PASSWORD)] {
        submit(&client, "/login", "/login", &[("who", who), ("password", password), ("next", "")]).await;
    }
    let other = world.client_with(world.figment().merge(braked)).await;
    for _ in 0..3 {
        submit(&other, "/login", "/login", &[("who", "noodle"), ("password", "wrong"), ("next", "")]).await;
    }
    let lines: Vec<String> = written(&world)
        .await
        .into_iter()
        .map(|(event, account, network)| {
            assert!(network.is_some(), "{event}");
            format!("{event}: {}", account.unwrap_or("-".into()))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "login failed: noodle",
            "login failed: -",
            "logged in: noodle",
            "login failed: noodle",
            "login failed: noodle",
            "login braked: noodle"
        ]
    );
    let rows: Vec<String> =
        sqlx::query_scalar("SELECT l::text FROM security_log l").fetch_all(&world.pool).await.unwrap();
    for secret in ["wrong", "typed", PASSWORD, "noodle"] {
        assert!(rows.iter().all(|row| !row.contains(secret)), "{secret}: {rows:?}");
    }
}

#[rocket::async_test]
async fn whoever_fails_for_hours_fills_no_disk() {
    let world = World::new().await;
    let mut conn = world.pool.acquire().await.unwrap();
    for network in ["192.0.2.x", "198.51.100.x"] {
        for _ in 0..200 {
            security_log::record_failure(&mut conn, SecurityEvent::LoginBraked, None, network).await.unwrap();
        }
    }
    assert_eq!(world.count("security_log").await, 2 * security_log::FAILURES_PER_HOUR);
}

#[rocket::async_test]
async fn what_changes_how_an_account_is_guarded_is_written_down() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    const ANOTHER: &str = "crooked lanterns hum at noon";
    let fields = [("current", "wrong"), ("password", ANOTHER)];
    submit(&client, "/settings/password", "/settings/password", &fields).await;
    let fields = [("current", PASSWORD), ("password", ANOTHER)];
    submit(&client, "/settings/password", "/settings/password", &fields).await;
    let app = world.guard(noodle).await;
    let other = world.client().await;
    submit(&other, "/login", "/login", &[("who", "noodle"), ("password", ANOTHER), ("next", "")]).await;
    submit(&other, "/login/code", "/login/code", &[("code", "000000")]).await;
    submit(&other, "/login/code", "/login/code", &[("code", &app.recovery[0])]).await;
    let fields = [("password", ANOTHER), ("code", app.recovery[1].as_str())];
    submit(&other, "/settings/two-factor/off", "/settings/two-factor/off", &fields).await;
    submit(&other, "/settings/delete", "/settings/delete", &[("password", ANOTHER)]).await;
    let expected = [
        "logged in",
        "confirmation failed",
        "password changed",
        "two-factor on",
        "code failed",
        "recovery code used",
        "logged in",
        "recovery code used",
        "two-factor off",
        "deletion planned",
    ];
    assert_eq!(events(&world).await, expected);
}

#[rocket::async_test]
async fn operators_read_it_page_by_page_and_by_what_they_look_for() {
    let world = World::new().await;
    let client = operator(&world).await;
    let noodle = world.member("noodle").await;
    let mut conn = world.pool.acquire().await.unwrap();
    for number in 0..60 {
        let event = if number % 2 == 0 { SecurityEvent::LoginFailed } else { SecurityEvent::CodeFailed };
        security_log::record(&mut conn, event, Some(noodle), Some("192.0.2.x")).await.unwrap();
    }
    let cells = |html: &str, cell: &str| html.matches(&format!("<td>{cell}</td>")).count();
    let page = get(&client, LOG).await;
    assert_eq!((page.status, page.header("Cache-Control")), (Status::Ok, Some("no-store")));
    assert_eq!(cells(&page.html, "noodle"), 50);
    let older = page.between("rel=\"next\" href=\"", "\"").unwrap();
    let page = get(&client, &older).await;
    assert_eq!((cells(&page.html, "noodle"), cells(&page.html, "olive")), (10, 1));
    let page = get(&client, &format!("{LOG}?account=noodle&event=login+failed")).await;
    assert_eq!((cells(&page.html, "login failed"), cells(&page.html, "code failed")), (30, 0));
    assert!(page.html.contains("<option selected>login failed</option>"), "{}", page.html);
    let page = get(&client, &format!("{LOG}?account=nobody&event=x")).await;
    assert!(page.text().contains("There is no account with this username."), "{}", page.text());
}

#[rocket::async_test]
async fn what_is_old_is_deleted_and_nothing_younger_can_be() {
    let world = World::new().await;
    let mut conn = world.pool.acquire().await.unwrap();
    for days in [91, 89, 0] {
        sqlx::query("INSERT INTO security_log (event, at) VALUES ('logged in', now() - make_interval(days => $1))")
            .bind(days)
            .execute(&mut *conn)
            .await
            .unwrap();
    }
    expiry::delete_expired(&mut conn).await.unwrap();
    assert_eq!(world.count("security_log").await, 2);
    assert!(sqlx::query("SELECT delete_old_security_events(29)").execute(&mut *conn).await.is_err());
}
