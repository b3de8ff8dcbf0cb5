//! A session that ended in one web process is over in all of them, at once.

use rocket::http::{Cookie, Status};
use rocket::local::asynchronous::Client;

use crate::support::{PASSWORD, World};
use crate::web::members::{ANOTHER, is_logged_in};
use crate::web::page::{get, log_in, post, post_partial, submit};

/// Is a browser with these cookies logged in, as this process sees it?
async fn knows(process: &Client, cookies: &[Cookie<'static>]) -> bool {
    process.get("/settings").cookies(cookies.iter().cloned()).dispatch().await.status() == Status::Ok
}

#[tokio::test]
async fn a_session_that_ends_ends_in_every_process() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let other = world.client().await;
    for round in 0..4 {
        let client = world.client().await;
        assert_eq!(log_in(&client, "noodle").await.status, Status::SeeOther);
        let cookies: Vec<Cookie<'static>> = client.cookies().iter().cloned().collect();
        assert!(is_logged_in(&client).await && knows(&other, &cookies).await);
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
        assert!(!is_logged_in(&client).await && !knows(&other, &cookies).await, "round {round}");
        assert!(!knows(&world.client().await, &cookies).await, "nor to one that has just started");
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

#[tokio::test]
async fn a_vote_after_the_session_has_ended_is_a_strangers_until_they_log_in_again() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    world.photo("Noodle").await;
    let noodle = world.member("noodle").await;
    for partial in [true, false] {
        let client = world.client().await;
        log_in(&client, "noodle").await;
        let page = get(&client, "/").await;
        let photo = page.photo().unwrap();
        sqlx::query("DELETE FROM sessions").execute(&world.pool).await.unwrap();
        let (path, body) = (format!("/submissions/{photo}/rating"), format!("csrf={}&score=7", page.csrf()));
        if partial {
            let card = post_partial(&client, &path, &body).await;
            assert!(card.status == Status::Ok && card.text().contains("You rated"), "{}", card.text());
        } else {
            assert_eq!(post(&client, &path, &body).await.status, Status::SeeOther);
        }
        assert_eq!(world.count("ratings").await, if partial { 1 } else { 2 }, "nothing is lost");
        let theirs =
            format!("ratings r JOIN raters p ON p.id = r.rater WHERE p.account = {noodle} AND r.submission = {photo}");
        assert_eq!(world.count(&theirs).await, 0, "whoever that was");
        assert!(get(&client, "/leaderboard").await.text().contains("You are not logged in here any more."));
        assert!(!get(&client, "/leaderboard").await.text().contains("any more"), "once");
        log_in(&client, "noodle").await;
        assert_eq!(world.count(&theirs).await, 1, "comes along");
    }
    world.whole().await;
}
