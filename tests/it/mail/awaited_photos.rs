//! The mail to members who have seen every photo and wait for more.

use ratemyderp::mail::Notification;
use ratemyderp::queue::Job;
use ratemyderp::ratings::awaited_photos;
use ratemyderp::ratings::deck::Class;
use ratemyderp::submissions::removal;
use rocket::http::Status;
use sqlx::PgPool;

use super::{Received, drain, member, only, owe, reasons, sent};
use crate::support::{World, someone};
use crate::web::page::post;

/// A member who has rated the one photo that there is and waits for more.
async fn world() -> (World, i64) {
    let world = World::new().await;
    let first = world.photo("Marmalade").await;
    let account = waiting(&world, 1, Class::All).await;
    world.rate(someone(1), first, 7).await;
    (world, account)
}

/// Another member who waits. Their rater has this number.
async fn waiting(world: &World, number: u128, class: Class) -> i64 {
    let account = member(world, &format!("noodle{number}"), &format!("noodle{number}@example.com"), true).await;
    sqlx::query("INSERT INTO raters (id, account, lap_start, lap_end) VALUES ($1, $2, 1, (SELECT size FROM deck))")
        .bind(someone(number).0)
        .bind(account)
        .execute(&world.pool)
        .await
        .unwrap();
    ask(world, account, class).await;
    account
}

async fn ask(world: &World, account: i64, class: Class) {
    let mut tx = world.pool.begin().await.unwrap();
    assert!(awaited_photos::ask(&mut tx, account, class).await.unwrap());
    tx.commit().await.unwrap();
}

async fn photos(world: &World, count: i64) -> Vec<i64> {
    let mut photos = vec![];
    for number in 1..=count {
        photos.push(world.photo(&format!("Photo {number}")).await);
    }
    photos
}

/// What is sent when it is time to look.
async fn told(world: &World) -> Vec<Received> {
    world.enqueue(Job::TellOfPhotos).await;
    sent(world).await
}

async fn a_day_passes(pool: &PgPool) {
    sqlx::query("UPDATE awaited_photos SET asked_at = asked_at - interval '24 hours'").execute(pool).await.unwrap();
}

#[tokio::test]
async fn whoever_waits_is_told_of_five_photos_and_only_once() {
    let (world, account) = world().await;
    assert_eq!(told(&world).await.len(), 0, "there is nothing new");
    photos(&world, 4).await;
    assert_eq!(told(&world).await.len(), 0, "four are few, and no day has passed");
    photos(&world, 1).await;
    world.enqueue(Job::TellOfPhotos).await;
    let mail = only(&world).await;
    assert_eq!(mail.header("To"), "noodle1@example.com");
    assert_eq!(mail.header("Subject"), "There are more derps for you to rate");
    let words = "you had seen every photo and asked us to tell you when there are\nmore. 5 photos or more wait for you now:\n\nhttp://127.0.0.1:8000/\n";
    assert!(mail.text.contains(words), "{}", mail.text);
    assert!(mail.html.contains("more. 5 photos or more wait for you now:</p>"), "{}", mail.html);
    assert!(mail.html.contains("<a href=\"http://127.0.0.1:8000/\">Rate them</a>"), "{}", mail.html);
    photos(&world, 9).await;
    assert_eq!(told(&world).await.len(), 0, "once");
    assert_eq!(world.count("awaited_photos").await, 0);
    ask(&world, account, Class::All).await;
    assert_eq!(
        told(&world).await.len(),
        1,
        "whoever asks again is told again: the photos are still behind those that they were dealt"
    );
    world.whole().await;
}

#[tokio::test]
async fn after_a_day_one_photo_is_enough() {
    let (world, _) = world().await;
    a_day_passes(&world.pool).await;
    assert_eq!(told(&world).await.len(), 0);
    photos(&world, 1).await;
    world.enqueue(Job::TellOfPhotos).await;
    let mail = only(&world).await;
    assert!(mail.text.contains("more. 1 photo waits for you now:"), "{}", mail.text);
}

#[tokio::test]
async fn what_is_hidden_their_own_rated_or_reported_is_nothing_to_tell_of() {
    let (world, account) = world().await;
    a_day_passes(&world.pool).await;
    let new = photos(&world, 5).await;
    world.hide(new[0]).await;
    sqlx::query("UPDATE submissions SET owner = $1 WHERE id = $2")
        .bind(account)
        .bind(new[1])
        .execute(&world.pool)
        .await
        .unwrap();
    world.rate(someone(1), new[2], 3).await;
    sqlx::query("INSERT INTO reports (rater, submission, reason) VALUES ($1, $2, 'other')")
        .bind(someone(1).0)
        .bind(new[3])
        .execute(&world.pool)
        .await
        .unwrap();
    let mut tx = world.pool.begin().await.unwrap();
    removal::remove(&mut tx, new[4]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(told(&world).await.len(), 0);
    let place: i64 = sqlx::query_scalar("SELECT place FROM awaited_photos").fetch_one(&world.pool).await.unwrap();
    assert_eq!(place, 6, "nobody looks there again");
    world.unhide(new[0]).await;
    assert_eq!(told(&world).await.len(), 1, "it has another place now");
}

#[tokio::test]
async fn more_than_one_look_can_hold_is_looked_at_in_turn() {
    let (world, _) = world().await;
    a_day_passes(&world.pool).await;
    for photo in photos(&world, 70).await {
        world.rate(someone(1), photo, 5).await;
    }
    photos(&world, 1).await;
    assert_eq!(told(&world).await.len(), 0);
    assert_eq!(told(&world).await.len(), 1);
}

#[tokio::test]
async fn who_wants_described_photos_is_told_of_those_alone() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    let account = waiting(&world, 1, Class::Described).await;
    sqlx::query("UPDATE settings SET described_only = true WHERE account = $1")
        .bind(account)
        .execute(&world.pool)
        .await
        .unwrap();
    a_day_passes(&world.pool).await;
    let silent = world.pending("Silent").await;
    sqlx::query("UPDATE submissions SET alt_text = '' WHERE id = $1").bind(silent).execute(&world.pool).await.unwrap();
    world.publish(silent, uuid::Uuid::new_v4(), &[160]).await;
    assert_eq!(told(&world).await.len(), 0);
    world.describe(silent, "A dog that fell off a chair").await;
    world.enqueue(Job::TellOfPhotos).await;
    assert!(only(&world).await.text.contains("you had seen every photo that is described in words"));
}

#[tokio::test]
async fn nobody_is_told_who_is_suspended_leaving_or_without_an_address() {
    for (change, back) in [
        ("suspended_at = now(), suspension = 'No.'", "suspended_at = NULL, suspension = NULL"),
        ("deletion_due_at = now() + interval '9 days'", "deletion_due_at = NULL"),
        ("email_verified_at = NULL", "email_verified_at = now()"),
    ] {
        let (world, account) = world().await;
        let set = async |to: &str| {
            sqlx::query(&format!("UPDATE accounts SET {to} WHERE id = $1"))
                .bind(account)
                .execute(&world.pool)
                .await
                .unwrap();
        };
        photos(&world, 5).await;
        set(change).await;
        assert_eq!(told(&world).await.len(), 0, "{change}");
        assert_eq!(world.count("mails").await, 0, "{change}");
        set(back).await;
        assert_eq!(told(&world).await.len(), 1, "{back}: they still wait");
    }
}

#[tokio::test]
async fn what_has_changed_before_the_mail_leaves_is_minded() {
    for (sql, reason) in [
        ("UPDATE accounts SET deletion_due_at = now() + interval '9 days' WHERE id = $1", "the member is leaving"),
        (
            "UPDATE accounts SET suspended_at = now(), suspension = 'No.' WHERE id = $1",
            "the account does not want such mails",
        ),
        ("UPDATE submissions SET owner = $1", "there is nothing left for them to rate"),
    ] {
        let (world, account) = world().await;
        photos(&world, 5).await;
        let mut tx = world.pool.begin().await.unwrap();
        awaited_photos::stop(&mut tx, account).await.unwrap();
        tx.commit().await.unwrap();
        owe(&world, Notification::AwaitedPhotos { account, behind: 1, described: false }).await;
        sqlx::query(sql).bind(account).execute(&world.pool).await.unwrap();
        assert_eq!(sent(&world).await.len(), 0, "{sql}");
        assert_eq!(reasons(&world.pool).await, [reason]);
    }
}

#[tokio::test]
async fn a_worker_that_dies_in_between_loses_nobody_and_tells_nobody_twice() {
    let (world, _) = world().await;
    let second = waiting(&world, 2, Class::All).await;
    photos(&world, 5).await;
    let mut held = world.pool.begin().await.unwrap();
    sqlx::query("SELECT FROM awaited_photos WHERE account = $1 FOR UPDATE")
        .bind(second)
        .execute(&mut *held)
        .await
        .unwrap();
    world.enqueue(Job::TellOfPhotos).await;
    let mailer = world.mailer();
    let (died, ()) = tokio::join!(drain(&world, &mailer), async {
        world.until_blocked(1).await;
        // It has owed the first one a mail and removed them, and is killed before the second.
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .execute(&world.pool)
        .await
        .unwrap();
    });
    assert!(died.is_err(), "{died:?}");
    held.rollback().await.unwrap();
    assert_eq!((world.count("awaited_photos").await, world.count("mails").await), (2, 0));
    sqlx::query("UPDATE fang_tasks SET scheduled_at = now()").execute(&world.pool).await.unwrap();
    let mut told = told(&world).await.iter().map(|mail| mail.header("To")).collect::<Vec<_>>();
    told.sort();
    assert_eq!(told, ["noodle1@example.com", "noodle2@example.com"]);
}

#[tokio::test]
async fn two_workers_at_once_tell_everybody_once() {
    let (world, first) = world().await;
    waiting(&world, 2, Class::All).await;
    photos(&world, 5).await;
    let mut held = world.pool.begin().await.unwrap();
    sqlx::query("SELECT FROM awaited_photos WHERE account = $1 FOR UPDATE")
        .bind(first)
        .execute(&mut *held)
        .await
        .unwrap();
    let mailer = world.mailer();
    world.enqueue(Job::TellOfPhotos).await;
    let (one, other, ()) = tokio::join!(
        drain(&world, &mailer),
        async {
            world.until_blocked(1).await;
            world.enqueue(Job::TellOfPhotos).await;
            drain(&world, &mailer).await
        },
        async {
            world.until_blocked(2).await;
            held.rollback().await.unwrap();
        }
    );
    one.unwrap();
    other.unwrap();
    drain(&world, &mailer).await.unwrap();
    assert_eq!(mailer.sent().await.len(), 2);
    assert_eq!((world.count("awaited_photos").await, world.count("mails").await), (0, 2));
}

#[tokio::test]
async fn one_click_in_a_mail_program_ends_waiting_again() {
    let (world, account) = world().await;
    let other = waiting(&world, 2, Class::All).await;
    photos(&world, 5).await;
    let mails = told(&world).await;
    let mail = mails.iter().find(|mail| mail.header("To") == "noodle1@example.com").unwrap();
    assert_eq!(mail.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let link = mail.header("List-Unsubscribe");
    let path = link.trim_matches(['<', '>']).trim_start_matches("http://127.0.0.1:8000").to_owned();
    assert!(mail.text.contains(&path) && mail.html.contains(&path), "people see the link too");
    ask(&world, account, Class::All).await;
    ask(&world, other, Class::All).await;
    let client = world.client().await;
    for _ in 0..2 {
        assert_eq!(post(&client, &path, "List-Unsubscribe=One-Click").await.status, Status::Ok);
    }
    let waits: Vec<i64> =
        sqlx::query_scalar("SELECT account FROM awaited_photos").fetch_all(&world.pool).await.unwrap();
    assert_eq!(waits, [other], "and nobody else's");
    assert_eq!(world.count("settings WHERE mail_photos AND mail_digest").await, 2, "other mails go on");
}
