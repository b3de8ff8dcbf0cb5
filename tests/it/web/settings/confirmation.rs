//! What is dear wants a fresh code where two-factor is on.

use rocket::http::Status;
use rocket::local::asynchronous::Client;

use crate::support::authenticator::Authenticator;
use crate::support::{PASSWORD, World};
use crate::web::page::{get, log_in, submit};

const ANOTHER: &str = "crooked lanterns hum at noon";

/// Forms that want more than a session, and what is right in them beside the code.
const FORMS: [(&str, &[(&str, &str)]); 4] = [
    ("/settings/email", &[("email", "new@example.com"), ("password", PASSWORD)]),
    ("/settings/export", &[("password", PASSWORD)]),
    ("/settings/password", &[("current", PASSWORD), ("password", ANOTHER)]),
    ("/settings/delete", &[("password", ANOTHER)]),
];

async fn come_in(world: &World) -> (Client, Authenticator) {
    let noodle = world.member("noodle").await;
    let app = world.guard(noodle).await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    submit(&client, "/login/code", "/login/code", &[("code", &app.recovery[0])]).await;
    (client, app)
}

fn with<'a>(fields: &[(&'a str, &'a str)], code: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().copied().chain([("code", code)]).collect()
}

#[rocket::async_test]
async fn without_a_right_code_nothing_dear_is_done() {
    let world = World::new().await;
    let (client, _) = come_in(&world).await;
    for (path, fields) in &FORMS[..3] {
        assert!(get(&client, path).await.html.contains("autocomplete=\"one-time-code\""), "{path}");
        for (code, why) in [("", "Enter the code that your app shows."), ("000000", "This code is wrong.")] {
            let page = submit(&client, path, path, &with(fields, code)).await;
            assert_eq!(page.status, Status::UnprocessableEntity, "{path} {code}");
            assert!(page.text().contains(why), "{path}: {}", page.text());
        }
        // A form of before two-factor was switched on, or one that leaves the field out.
        assert_eq!(submit(&client, path, path, fields).await.status, Status::UnprocessableEntity, "{path}");
    }
    let page = submit(&client, "/settings/delete", "/settings/delete", &[("password", PASSWORD)]).await;
    assert_eq!(page.status, Status::UnprocessableEntity);
    assert_eq!(world.count("accounts WHERE deletion_due_at IS NOT NULL OR password_changed_at IS NOT NULL").await, 0);
    assert_eq!(world.count("mails WHERE notification->>'kind' = 'change_email'").await, 0);
}

#[rocket::async_test]
async fn with_a_fresh_code_each_is_done_and_no_code_does_for_two() {
    let world = World::new().await;
    let (client, app) = come_in(&world).await;
    for ((path, fields), code) in FORMS.iter().zip(&app.recovery[1..]) {
        let status = if *path == "/settings/export" { Status::Ok } else { Status::SeeOther };
        let page = submit(&client, path, path, &with(fields, code)).await;
        assert_eq!(page.status, status, "{path}: {}", page.text());
        if status == Status::Ok {
            assert_eq!(page.header("Content-Type"), Some("application/json"));
            let again = submit(&client, path, path, &with(fields, code)).await;
            assert!(again.text().contains("This code was used already."), "{}", again.text());
        }
    }
    assert_eq!(world.count("accounts WHERE deletion_due_at IS NOT NULL").await, 1);
}

#[rocket::async_test]
async fn of_a_doubled_click_for_another_address_the_second_says_that_the_mail_is_sent() {
    let world = World::new().await;
    let (client, app) = come_in(&world).await;
    let fields = with(FORMS[0].1, &app.recovery[1]);
    for _ in 0..2 {
        let page = submit(&client, "/settings/email", "/settings/email", &fields).await;
        assert_eq!((page.status, page.header("Location")), (Status::SeeOther, Some("/settings")));
    }
    assert_eq!(world.count("mails WHERE notification->>'address' = 'new@example.com'").await, 1);
}
