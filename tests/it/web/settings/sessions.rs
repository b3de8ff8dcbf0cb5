//! The list of browsers.

use rocket::http::{ContentType, Header, Status};
use rocket::local::asynchronous::Client;

use crate::support::{PASSWORD, World};
use crate::web::page::{get, log_in, submit};

const LIST: &str = "/settings/sessions";

/// Any page with a form.
const FORM: &str = "/settings/password";

/// Logs in with a browser that says what it is.
async fn come_with(client: &Client, agent: &'static str) {
    let csrf = get(client, "/login").await.csrf();
    let body = format!("csrf={csrf}&who=noodle&next=&password={}", PASSWORD.replace(' ', "+"));
    let request = client.post("/login").header(ContentType::Form).header(Header::new("User-Agent", agent));
    let request = request.remote("192.0.2.7:4711".parse().unwrap());
    assert_eq!(request.body(body).dispatch().await.status(), Status::SeeOther);
}

async fn numbers(world: &World, account: i64) -> Vec<i64> {
    sqlx::query_scalar("SELECT id FROM sessions WHERE account = $1 ORDER BY id")
        .bind(account)
        .fetch_all(&world.pool)
        .await
        .unwrap()
}

#[rocket::async_test]
async fn browsers_are_told_in_words_and_can_be_logged_out_one_by_one() {
    let world = World::new().await;
    let account = world.member("noodle").await;
    let (client, lynx, phone) = (world.client().await, world.client().await, world.client().await);
    come_with(&lynx, "Lynx/2.9.0dev.12 libwww-FM/2.14FM").await;
    come_with(&phone, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0").await;
    log_in(&client, "noodle").await;
    let page = get(&client, LIST).await;
    let text = page.text();
    for words in [
        "This browser Unknown browser, network",
        "Lynx, network 192.0.2.x. Last used ",
        "Firefox on Linux, network 192.0.2.x.",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("192.0.2.7"), "{text}");
    let lynx_number = numbers(&world, account).await[0];
    let action = format!("{LIST}/{lynx_number}/revoke");
    assert_eq!(submit(&client, LIST, &action, &[]).await.header("Location"), Some(LIST));
    assert_eq!(get(&lynx, "/settings").await.status, Status::SeeOther, "at once");
    assert_eq!(get(&phone, "/settings").await.status, Status::Ok);
    let text = get(&client, LIST).await.text();
    assert!(text.contains("That browser is logged out.") && !text.contains("Lynx"), "{text}");
    submit(&client, LIST, &action, &[]).await;
    assert!(get(&client, LIST).await.text().contains("That browser was logged out already."));

    submit(&client, LIST, &format!("{LIST}/revoke"), &[]).await;
    assert_eq!(get(&phone, "/settings").await.status, Status::SeeOther);
    assert!(get(&client, LIST).await.text().contains("One other browser is logged out."));
    assert_eq!(numbers(&world, account).await.len(), 1);
}

#[rocket::async_test]
async fn somebody_elses_browser_cannot_be_logged_out() {
    let world = World::new().await;
    let (_, biscuit) = (world.member("noodle").await, world.member("biscuit").await);
    let (client, other) = (world.client().await, world.client().await);
    log_in(&client, "noodle").await;
    log_in(&other, "biscuit").await;
    let foreign = numbers(&world, biscuit).await[0];
    let mut told = vec![];
    for number in [foreign, i64::MAX, 0, -1] {
        let answer = submit(&client, FORM, &format!("{LIST}/{number}/revoke"), &[]).await;
        told.push((answer.status, get(&client, LIST).await.text()));
    }
    assert!(told.iter().all(|one| *one == told[0]), "a foreign one is told like none: {told:?}");
    submit(&client, FORM, &format!("{LIST}/revoke"), &[]).await;
    assert_eq!(get(&other, "/settings").await.status, Status::Ok);
}

#[rocket::async_test]
async fn this_browser_can_be_logged_out_too() {
    let world = World::new().await;
    let account = world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let number = numbers(&world, account).await[0];
    let answer = submit(&client, FORM, &format!("{LIST}/{number}/revoke"), &[]).await;
    assert_eq!(answer.header("Location"), Some("/"));
    assert_eq!(get(&client, LIST).await.header("Location"), Some("/login?next=%2Fsettings%2Fsessions"));
    assert_eq!(numbers(&world, account).await, [0; 0]);
}
