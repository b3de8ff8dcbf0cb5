//! Brakes on guessing, which hold for all web processes together and across restarts.

use ratemyderp::accounts::throttle;
use rocket::figment::Figment;
use rocket::http::{ContentType, Status};
use rocket::local::asynchronous::Client;

use crate::mail::sent;
use crate::support::{PASSWORD, World};
use crate::web::members::{ANOTHER, assert_wrong, join, log_in_with};
use crate::web::page::{Page, get, log_in, submit};

fn braked(figment: Figment, brake: &str, burst: u32) -> Figment {
    figment.merge((format!("accounts.{brake}.burst"), burst)).merge((format!("accounts.{brake}.per_hour"), 1))
}

fn assert_braked(page: &Page) {
    assert_eq!(page.status, Status::TooManyRequests, "{}", page.text());
    assert!(page.text().contains("That was tried too often in a short time. Wait 60 minutes"), "{}", page.text());
    assert_eq!(page.header("Retry-After"), Some("3600"));
}

/// As [`log_in_with`], from another place.
async fn log_in_from(client: &Client, address: &str, who: &str, password: &str) -> Status {
    let csrf = get(client, "/login").await.csrf();
    let body = format!("csrf={csrf}&who={who}&next=&password={}", password.replace(' ', "+"));
    let request = client.post("/login").header(ContentType::Form).remote(address.parse().unwrap());
    request.body(body).dispatch().await.status()
}

#[tokio::test]
async fn guesses_are_counted_over_all_processes_and_across_restarts() {
    let world = World::new().await;
    world.member("noodle").await;
    let figment = braked(world.figment(), "logins_per_name_and_network", 4);
    let (first, second) = (world.client_with(figment.clone()).await, world.client_with(figment.clone()).await);
    for client in [&first, &second, &first] {
        assert_wrong(&log_in_with(client, "noodle", "wrong").await, "who", "wrong");
    }
    drop(first);
    let third = world.client_with(figment.clone()).await;
    assert_wrong(&log_in_with(&third, "Noodle", "wrong").await, "who", "wrong");
    for client in [&second, &third] {
        assert_braked(&log_in_with(client, "noodle", "wrong").await);
        assert_braked(&log_in_with(client, "noodle", PASSWORD).await);
    }
    assert_wrong(&log_in_with(&second, "pickle", "wrong").await, "who", "wrong");
    assert_eq!(
        log_in_from(&second, "198.51.100.7:4711", "noodle", PASSWORD).await,
        Status::SeeOther,
        "the owner, at home"
    );
}

#[tokio::test]
async fn somebody_who_does_not_exist_is_braked_alike() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client_with(braked(world.figment(), "logins_per_name_and_network", 2)).await;
    for who in ["noodle", "nobody"] {
        let codes = [
            log_in_with(&client, who, "wrong").await.status.code,
            log_in_with(&client, who, "wrong").await.status.code,
            log_in_with(&client, who, "wrong").await.status.code,
        ];
        assert_eq!(codes, [422, 422, 429], "{who}");
    }
}

#[tokio::test]
async fn a_success_gives_all_turns_back() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client_with(braked(world.figment(), "logins_per_name_and_network", 2)).await;
    for _ in 0..3 {
        assert_wrong(&log_in_with(&client, "noodle", "wrong").await, "who", "wrong");
        assert_eq!(log_in(&client, "noodle").await.status, Status::SeeOther);
        submit(&client, "/logout", "/logout", &[]).await;
    }
}

#[tokio::test]
async fn guesses_at_many_names_from_one_place_and_at_one_name_from_many_are_braked() {
    let world = World::new().await;
    let client = world.client_with(braked(world.figment(), "logins_per_network", 3)).await;
    for name in ["a", "b", "c"] {
        assert_eq!(log_in_from(&client, "192.0.2.7:1", name, "wrong").await, Status::UnprocessableEntity);
    }
    assert_eq!(log_in_from(&client, "192.0.2.99:1", "d", "wrong").await, Status::TooManyRequests);
    assert_eq!(log_in_from(&client, "198.51.100.7:1", "d", "wrong").await, Status::UnprocessableEntity);

    let client = world.client_with(braked(world.figment(), "logins_per_name", 3)).await;
    for place in 0..3 {
        let address = format!("10.0.{place}.1:1");
        assert_eq!(log_in_from(&client, &address, "noodle", "wrong").await, Status::UnprocessableEntity);
    }
    assert_eq!(log_in_from(&client, "10.0.3.1:1", "noodle", "wrong").await, Status::TooManyRequests);
}

#[tokio::test]
async fn guesses_from_everywhere_do_not_keep_a_member_out_of_a_browser_that_is_theirs() {
    let world = World::new().await;
    world.member("noodle").await;
    let figment = braked(world.figment(), "logins_per_name", 3);
    let (own, other) = (world.client_with(figment.clone()).await, world.client_with(figment).await);
    log_in(&own, "noodle").await;
    submit(&own, "/logout", "/logout", &[]).await;
    for place in 0..4 {
        log_in_from(&other, &format!("10.0.{place}.1:1"), "noodle", "wrong").await;
    }
    assert_eq!(log_in_from(&other, "10.0.9.1:1", "noodle", PASSWORD).await, Status::TooManyRequests);
    assert_eq!(log_in_from(&own, "10.0.9.1:1", "noodle", PASSWORD).await, Status::SeeOther);
}

#[tokio::test]
async fn joining_and_asking_for_mail_are_braked() {
    let world = World::new().await;
    world.member("noodle").await;
    world.drain().await;
    let client = world.client_with(braked(world.figment(), "joins_per_network", 2)).await;
    for name in ["first", "second"] {
        let browser = world.client_with(braked(world.figment(), "joins_per_network", 2)).await;
        assert_eq!(join(&browser, &[("username", name)]).await.status, Status::SeeOther);
    }
    assert_braked(&join(&client, &[("username", "third")]).await);
    assert_eq!(world.count("accounts WHERE username = 'third'").await, 0);
    world.drain().await;

    let client = world.client_with(braked(world.figment(), "mails_per_account", 2)).await;
    let ask = async |email: &str| submit(&client, "/password/forgot", "/password/forgot", &[("email", email)]).await;
    for email in ["noodle@example.com", "Noodle@example.com"] {
        assert_eq!(ask(email).await.status, Status::Ok);
    }
    assert_braked(&ask("NOODLE@example.com").await);
    assert_eq!(sent(&world).await.len(), 2);
}

#[tokio::test]
async fn a_stolen_session_does_not_help_to_guess_the_password() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client_with(braked(world.figment(), "logins_per_name_and_network", 3)).await;
    log_in(&client, "noodle").await;
    let guess = async |form: &str, fields: &[(&str, &str)]| submit(&client, form, form, fields).await;
    guess("/settings/password", &[("current", "wrong"), ("password", ANOTHER)]).await;
    guess("/settings/email", &[("email", "thief@example.com"), ("password", "wrong")]).await;
    assert_wrong(&guess("/settings/delete", &[("password", "wrong")]).await, "password", "not your password");
    assert_braked(&guess("/settings/password", &[("current", PASSWORD), ("password", ANOTHER)]).await);
    assert_braked(&guess("/settings/delete", &[("password", PASSWORD)]).await);
}

#[tokio::test]
async fn of_logins_only_failures_count() {
    let world = World::new().await;
    world.member("noodle").await;
    let figment = braked(braked(world.figment(), "logins_per_network", 2), "logins_per_known_browser", 2);
    for _ in 0..4 {
        // A new browser each time, as in a library.
        assert_eq!(log_in(&world.client_with(figment.clone()).await, "noodle").await.status, Status::SeeOther);
    }
    let brakes = world.count("throttles WHERE key LIKE 'login%'").await;
    assert_eq!(brakes, 0, "a success leaves no trace");
    let client = world.client_with(figment).await;
    for status in [422, 422, 429] {
        assert_eq!(log_in_with(&client, "nobody", "wrong").await.status.code, status);
    }
}

#[tokio::test]
async fn a_neighbours_guesses_keep_no_member_out_of_a_browser_that_was_theirs_before() {
    let world = World::new().await;
    world.member("noodle").await;
    let figment = braked(braked(world.figment(), "logins_per_network", 3), "logins_per_known_browser", 2);
    let (own, neighbour) = (world.client_with(figment.clone()).await, world.client_with(figment).await);
    log_in(&own, "noodle").await;
    submit(&own, "/logout", "/logout", &[]).await;
    for (who, status) in [("noodle", 422), ("a", 422), ("b", 422), ("c", 429), ("noodle", 429)] {
        assert_eq!(log_in_from(&neighbour, "192.0.2.7:1", who, "wrong").await.code, status, "{who}");
    }
    assert_eq!(log_in_from(&own, "192.0.2.8:1", "noodle", PASSWORD).await, Status::SeeOther);
    submit(&own, "/logout", "/logout", &[]).await;
    // It has a brake of its own, wherever it is.
    for (place, status) in [("192.0.2.8:1", 422), ("198.51.100.7:1", 422), ("203.0.113.7:1", 429)] {
        assert_eq!(log_in_from(&own, place, "noodle", "wrong").await.code, status, "{place}");
    }
    assert_eq!(log_in_from(&own, "192.0.2.8:1", "a", "wrong").await.code, 429, "anybody else is a stranger in it");
}

#[tokio::test]
async fn what_is_refused_writes_no_brake() {
    let world = World::new().await;
    let client = world.client_with(braked(world.figment(), "logins_per_network", 3)).await;
    for number in 0..12 {
        let status = log_in_from(&client, "192.0.2.7:1", &format!("name{number}"), "wrong").await;
        assert_eq!(status.code, if number < 3 { 422 } else { 429 });
    }
    assert_eq!(world.count("throttles").await, 3 + 3 + 1, "names, names here, and the network");
}

#[tokio::test]
async fn many_guesses_at_once_are_counted_one_by_one() {
    let world = World::new().await;
    let client = world.client_with(braked(world.figment(), "logins_per_network", 3)).await;
    let csrf = get(&client, "/login").await.csrf();
    let guess = async |number: u32| {
        let body = format!("csrf={csrf}&who=name{number}&next=&password=wrong");
        client.post("/login").header(ContentType::Form).body(body).dispatch().await.status().code
    };
    let codes = tokio::join!(guess(1), guess(2), guess(3), guess(4), guess(5), guess(6));
    let mut codes = <[u16; 6]>::from(codes);
    codes.sort_unstable();
    assert_eq!(codes, [422, 422, 422, 429, 429, 429]);
}

#[tokio::test]
async fn the_networks_of_one_ipv6_site_have_a_larger_budget_together() {
    let world = World::new().await;
    let client = world.client_with(braked(world.figment(), "logins_per_network", 1)).await;
    let guess = async |address: &str, who: &str| log_in_from(&client, address, who, "wrong").await.code;
    assert_eq!(guess("[2001:db8:7:1::1]:1", "a").await, 422);
    assert_eq!(guess("[2001:db8:7:1::2]:1", "b").await, 429, "the same /64");
    for network in 2..=8 {
        assert_eq!(guess(&format!("[2001:db8:7:{network}::1]:1"), "c").await, 422, "{network}");
    }
    assert_eq!(guess("[2001:db8:7:9::1]:1", "d").await, 429, "the same /48");
    assert_eq!(guess("[2001:db8:8:1::1]:1", "d").await, 422, "another /48");
    assert_eq!(guess("192.0.2.7:1", "d").await, 422, "IPv4");
}

#[tokio::test]
async fn brakes_that_have_run_out_are_deleted_and_never_too_many_kept() {
    let world = World::new().await;
    let insert =
        "INSERT INTO throttles SELECT 'brake ' || n, now() + make_interval(mins => n) FROM generate_series(-4, 6) n";
    sqlx::query(insert).execute(&world.pool).await.unwrap();
    let mut conn = world.pool.acquire().await.unwrap();
    throttle::prune(&mut conn, 4).await.unwrap();
    let left: Vec<String> =
        sqlx::query_scalar("SELECT key FROM throttles ORDER BY until").fetch_all(&mut *conn).await.unwrap();
    assert_eq!(left, ["brake 3", "brake 4", "brake 5", "brake 6"], "those that brake longest");
}

#[tokio::test]
async fn passwords_are_braked_before_they_are_measured() {
    let world = World::new().await;
    let client = world.client_with(braked(world.figment(), "passwords_per_network", 2)).await;
    for (status, password) in [(422, "password123"), (422, "password1234"), (429, ANOTHER)] {
        assert_eq!(join(&client, &[("password", password)]).await.status.code, status, "{password}");
    }
}
