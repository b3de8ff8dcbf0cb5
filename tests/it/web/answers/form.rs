//! The fields that have no test of their own, filled in by somebody with a heavy paste.

use ratemyderp::accounts::Role;
use rocket::http::RawStr;
use rocket::local::asynchronous::Client;

use crate::support::{PASSWORD, World};
use crate::web::members::{ANOTHER, assert_wrong, is_logged_in, log_in_with, mailed, typed};
use crate::web::page::{get, log_in, submit};

const TWO_FACTOR: &str = "/settings/two-factor";

/// Ten thousand characters of each kind.
fn pastes() -> [String; 3] {
    ["x", "猫", "\u{202E}7"].map(|text| text.repeat(10_000 / text.chars().count()))
}

/// Sends the form with each of these in this field; it says there that this is wrong.
async fn refuses(client: &Client, form: &str, action: &str, field: &str, rest: &[(&str, &str)]) {
    for paste in pastes() {
        let fields: Vec<_> = rest.iter().copied().chain([(field, paste.as_str())]).collect();
        let page = submit(client, form, action, &fields).await;
        assert_wrong(&page, field, "");
        if field == "email" {
            assert_eq!(typed(&page, field), paste);
        } else {
            assert!(!page.html.contains(&paste), "{form}: secrets are not sent back");
        }
    }
}

#[tokio::test]
async fn however_long_it_is_the_form_says_so_at_the_field_and_nothing_happens() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    world.drain().await;
    let (client, stranger) = (world.client().await, world.client().await);
    refuses(&stranger, "/password/forgot", "/password/forgot", "email", &[]).await;
    submit(&stranger, "/password/forgot", "/password/forgot", &[("email", "noodle@example.com")]).await;
    let link = mailed(&world, "noodle@example.com", "/password/reset/").await;
    refuses(&stranger, &link, &link, "password", &[]).await;

    log_in(&client, "noodle").await;
    refuses(&client, TWO_FACTOR, TWO_FACTOR, "password", &[]).await;
    assert_eq!(world.count("two_factor").await, 0);
    submit(&client, TWO_FACTOR, TWO_FACTOR, &[("password", PASSWORD)]).await;
    refuses(&client, TWO_FACTOR, "/settings/two-factor/confirm", "code", &[]).await;
    assert_eq!(world.count("two_factor WHERE confirmed_at IS NOT NULL").await, 0);
    submit(&client, TWO_FACTOR, "/settings/two-factor/abandon", &[]).await;
    let app = world.guard(noodle).await;
    for form in ["/settings/two-factor/off", "/settings/two-factor/recovery-codes"] {
        refuses(&client, form, form, "code", &[("password", PASSWORD)]).await;
        refuses(&client, form, form, "password", &[("code", &app.code())]).await;
    }
    log_in_with(&stranger, "noodle", PASSWORD).await;
    refuses(&stranger, "/login/code", "/login/code", "code", &[]).await;
    assert!(is_logged_in(&client).await && !is_logged_in(&stranger).await);
    assert_eq!(world.count("recovery_codes WHERE used_at IS NULL").await, 10);
    assert_eq!(submit(&stranger, &link, &link, &[("password", ANOTHER)]).await.header("Location"), Some("/login"));
}

#[tokio::test]
async fn an_operator_who_looks_for_nonsense_is_told_so() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    world.grant(noodle, Role::Operator).await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    world.guard(noodle).await;
    for paste in pastes() {
        let path = format!("/ops/audit?account={}", RawStr::new(&paste[..paste.len().min(3000)]).percent_encode());
        let page = get(&client, &path).await;
        assert!(page.status.code < 500 && page.html.contains("<title>Error: "), "{}", page.text());
    }
}
