//! Deleting an account: planned, taken back, carried out.

use ratemyderp::queue::Job;
use rocket::http::Status;
use rocket::local::asynchronous::Client;

use crate::mail::sent;
use crate::support::{PASSWORD, World};
use crate::web::members::{ANOTHER, assert_wrong, is_logged_in, join, log_in_with, press};
use crate::web::page::{Page, get, log_in, rate, submit};

const FORM: &str = "/settings/delete";

async fn leave(client: &Client, password: &str) -> Page {
    submit(client, FORM, FORM, &[("password", password)]).await
}

/// The grace of everybody who wants to leave is over, and the hourly job comes by.
async fn time_passes(world: &World) {
    sqlx::query("UPDATE accounts SET deletion_due_at = now() WHERE deletion_due_at IS NOT NULL")
        .execute(&world.pool)
        .await
        .unwrap();
    world.enqueue(Job::DeleteAccounts).await;
    world.drain().await;
}

/// A photo of theirs, which stands in the deck.
async fn photo_of(world: &World, owner: i64, title: &str) -> i64 {
    let photo = world.photo(title).await;
    sqlx::query("UPDATE submissions SET owner = $2 WHERE id = $1")
        .bind(photo)
        .bind(owner)
        .execute(&world.pool)
        .await
        .unwrap();
    photo
}

#[tokio::test]
async fn whoever_wants_to_leave_is_logged_out_everywhere_and_can_come_back() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let photo = photo_of(&world, noodle, "Myself").await;
    world.drain().await;
    let (client, phone) = (world.client().await, world.client().await);
    for browser in [&client, &phone] {
        log_in(browser, "noodle").await;
    }
    world.drain().await;
    for password in ["", "wrong", &"x".repeat(10_000), &"猫".repeat(10_000)] {
        assert_wrong(&leave(&client, password).await, "password", "This is not your password.");
    }
    assert!(is_logged_in(&phone).await);
    assert_eq!(leave(&client, PASSWORD).await.header("Location"), Some("/"));
    assert!(get(&client, "/").await.text().contains("Log in again if you change your mind."));
    assert!(!is_logged_in(&client).await && !is_logged_in(&phone).await);
    let mails = sent(&world).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].header("To"), "noodle@example.com");

    log_in(&phone, "noodle").await;
    assert!(get(&phone, "/leaderboard").await.text().contains("Your account will be deleted on "), "on every page");
    let (own, planned) = (get(&phone, "/u/noodle").await.text(), get(&phone, FORM).await.text());
    assert!(own.contains("Only you can see this profile: your account will be deleted. Keep it"), "{own}");
    assert!(planned.contains("Until then nobody else sees your profile, and your photos stay on show."), "{planned}");
    let stranger = world.client().await;
    assert_eq!(get(&stranger, "/u/noodle").await.status, Status::NotFound);
    let page = get(&stranger, &format!("/submissions/{photo}")).await;
    assert!(page.text().contains("sent in by noodle") && !page.html.contains("/u/noodle"), "{}", page.text());
    assert_eq!(rate(&stranger, &page, "7").await.status, Status::SeeOther, "as the page says");
    let kept = submit(&phone, FORM, "/settings/delete/cancel", &[]).await;
    assert_eq!(kept.header("Location"), Some("/settings"));
    assert_eq!(get(&stranger, "/u/noodle").await.status, Status::Ok);
    assert!(get(&phone, "/settings").await.text().contains("Your account stays. We are glad."));
    time_passes(&world).await;
    assert!(is_logged_in(&phone).await);
    assert_eq!(world.count("accounts WHERE deleted_at IS NOT NULL").await, 0);
}

#[tokio::test]
async fn after_the_grace_the_person_and_their_photos_are_gone_and_their_ratings_have_no_name() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    let others = world.photo("Marmalade").await;
    let own = photo_of(&world, noodle, "Myself").await;
    let hidden = photo_of(&world, noodle, "Myself at night").await;
    world.hide(hidden).await;
    world.drain().await;
    let stranger = world.client().await;
    let page = get(&stranger, &format!("/submissions/{own}")).await;
    rate(&stranger, &page, "9").await;

    let client = world.client().await;
    let page = get(&client, &format!("/submissions/{others}")).await;
    rate(&client, &page, "4").await;
    log_in(&client, "noodle").await;
    let app = world.guard(noodle).await;
    submit(&client, "/password/forgot", "/password/forgot", &[("email", "noodle@example.com")]).await;
    world.drain().await;
    submit(&client, FORM, FORM, &[("password", PASSWORD), ("code", &app.code())]).await;
    time_passes(&world).await;

    let (name, shown): (String, String) = sqlx::query_as("SELECT username, display_name FROM accounts WHERE id = $1")
        .bind(noodle)
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!((name, shown.as_str()), (format!("deleted-{noodle}"), "Somebody who left"));
    let bare = "email IS NULL AND password_hash IS NULL AND about = '' AND deleted_at IS NOT NULL AND deletion_due_at IS NULL AND logged_in_at IS NULL";
    assert_eq!(world.count(&format!("accounts WHERE {bare}")).await, 1);
    for table in ["sessions", "tokens", "settings", "two_factor", "recovery_codes"] {
        assert_eq!(
            world.count(&format!("{table} t, accounts a WHERE t.account = a.id AND a.id = {noodle}")).await,
            0,
            "{table}"
        );
    }
    for photo in [own, hidden] {
        let page = get(&world.client().await, &format!("/submissions/{photo}")).await;
        assert!(matches!(page.status.code, 404 | 410), "{}", page.text());
        assert!(!page.text().contains("Myself"));
    }
    assert_eq!(world.count("submissions WHERE moderation = 'removed' AND title = 'Deleted'").await, 2);
    assert_eq!(world.count("discarded_blobs").await, 0, "its pictures went by their job");
    assert_eq!(world.count("raters WHERE account IS NOT NULL").await, 0);
    assert_eq!(world.ratings().await, 1, "what they gave stays, what they got is gone");
    let page = get(&world.client().await, &format!("/submissions/{others}?statistics=1")).await;
    assert!(page.text().contains("Average 4.0"), "{}", page.text());
    world.whole().await;
    // Once more is no harm.
    time_passes(&world).await;
    world.whole().await;
}

#[tokio::test]
async fn name_and_address_are_free_for_others_and_lead_to_nobody_before() {
    let world = World::new().await;
    world.member("noodle").await;
    let client = world.client().await;
    log_in(&client, "noodle").await;
    leave(&client, PASSWORD).await;
    time_passes(&world).await;
    for who in ["noodle", "noodle@example.com"] {
        let known = log_in(&world.client().await, who).await;
        assert_wrong(&known, "who", "The name or the password is wrong.");
    }
    let stranger = world.client().await;
    let (profile, nobodys) = (get(&stranger, "/u/noodle").await, get(&stranger, "/u/nobody-at-all").await);
    assert_eq!((profile.status, profile.text()), (nobodys.status, nobodys.text()));
    assert_eq!(join(&client, &[]).await.status, Status::SeeOther);
    let link = crate::web::members::mailed(&world, "noodle@example.com", "/verify/").await;
    assert_eq!(press(&client, &link).await.status, Status::Ok, "the address too");
    assert_eq!(log_in_with(&world.client().await, "noodle@example.com", ANOTHER).await.status, Status::SeeOther);
}

#[tokio::test]
async fn whoever_comes_back_at_the_last_moment_is_either_gone_or_there() {
    let world = World::new().await;
    let mut browsers = vec![];
    for number in 0..4 {
        let name = format!("noodle{number}");
        let id = world.member(&name).await;
        photo_of(&world, id, &format!("Photo {number}")).await;
        let client = world.client().await;
        log_in(&client, &name).await;
        leave(&client, PASSWORD).await;
        log_in(&client, &name).await;
        let csrf = get(&client, FORM).await.csrf();
        browsers.push((client, csrf));
    }
    world.drain().await;
    let back = async {
        for (client, csrf) in &browsers {
            crate::web::page::post(client, "/settings/delete/cancel", &format!("csrf={csrf}")).await;
        }
    };
    tokio::join!(back, time_passes(&world));
    world.drain().await;
    let half =
        "(deleted_at IS NULL) <> EXISTS (SELECT FROM submissions s WHERE s.owner = a.id AND s.moderation = 'visible')
        OR deletion_due_at IS NOT NULL";
    assert_eq!(world.count(&format!("accounts a WHERE username <> 'house' AND ({half})")).await, 0);
    world.whole().await;
}
