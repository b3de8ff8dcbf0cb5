//! The weekly mail.

use chrono::{DateTime, Days, Utc};
use ratemyderp::queue::{self, Job};
use ratemyderp::ratings::weekly_digest;

use super::optional::{photo, publish};
use super::{member, sent};
use crate::support::{World, someone};

#[tokio::test]
async fn once_a_week_an_owner_hears_how_their_photos_did() {
    let world = World::new().await;
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let (marmalade, noodle, quiet) = (
        published(&world, account, "Marmalade & Söhne").await,
        published(&world, account, "Noodle").await,
        published(&world, account, "Nobody saw this").await,
    );
    for (rater, photo, score) in
        [(1, marmalade, 7), (2, marmalade, 8), (3, marmalade, 8), (1, noodle, 3), (4, quiet, 9)]
    {
        world.rate(someone(rater), photo, score).await;
    }
    let last_week = in_last_week(&world).await;
    rated_at(&world, last_week).await;
    sqlx::query("UPDATE ratings SET created_at = $1 WHERE rater = $2")
        .bind(last_week - Days::new(7))
        .bind(someone(4).0)
        .execute(&world.pool)
        .await
        .unwrap();
    enqueue(&world, Job::RankPhotos).await;
    assert_eq!(sent(&world).await.len(), 0);
    enqueue(&world, Job::QueueDigests).await;

    let mails = sent(&world).await;
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert!(mail.header("Subject").ends_with(": 4 ratings"), "{}", mail.header("Subject"));
    assert!(mail.text.contains("Marmalade & Söhne: 3 ratings, 7.7 on average, now at rank "), "{}", mail.text);
    assert!(mail.text.contains(" of 3\nhttp://127.0.0.1:8000/submissions/"));
    assert!(mail.text.contains("Noodle: 1 rating, 3.0 on average"));
    assert!(!mail.text.contains("Nobody saw this"));
    assert!(mail.html.contains("<bdi>Marmalade &amp; Söhne</bdi>"));
    assert!(mail.header("List-Unsubscribe").contains("/unsubscribe/digest-"));

    enqueue(&world, Job::QueueDigests).await;
    assert_eq!(sent(&world).await.len(), 0, "a week is told once");
}

#[tokio::test]
async fn who_did_not_ask_or_has_nothing_to_hear_gets_none() {
    let world = World::new().await;
    let unproven = member(&world, "unproven", "unproven@example.com", false).await;
    let quiet = member(&world, "quiet", "quiet@example.com", true).await;
    sqlx::query("UPDATE settings SET mail_digest = false WHERE account = $1")
        .bind(quiet)
        .execute(&world.pool)
        .await
        .unwrap();
    let unrated = member(&world, "unrated", "unrated@example.com", true).await;
    for owner in [unproven, quiet, world.house] {
        let photo = published(&world, owner, "Marmalade").await;
        world.rate(someone(1), photo, 7).await;
    }
    published(&world, unrated, "Noodle").await;
    let hidden = published(&world, unrated, "Taken away").await;
    world.rate(someone(1), hidden, 7).await;
    rated_at(&world, in_last_week(&world).await).await;
    world.hide(hidden).await;
    enqueue(&world, Job::QueueDigests).await;
    assert_eq!(sent(&world).await.len(), 0);
}

#[tokio::test]
async fn many_photos_make_no_endless_mail() {
    let world = World::new().await;
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    for number in 1..=23 {
        let photo = published(&world, account, &format!("Photo {number}")).await;
        world.rate(someone(1), photo, 7).await;
    }
    rated_at(&world, in_last_week(&world).await).await;
    enqueue(&world, Job::QueueDigests).await;
    let mail = &sent(&world).await[0];
    assert_eq!(mail.text.matches("/submissions/").count(), 20);
    assert!(mail.text.contains("And 3 more photos were rated."));
}

async fn published(world: &World, owner: i64, title: &str) -> i64 {
    let photo = photo(world, owner, title).await;
    publish(world, photo).await;
    // What was owed for that is another test's.
    sqlx::query("DELETE FROM fang_tasks WHERE kind = 'send_mail'").execute(&world.pool).await.unwrap();
    photo
}

/// Some time in the week that is over.
async fn in_last_week(world: &World) -> DateTime<Utc> {
    let monday = weekly_digest::last(&mut world.pool.acquire().await.unwrap()).await.unwrap();
    monday.and_hms_opt(23, 59, 59).unwrap().and_utc() + Days::new(6)
}

async fn rated_at(world: &World, at: DateTime<Utc>) {
    sqlx::query("UPDATE ratings SET created_at = $1").bind(at).execute(&world.pool).await.unwrap();
}

async fn enqueue(world: &World, job: Job) {
    let mut tx = world.pool.begin().await.unwrap();
    queue::enqueue(&mut tx, job).await.unwrap();
    tx.commit().await.unwrap();
}
