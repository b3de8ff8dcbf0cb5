//! Links in mails: used, expired, altered, foreign, opened twice.

use rocket::http::Status;

use crate::mail::sent;
use crate::support::{PASSWORD, World};
use crate::web::members::{ANOTHER, NOBODYS, assert_wrong, is_logged_in, join, log_in_with, mailed, press};
use crate::web::page::{get, log_in, post_twice, submit};

/// A link to a new password for this member of the tests.
pub async fn reset_link(world: &World, username: &str) -> String {
    let address = format!("{username}@example.com");
    let client = world.client().await;
    let asked = submit(&client, "/password/forgot", "/password/forgot", &[("email", &address)]).await;
    assert_eq!(asked.status, Status::Ok);
    mailed(world, &address, "/password/reset/").await
}

/// Every link there is lives no longer.
async fn expire(world: &World) {
    sqlx::query("UPDATE tokens SET expires_at = now()").execute(&world.pool).await.unwrap();
}

/// What was used up was used up a while ago.
async fn minutes_pass(world: &World) {
    sqlx::query("UPDATE tokens SET used_at = used_at - interval '2 minutes'").execute(&world.pool).await.unwrap();
}

#[tokio::test]
async fn a_link_that_is_no_good_says_so_and_changes_nothing() {
    let world = World::new().await;
    let client = world.client().await;
    join(&client, &[]).await;
    let verify = mailed(&world, "noodle@example.com", "/verify/").await;
    world.member("pickle").await;
    world.drain().await;
    let reset = reset_link(&world, "pickle").await;
    let (verify_token, reset_token) = (verify.rsplit('/').next().unwrap(), reset.rsplit('/').next().unwrap());
    let altered = |token: &str| {
        let last = if token.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", &token[..63])
    };
    let form = "/password/forgot";
    for token in [
        NOBODYS,
        reset_token,
        &altered(verify_token),
        &verify_token[..63],
        &format!("{verify_token}0"),
        "x",
        "%00",
        "🐕",
    ] {
        let path = format!("/verify/{}", rocket::http::RawStr::new(token).percent_encode());
        for page in [get(&client, &path).await, submit(&client, form, &path, &[]).await] {
            assert_eq!(page.status, Status::Gone, "{path}");
            assert!(page.text().contains("This link is no good any more"), "{path}: {}", page.text());
        }
    }
    for token in [NOBODYS, verify_token, &altered(reset_token), &reset_token[..63], "x"] {
        let path = format!("/password/reset/{token}");
        for page in [get(&client, &path).await, submit(&client, form, &path, &[("password", ANOTHER)]).await] {
            assert_eq!(page.status, Status::Gone, "{path}");
            assert!(page.text().contains("This link is no good any more"), "{path}: {}", page.text());
        }
    }
    assert_eq!(world.count("tokens WHERE used_at IS NOT NULL").await, 0);
    assert_eq!(world.count("accounts WHERE username = 'noodle' AND email_verified_at IS NOT NULL").await, 0);
    assert_eq!(press(&client, &verify).await.status, Status::Ok, "the right one still works");
    let stranger = world.client().await;
    assert_eq!(log_in(&stranger, "pickle").await.status, Status::SeeOther, "with the old password");
}

#[tokio::test]
async fn looking_at_a_link_uses_nothing_up() {
    let world = World::new().await;
    let client = world.client().await;
    join(&client, &[]).await;
    let link = mailed(&world, "noodle@example.com", "/verify/").await;
    let scanner = world.client().await;
    for _ in 0..3 {
        assert_eq!(get(&scanner, &link).await.status, Status::Ok);
        assert_eq!(scanner.head(link.clone()).dispatch().await.status(), Status::Ok);
    }
    assert_eq!(press(&client, &link).await.status, Status::Ok);
}

#[tokio::test]
async fn a_link_that_is_too_old_says_so() {
    let world = World::new().await;
    let client = world.client().await;
    join(&client, &[]).await;
    let verify = mailed(&world, "noodle@example.com", "/verify/").await;
    world.member("pickle").await;
    world.drain().await;
    let reset = reset_link(&world, "pickle").await;
    // Both forms are open when the links expire.
    let opened = [get(&client, &verify).await.csrf(), get(&client, &reset).await.csrf()];
    expire(&world).await;
    for ((link, csrf), rest) in
        [&verify, &reset].into_iter().zip(opened).zip(["", "&password=crooked+lanterns+hum+at+noon"])
    {
        assert_eq!(get(&client, link).await.status, Status::Gone);
        let page = crate::web::page::post(&client, link, &format!("csrf={csrf}{rest}")).await;
        assert_eq!(page.status, Status::Gone);
        assert!(page.text().contains("This link is no good any more"));
    }
    // What to do about it is on the page, and works.
    assert_eq!(submit(&client, "/settings", "/settings/email/resend", &[]).await.status, Status::SeeOther);
    let fresh = mailed(&world, "noodle@example.com", "/verify/").await;
    assert_eq!(press(&client, &fresh).await.status, Status::Ok);
}

#[tokio::test]
async fn of_two_tabs_or_clicks_one_confirms_and_both_say_so() {
    let world = World::new().await;
    let client = world.client().await;
    join(&client, &[]).await;
    let link = mailed(&world, "noodle@example.com", "/verify/").await;
    let (first, second) = (get(&client, &link).await.csrf(), get(&client, &link).await.csrf());
    let (first, second) = (format!("csrf={first}"), format!("csrf={second}"));
    let (a, b) =
        tokio::join!(crate::web::page::post(&client, &link, &first), crate::web::page::post(&client, &link, &second));
    for page in [a, b] {
        assert!(page.status == Status::Ok && page.text().contains("Your address is confirmed."), "{}", page.text());
    }
    assert_eq!(world.count("accounts WHERE email_verified_at IS NOT NULL").await, 1);
    minutes_pass(&world).await;
    assert_eq!(crate::web::page::post(&client, &link, &second).await.status, Status::Gone);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_once_and_every_browser_is_logged_out() {
    let world = World::new().await;
    world.member("noodle").await;
    world.drain().await;
    let (forgetful, phone) = (world.client().await, world.client().await);
    log_in(&phone, "noodle").await;
    let link = reset_link(&world, "noodle").await;
    for (weak, words) in
        [("", "Choose a password."), ("derpderpderp", "easy to guess"), ("noodle@example.com", "easy to guess")]
    {
        assert_wrong(&submit(&forgetful, &link, &link, &[("password", weak)]).await, "password", words);
    }
    assert!(is_logged_in(&phone).await, "nothing was done yet");
    let (first, second) = (get(&forgetful, &link).await.csrf(), get(&forgetful, &link).await.csrf());
    let body = |csrf: &str, password: &str| format!("csrf={csrf}&password={}", password.replace(' ', "+"));
    let done = crate::web::page::post(&forgetful, &link, &body(&first, ANOTHER)).await;
    assert_eq!((done.status, done.header("Location")), (Status::SeeOther, Some("/login")));
    assert!(get(&forgetful, "/login").await.text().contains("Your password is changed"));
    let again = crate::web::page::post(&forgetful, &link, &body(&second, "velvet cactus sings to geese")).await;
    assert_eq!(again.status, Status::Gone);
    assert!(!is_logged_in(&phone).await);
    assert_wrong(&log_in_with(&phone, "noodle", PASSWORD).await, "who", "wrong");
    assert_eq!(log_in_with(&forgetful, "noodle@example.com", ANOTHER).await.status, Status::SeeOther);
    let subjects: Vec<_> = sent(&world).await.iter().map(|mail| mail.header("Subject")).collect();
    assert_eq!(subjects, ["Your password was changed", "Somebody logged in with a new browser"]);
}

#[tokio::test]
async fn whoever_is_logged_in_is_told_that_the_password_is_changed_and_not_only_that_they_are_out() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let link = reset_link(&world, "noodle").await;
    let done = submit(&client, &link, &link, &[("password", ANOTHER)]).await;
    assert_eq!(done.header("Location"), Some("/login"));
    assert!(get(&client, "/login").await.text().contains("Your password is changed"), "said once the session is over");
}

#[tokio::test]
async fn of_a_doubled_click_either_answer_says_that_the_password_is_changed() {
    let world = World::new().await;
    world.member("noodle").await;
    world.drain().await;
    let client = world.client().await;
    let link = reset_link(&world, "noodle").await;
    let csrf = get(&client, &link).await.csrf();
    let body = format!("csrf={csrf}&password={}", ANOTHER.replace(' ', "+"));
    for answer in post_twice(&client, &link, &body).await {
        assert_eq!((answer.status, answer.header("Location")), (Status::SeeOther, Some("/login")));
    }
    assert!(get(&client, "/login").await.text().contains("Your password is changed"));
    assert_eq!(sent(&world).await.len(), 1, "once");
    minutes_pass(&world).await;
    assert_eq!(crate::web::page::post(&client, &link, &body).await.status, Status::Gone);
}

#[tokio::test]
async fn one_of_several_links_to_a_new_password_ends_all() {
    let world = World::new().await;
    world.member("noodle").await;
    world.drain().await;
    let links = [reset_link(&world, "noodle").await, reset_link(&world, "noodle").await];
    let client = world.client().await;
    assert_eq!(submit(&client, &links[1], &links[1], &[("password", ANOTHER)]).await.status, Status::SeeOther);
    assert_eq!(get(&client, &links[0]).await.status, Status::Gone);
}
