//! Another address for mail.

use rocket::http::Status;
use rocket::local::asynchronous::Client;

use crate::mail::{Received, sent};
use crate::support::{PASSWORD, World};
use crate::web::members::{ANOTHER, assert_wrong, is_logged_in, join, link_in, log_in_with, mailed, press, typed};
use crate::web::page::{Page, get, log_in, submit};

const FORM: &str = "/settings/email";

async fn change(client: &Client, email: &str, password: &str) -> Page {
    submit(client, FORM, FORM, &[("email", email), ("password", password)]).await
}

/// A member's browser, with no mail on its way.
async fn noodle(world: &World) -> Client {
    world.member("noodle").await;
    world.drain().await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    client
}

async fn address(world: &World) -> String {
    sqlx::query_scalar("SELECT email FROM accounts WHERE username = 'noodle' AND email_verified_at IS NOT NULL")
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

fn to<'m>(mails: &'m [Received], address: &str) -> &'m Received {
    mails.iter().find(|mail| mail.header("To") == address).unwrap_or_else(|| panic!("no mail to {address}"))
}

#[tokio::test]
async fn a_new_address_counts_when_it_is_confirmed_and_the_old_one_is_told() {
    let world = World::new().await;
    let client = noodle(&world).await;
    assert_eq!(change(&client, "new@example.com", PASSWORD).await.header("Location"), Some("/settings"));
    assert!(get(&client, "/settings").await.text().contains("It becomes yours when you open the link in it."));
    assert_eq!(address(&world).await, "noodle@example.com", "not yet");
    let link = mailed(&world, "new@example.com", "/verify/").await;
    let phone = world.client().await;
    let page = press(&phone, &link).await;
    assert!(page.text().contains("Your mail goes to the new address from now on."), "{}", page.text());
    assert_eq!(address(&world).await, "new@example.com");
    let mails = sent(&world).await;
    assert_eq!(mails.len(), 1);
    let notice = to(&mails, "noodle@example.com");
    assert!(!notice.text.contains("new@example.com"), "whoever reads the old one need not know: {}", notice.text);
    assert!(is_logged_in(&client).await);
    let stranger = world.client().await;
    assert_wrong(&log_in_with(&stranger, "noodle@example.com", PASSWORD).await, "who", "wrong");
    assert_eq!(log_in_with(&stranger, "new@example.com", PASSWORD).await.status, Status::SeeOther);
    assert_eq!(press(&phone, &link).await.status, Status::Gone, "once");
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field() {
    let world = World::new().await;
    let client = noodle(&world).await;
    let (ascii, cjk) = ("x".repeat(10_000), "猫".repeat(10_000));
    for (email, words) in [("", "Enter your email"), ("noodle@", "such as"), (&ascii, "too long"), (&cjk, "too long")] {
        let page = change(&client, email, PASSWORD).await;
        assert_wrong(&page, "email", words);
        assert_eq!(typed(&page, "email"), email);
    }
    for password in ["", "wrong", &ascii, &cjk] {
        let page = change(&client, "new@example.com", password).await;
        assert_wrong(&page, "password", "This is not your password.");
        assert_eq!((typed(&page, "email").as_str(), typed(&page, "password").as_str()), ("new@example.com", ""));
    }
    assert_eq!(sent(&world).await.len(), 0);
}

#[tokio::test]
async fn an_address_that_somebody_confirms_meanwhile_is_theirs() {
    let world = World::new().await;
    let client = noodle(&world).await;
    change(&client, "contested@example.com", PASSWORD).await;
    let link = mailed(&world, "contested@example.com", "/verify/").await;
    let other = world.client().await;
    join(&other, &[("username", "pickle"), ("email", "Contested@example.com")]).await;
    let others = mailed(&world, "contested@example.com", "/verify/").await;
    let (a, b) = tokio::join!(press(&client, &link), press(&other, &others));
    let mut codes = [a.status.code, b.status.code];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409], "{} {}", a.text(), b.text());
    let late = if a.status == Status::Conflict { &a } else { &b };
    assert!(late.text().contains("This address belongs to another account"));
    assert_eq!(
        world.count("accounts WHERE lower(email) = 'contested@example.com' AND email_verified_at IS NOT NULL").await,
        1
    );
    // The loser keeps what it had.
    assert!(is_logged_in(&client).await && is_logged_in(&other).await);
}

#[tokio::test]
async fn somebody_elses_address_looks_the_same_and_its_owner_is_told() {
    let world = World::new().await;
    let client = noodle(&world).await;
    world.member("pickle").await;
    world.drain().await;
    let (free, taken) =
        (change(&client, "free@example.com", PASSWORD).await, change(&client, "pickle@example.com", PASSWORD).await);
    assert_eq!((free.status, free.header("Location")), (taken.status, taken.header("Location")));
    let mails = sent(&world).await;
    assert_eq!(mails.len(), 2);
    assert!(to(&mails, "free@example.com").text.contains("/verify/"));
    let warned = to(&mails, "pickle@example.com");
    assert!(
        !warned.text.contains("/verify/") && warned.header("Subject").contains("Somebody tried to use your address")
    );
}

#[tokio::test]
async fn of_two_new_addresses_the_one_that_is_confirmed_first_counts() {
    let world = World::new().await;
    let client = noodle(&world).await;
    for email in ["slip@example.com", "right@example.com"] {
        change(&client, email, PASSWORD).await;
    }
    let mails = sent(&world).await;
    let [slip, right] = ["slip@example.com", "right@example.com"].map(|email| link_in(to(&mails, email), "/verify/"));
    assert_eq!(press(&client, &right).await.status, Status::Ok);
    assert_eq!(press(&client, &slip).await.status, Status::Gone);
    assert_eq!(address(&world).await, "right@example.com");
}

#[tokio::test]
async fn what_a_thief_asked_for_is_worth_nothing_once_the_password_is_changed() {
    let world = World::new().await;
    let (client, thief) = (noodle(&world).await, world.client().await);
    log_in(&thief, "noodle").await;
    change(&thief, "thief@example.com", PASSWORD).await;
    let link = mailed(&world, "thief@example.com", "/verify/").await;
    // This one is still waiting to be sent.
    change(&thief, "thief@example.com", PASSWORD).await;
    let changed =
        submit(&client, "/settings/password", "/settings/password", &[("current", PASSWORD), ("password", ANOTHER)]);
    assert_eq!(changed.await.header("Location"), Some("/settings"));
    assert_eq!(press(&thief, &link).await.status, Status::Gone);
    let mails = sent(&world).await;
    assert!(mails.iter().all(|mail| mail.header("To") != "thief@example.com"), "nor is the other one sent");
    assert_eq!(address(&world).await, "noodle@example.com");
    // The member goes on.
    assert_eq!(change(&client, "new@example.com", ANOTHER).await.header("Location"), Some("/settings"));
    assert_eq!(press(&client, &mailed(&world, "new@example.com", "/verify/").await).await.status, Status::Ok);
}

#[tokio::test]
async fn links_to_the_old_address_are_worth_nothing_any_more() {
    let world = World::new().await;
    let client = noodle(&world).await;
    let thief = world.client().await;
    submit(&thief, "/password/forgot", "/password/forgot", &[("email", "noodle@example.com")]).await;
    let reset = mailed(&world, "noodle@example.com", "/password/reset/").await;
    change(&client, "new@example.com", PASSWORD).await;
    press(&client, &mailed(&world, "new@example.com", "/verify/").await).await;
    let late = submit(&thief, "/password/forgot", &reset, &[("password", ANOTHER)]).await;
    assert_eq!(late.status, Status::Gone);
    assert!(is_logged_in(&client).await);
}
