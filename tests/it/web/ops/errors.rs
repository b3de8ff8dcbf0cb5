//! Errors by group, and what operators say about them.

use ratemyderp::accounts::Role;
use ratemyderp::queue::errors;
use rocket::http::Status;
use rocket::local::asynchronous::Client;

use super::overview::client_of;
use crate::support::World;
use crate::web::page::{Page, get, post};

/// A new error that rises, an old one with most jobs, one that is muted, and one of long ago.
pub const ERRORS: &str = "
    INSERT INTO error_groups (id, kind, normalised, sample, first_job, normaliser, first_seen_at) VALUES
        (7, 'make_thumbnails', 'no space left on <path>', 'no space left on /srv/1.jpg', 1, 1, now() - interval '3 days'),
        (-8, 'send_mail', '<n> greylisted', '450 greylisted', 2, 1, now() - interval '1 hour'),
        (9, 'send_mail', 'no route', 'no route', 3, 1, now() - interval '5 days'),
        (10, 'send_mail', 'long ago', 'long ago', 4, 1, now() - interval '80 days');
    INSERT INTO fang_tasks (metadata, kind, task_type, state, attempt, error_group, error_message, discarded_at)
    SELECT '{}', 'make_thumbnails', 'images', 'failed', 6, 7, 'no space left on /srv/' || n || '.jpg', CASE WHEN n > 12 THEN now() END
    FROM generate_series(1, 14) n;
    INSERT INTO fang_tasks (metadata, kind, task_type, state, attempt, error_group, error_message)
    SELECT '{}', 'send_mail', 'mail', 'failed', 20, e, 'it failed' FROM unnest(ARRAY[-8, -8, -8, 9]) e;
    INSERT INTO error_hours SELECT date_trunc('hour', now()) - n * interval '1 hour', 7, '1.4.1', 3,
        date_trunc('hour', now()) - n * interval '1 hour', date_trunc('hour', now()) - n * interval '1 hour'
    FROM generate_series(2, 60) n;
    INSERT INTO error_hits (error_group, version) SELECT -8, '1.4.2' FROM generate_series(1, 40);
    INSERT INTO error_group_notes (error_group, muted_at, muted_by, muted_reason)
    VALUES (9, now() - interval '1 day', 'anna', 'it is the network')";

async fn two() -> (World, Client, Client) {
    let world = World::new().await;
    let (noodle, biscuit) =
        (client_of(&world, "noodle", Role::Operator).await, client_of(&world, "biscuit", Role::Operator).await);
    sqlx::raw_sql("DELETE FROM fang_tasks").execute(&world.pool).await.unwrap();
    sqlx::raw_sql(ERRORS).execute(&world.pool).await.unwrap();
    (world, noodle, biscuit)
}

async fn send(client: &Client, path: &str, fields: &str) -> Page {
    let csrf = get(client, "/logout").await.csrf();
    post(client, path, &format!("csrf={csrf}&{fields}")).await
}

/// Where these texts stand on a page, in ascending order.
fn in_order(page: &Page, texts: &[&str]) -> bool {
    let places: Vec<_> = texts.iter().map(|text| page.text().find(text)).collect();
    places.iter().all(Option::is_some) && places.is_sorted()
}

#[rocket::async_test]
async fn errors_are_listed_in_three_orders_and_muted_ones_apart() {
    let (_world, noodle, _) = two().await;
    let page = get(&noodle, "/ops/errors").await;
    assert_eq!(page.status, Status::Ok);
    assert!(
        page.text().contains("2 errors; 15 jobs have failed with them for good. One more is muted."),
        "{}",
        page.text()
    );
    assert!(
        in_order(&page, &["greylisted", "no space left", "Nobody is alerted of these", "no route"]),
        "{}",
        page.text()
    );
    assert!(page.text().contains("12 failed, 2 put aside"), "{}", page.text());
    assert!(page.text().contains("by anna: it is the network"), "{}", page.text());
    assert!(!page.text().contains("long ago"));
    assert!(in_order(&get(&noodle, "/ops/errors?sort=most").await, &["no space left", "greylisted"]));
    let rising = get(&noodle, "/ops/errors?sort=rising").await;
    assert!(in_order(&rising, &["greylisted", "█ rising", "no space left"]), "{}", rising.text());
    let of_kind = get(&noodle, "/ops/errors?kind=make_thumbnails").await.text();
    assert!(of_kind.contains("no space left") && !of_kind.contains("greylisted"), "{of_kind}");
    let none = get(&noodle, "/ops/errors?kind=rank_photos").await.text();
    assert!(none.contains("No job of rank_photos failed with an error"), "{none}");
    for path in ["?sort=loudest", "?kind=make_coffee", "?page=0", "?page=x", "?colour=red"] {
        assert_eq!(get(&noodle, &format!("/ops/errors{path}")).await.status, Status::UnprocessableEntity, "{path}");
    }
}

#[rocket::async_test]
async fn a_group_tells_what_is_known_of_it_and_leads_to_its_jobs() {
    let (world, noodle, _) = two().await;
    let page = get(&noodle, "/ops/errors/7").await;
    for told in
        ["12 jobs failed with it for good, and 2 put aside", "no space left on /srv/1.jpg", "1.4.1", "The newest jobs"]
    {
        assert!(page.text().contains(told), "{told}: {}", page.text());
    }
    assert!(page.html.contains("href=\"/ops/jobs?error&#x3D;7\"") || page.html.contains("href=\"/ops/jobs?error=7\""));
    assert_eq!(get(&noodle, "/ops/errors/-8").await.status, Status::Ok);
    assert_eq!(get(&noodle, "/ops/errors/7/chart.svg").await.header("Content-Type"), Some("image/svg+xml"));
    assert!(get(&noodle, "/ops/errors/7/chart.csv").await.html.starts_with("time,failed"));
    for odd in ["404", "x", "7.txt", "99999999999999999999", "404/chart.svg"] {
        let gone = get(&noodle, &format!("/ops/errors/{odd}")).await;
        assert_eq!(gone.status, Status::NotFound, "{odd}");
        assert!(gone.text().contains("There is no error group"), "{}", gone.text());
    }
    // Retrying all of them, but what was put aside, is an operation like any other.
    let done = send(&noodle, "/ops/operations", "verb=retry&error=7&reason=there+is+space").await;
    let operation = done.header("Location").unwrap().to_owned();
    assert!(operation.starts_with("/ops/operations/"), "{operation}");
    assert!(get(&noodle, &operation).await.text().contains("12 jobs"));
    let refused = send(&noodle, "/ops/operations", "verb=discard&error=7&reason=").await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    drop(world);
}

#[rocket::async_test]
async fn a_note_and_a_mute_are_said_once_with_who_and_why() {
    let (world, noodle, biscuit) = two().await;
    for _ in 0..2 {
        let done = send(&noodle, "/ops/errors/7/note", "note=the+disk+of+bigbox&seen=0").await;
        assert_eq!(
            (done.status, done.header("Location")),
            (Status::SeeOther, Some("/ops/errors/7")),
            "{}",
            done.text()
        );
    }
    let late = send(&biscuit, "/ops/errors/7/note", "note=mine&seen=0").await;
    assert_eq!(late.status, Status::Conflict);
    assert!(
        late.text().contains("noodle wrote another note since you looked: “the disk of bigbox”"),
        "{}",
        late.text()
    );
    for _ in 0..2 {
        let done = send(&noodle, "/ops/errors/7/mute", "reason=a+new+disk+comes").await;
        assert_eq!(done.header("Location"), Some("/ops/errors/7"));
    }
    let late = send(&biscuit, "/ops/errors/7/mute", "reason=so+do+I").await;
    assert_eq!(late.status, Status::Conflict);
    assert!(late.text().contains("muted already, by noodle"), "{}", late.text());
    let shown = get(&biscuit, "/ops/errors/7").await.text();
    assert!(shown.contains("the disk of bigbox") && shown.contains("“a new disk comes”"), "{shown}");
    for _ in 0..2 {
        assert_eq!(send(&biscuit, "/ops/errors/7/unmute", "reason=it+came").await.status, Status::SeeOther);
    }
    let shown = get(&biscuit, "/ops/errors/7").await.text();
    assert!(shown.contains("then biscuit ended that: it came"), "{shown}");
    for (action, count) in [("noted", 1), ("muted", 1), ("unmuted", 1)] {
        let audit =
            format!("audit_log WHERE action = 'error group {action}' AND starts_with(detail, 'error group 7: ')");
        assert_eq!(world.count(&audit).await, count, "{action}");
    }
    for (path, fields, told) in [
        ("7/mute", "reason=", "Say why"),
        ("7/unmute", "reason=x", "Say why"),
        ("7/note", "note=a%00b&seen=0", "invisible"),
        ("7/note", "note=a&seen=x", "which note"),
    ] {
        let page = send(&noodle, &format!("/ops/errors/{path}"), fields).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{path}");
        assert!(page.text().contains(told), "{}", page.text());
    }
    let long = format!("note={}&seen=", "x".repeat(1001));
    assert!(send(&noodle, "/ops/errors/7/note", &long).await.text().contains("Shorten the note"));
    for path in ["404/mute", "x/note", "404/unmute"] {
        let page = send(&noodle, &format!("/ops/errors/{path}"), "reason=because&note=n").await;
        assert_eq!(page.status, Status::NotFound, "{path}");
    }
}

#[rocket::async_test]
async fn a_mute_ends_when_the_error_changes() {
    let (world, noodle, _) = two().await;
    for id in [7, -8] {
        assert_eq!(send(&noodle, &format!("/ops/errors/{id}/mute"), "reason=I+know").await.status, Status::SeeOther);
    }
    let mut conn = world.pool.acquire().await.unwrap();
    errors::compact(&mut conn).await.unwrap();
    assert_eq!(world.count("error_hits").await, 0);
    assert_eq!(world.count("error_hours WHERE error_group = -8 AND n = 40 AND version = '1.4.2'").await, 1);
    more(&world, 7, "1.4.1", 10).await;
    more(&world, -8, "1.4.2", 60).await;
    assert_eq!(errors::unmute_changed(&mut conn).await.unwrap(), Vec::<i64>::new(), "as before");
    more(&world, 7, "1.5.0", 1).await;
    assert_eq!(errors::unmute_changed(&mut conn).await.unwrap(), [7]);
    let text = get(&noodle, "/ops/errors/7").await.text();
    assert!(text.contains("then it changed: version 1.5.0 fails with it too"), "{text}");
    more(&world, -8, "1.4.2", 90).await;
    errors::compact(&mut conn).await.unwrap();
    assert_eq!(errors::unmute_changed(&mut conn).await.unwrap(), [-8]);
    let text = get(&noodle, "/ops/errors/-8").await.text();
    assert!(text.contains("it came 190 times within an hour, and at most 40 times before it was muted"), "{text}");
    // What nobody refers to goes, what somebody wrote about stays.
    errors::delete_old(&mut conn, 30).await.unwrap();
    assert_eq!(world.count("error_groups WHERE id = 10").await, 0);
    assert_eq!(world.count("error_groups").await, 3);
}

/// Attempts that fail with it now.
async fn more(world: &World, id: i64, version: &str, n: i32) {
    sqlx::query("INSERT INTO error_hits (error_group, version) SELECT $1, $2 FROM generate_series(1, $3)")
        .bind(id)
        .bind(version)
        .bind(n)
        .execute(&world.pool)
        .await
        .unwrap();
}
