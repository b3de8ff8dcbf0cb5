//! A session that ended in one web process is over in all of them, at once.

use rocket::http::{Cookie, Status};
use rocket::local::asynchronous::Client;

use super::{ANOTHER, is_logged_in};
use crate::support::{PASSWORD, World};
use crate::web::page::{get, log_in, post, post_partial, submit};

/// The same browser, served by another process.
async fn elsewhere(world: &World, client: &Client) -> Client {
    let other = world.client().await;
    for cookie in client.cookies().iter() {
        other.cookies().add(Cookie::new(cookie.name().to_owned(), cookie.value().to_owned()));
    }
    other
}

#[tokio::test]
async fn a_session_that_ends_ends_in_every_process() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    for round in 0..4 {
        let client = world.client().await;
        assert_eq!(log_in(&client, "noodle").await.status, Status::SeeOther);
        let other = elsewhere(&world, &client).await;
        assert!(is_logged_in(&client).await && is_logged_in(&other).await);
        match round {
            0 => drop(sqlx::query("DELETE FROM sessions").execute(&world.pool).await.unwrap()),
            1 => drop(submit(&client, "/logout", "/logout", &[]).await),
            2 => drop(sqlx::query("UPDATE sessions SET expires_at = now()").execute(&world.pool).await.unwrap()),
            _ => {
                let third = world.client().await;
                log_in(&third, "noodle").await;
                let fields = [("current", PASSWORD), ("password", ANOTHER)];
                let changed = submit(&third, "/settings/password", "/settings/password", &fields).await;
                assert_eq!(changed.status, Status::SeeOther);
                assert!(is_logged_in(&third).await);
            }
        }
        assert!(!is_logged_in(&client).await && !is_logged_in(&other).await, "round {round}");
    }
    assert_eq!(world.count(&format!("sessions WHERE account = {noodle} AND expires_at > now()")).await, 1);
}

#[tokio::test]
async fn a_page_for_members_leads_to_the_form_by_whichever_way_it_was_asked_for() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    let csrf = get(&client, "/settings/mails").await.csrf();
    sqlx::query("DELETE FROM sessions").execute(&world.pool).await.unwrap();
    let body = format!("csrf={csrf}&digest=yes");
    let partial = post_partial(&client, "/settings/mails", &body).await;
    assert_eq!((partial.status, partial.header("HX-Redirect")), (Status::Ok, Some("/login?next=%2F")));
    assert_eq!(partial.html, "", "nothing for the fragment's place");
    let whole = post(&client, "/settings/mails", &body).await;
    assert_eq!((whole.status, whole.header("Location")), (Status::SeeOther, Some("/login?next=%2F")));
    assert_eq!(world.count("settings WHERE mail_digest").await, 0);
}
