//! Another password, and another name as shown.

use rocket::http::Status;
use rocket::local::asynchronous::Client;

use crate::mail::sent;
use crate::support::{PASSWORD, World};
use crate::web::members::{ANOTHER, assert_wrong, is_logged_in, log_in_with, typed};
use crate::web::page::{Page, get, log_in, post, post_twice, submit};

const FORM: &str = "/settings/password";

async fn change(client: &Client, current: &str, password: &str) -> Page {
    submit(client, FORM, FORM, &[("current", current), ("password", password)]).await
}

#[tokio::test]
async fn another_password_logs_all_other_browsers_out() {
    let world = World::new().await;
    world.member("noodle").await;
    world.drain().await;
    let (client, phone) = (world.client().await, world.client().await);
    for browser in [&client, &phone] {
        log_in(browser, "noodle").await;
    }
    world.drain().await;
    assert_eq!(change(&client, PASSWORD, ANOTHER).await.header("Location"), Some("/settings"));
    assert!(get(&client, "/settings").await.text().contains("All other browsers are logged out."));
    assert!(!is_logged_in(&phone).await);
    assert_wrong(&log_in_with(&phone, "noodle", PASSWORD).await, "who", "wrong");
    assert_eq!(log_in_with(&phone, "noodle", ANOTHER).await.status, Status::SeeOther);
    let mails = sent(&world).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].header("To"), "noodle@example.com");
}

#[tokio::test]
async fn of_a_doubled_click_either_answer_says_that_it_is_changed() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let [old, new] = [PASSWORD, ANOTHER].map(|password| password.replace(' ', "+"));
    let body = |csrf: &str| format!("csrf={csrf}&current={old}&password={new}");
    for answer in post_twice(&client, FORM, &body(&get(&client, FORM).await.csrf())).await {
        assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some("/settings")));
    }
    assert_eq!(log_in_with(&world.client().await, "noodle", ANOTHER).await.status, Status::SeeOther);
    // Minutes later it is a wrong password again.
    let earlier = "UPDATE accounts SET password_changed_at = now() - interval '2 minutes'";
    sqlx::query(earlier).execute(&world.pool).await.unwrap();
    let late = post(&client, FORM, &body(&get(&client, FORM).await.csrf())).await;
    assert_wrong(&late, "current", "This is not your password.");
}

#[tokio::test]
async fn what_is_wrong_with_it_is_said_at_its_field() {
    let world = World::new().await;
    world.member("noodle").await;
    world.drain().await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let (ascii, cjk) = ("x".repeat(10_000), "猫".repeat(10_000));
    for (password, words) in [
        ("", "Choose a password."),
        ("short", "at least 10 characters"),
        ("noodle@example.com", "easy to guess"),
        ("qwertyuiop", "easy to guess"),
        (&ascii, "at most 200 characters"),
        (&cjk, "at most 200 characters"),
    ] {
        assert_wrong(&change(&client, PASSWORD, password).await, "password", words);
    }
    for current in ["", "wrong", &ascii, &cjk] {
        assert_wrong(&change(&client, current, ANOTHER).await, "current", "This is not your password.");
    }
    let both = change(&client, "wrong", "short").await;
    assert_wrong(&both, "current", "This is not your password.");
    assert_wrong(&both, "password", "at least 10 characters");
    assert_eq!(sent(&world).await.len(), 0);
    assert_eq!(log_in(&world.client().await, "noodle").await.status, Status::SeeOther, "the old one still works");
}

#[tokio::test]
async fn a_profile_is_saved_as_a_whole_or_not_at_all() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let form = "/settings/profile";
    let save = async |name: &str, about: &str| {
        submit(&client, form, form, &[("display_name", name), ("about", about), ("public", "yes")]).await
    };
    let (ascii, cjk) = ("x".repeat(10_000), "猫".repeat(10_000));
    let page = save("", "I like spoons.").await;
    assert_wrong(&page, "display_name", "Enter the name that others will see.");
    assert!(page.html.contains(">I like spoons.</textarea>"));
    for (about, words) in [
        (ascii.as_str(), "1000 characters; it has 10000."),
        (&cjk, "1000 characters; it has 10000."),
        ("a\u{202E}b", "invisible"),
    ] {
        let page = save("Noodle", about).await;
        assert_wrong(&page, "about", words);
        assert_eq!(typed(&page, "display_name"), "Noodle");
        assert!(page.html.contains(&format!(">{about}</textarea>")));
    }
    assert_eq!(world.count("accounts WHERE display_name = 'noodle' AND about = ''").await, 1, "nothing half done");
    let longest = format!("{}\r\n{}", "猫".repeat(499), "<b>".repeat(166));
    assert_eq!(save("  Zoë   Müller ", &longest).await.status, Status::SeeOther);
    let page = get(&client, form).await;
    assert_eq!(typed(&page, "display_name"), "Zoë Müller");
    assert!(page.html.contains("&lt;b&gt;&lt;b&gt;") && !page.html.contains("<b><b>"));
}
