//! Mails that a member can do without, and how they end.

use ratemyderp::mail::Notification;
use ratemyderp::mail::unsubscribe::{OptionalMail, Subscription, UnsubscribeKey};
use rocket::http::Status;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Received, member, owe, sent};
use crate::support::World;
use crate::web::page::{get, post};

#[tokio::test]
async fn the_owner_of_a_photo_hears_that_it_is_ready() {
    let world = World::new().await;
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let photo = photo(&world, account, "Käthe & Co").await;
    publish(&world, photo).await;
    let again = Notification::PhotoReady { submission: photo };
    owe(&world, again).await;
    let mails = sent(&world).await;
    assert_eq!(mails.len(), 1, "one event, one mail");
    assert_eq!(mails[0].header("Subject"), "Käthe & Co is ready to be rated");
    assert_eq!(mails[0].link("http://127.0.0.1:8000/submissions/"), photo.to_string());
    assert!(mails[0].html.contains("<bdi>Käthe &amp; Co</bdi>"));
}

#[tokio::test]
async fn the_owner_of_a_photo_hears_why_it_cannot_be_used() {
    let world = World::new().await;
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let photo = photo(&world, account, "Marmalade").await;
    fail(&world, photo, "This file is not a photo.").await;
    let mails = sent(&world).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].header("Subject"), "Marmalade did not work out");
    assert!(mails[0].text.contains("\nThis file is not a photo.\n"));
}

#[tokio::test]
async fn who_wants_no_mail_or_reads_none_gets_none() {
    let world = World::new().await;
    let unproven = member(&world, "unproven", "unproven@example.com", false).await;
    let quiet = member(&world, "quiet", "quiet@example.com", true).await;
    sqlx::query("UPDATE settings SET mail_photos = false WHERE account = $1")
        .bind(quiet)
        .execute(&world.pool)
        .await
        .unwrap();
    for owner in [world.house, unproven, quiet] {
        publish(&world, photo(&world, owner, "Marmalade").await).await;
        fail(&world, photo(&world, owner, "Noodle").await, "No.").await;
    }
    let owed: i64 = sqlx::query_scalar("SELECT count(*) FROM mails").fetch_one(&world.pool).await.unwrap();
    assert_eq!(owed, 0);
}

#[tokio::test]
async fn who_changes_their_mind_in_time_gets_none() {
    let world = World::new().await;
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    publish(&world, photo(&world, account, "Marmalade").await).await;
    sqlx::query("UPDATE settings SET mail_photos = false").execute(&world.pool).await.unwrap();
    assert_eq!(sent(&world).await.len(), 0);
}

#[tokio::test]
async fn one_click_in_a_mail_program_ends_such_mails() {
    let world = World::new().await;
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let other = member(&world, "other", "other@example.com", true).await;
    publish(&world, photo(&world, account, "Marmalade").await).await;
    let mail = &sent(&world).await[0];
    assert_eq!(mail.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let path = path(mail);
    assert!(mail.text.contains(&path) && mail.html.contains(&path), "people see the link too");
    assert!(mail.header("List-Unsubscribe").starts_with("<http://127.0.0.1:8000/unsubscribe/"));

    // Mail programs keep no cookies and send no token.
    let client = world.client().await;
    let answer = post(&client, &path, "List-Unsubscribe=One-Click").await;
    assert_eq!(answer.status, Status::Ok);
    assert_eq!(wanted(&world.pool, account).await, (false, true), "the weekly mail goes on");
    assert_eq!(wanted(&world.pool, other).await, (true, true));
    publish(&world, photo(&world, account, "Noodle").await).await;
    assert_eq!(sent(&world).await.len(), 0);
    assert_eq!(post(&client, &path, "").await.status, Status::Ok, "once more is as good");
}

#[tokio::test]
async fn a_person_is_asked_before_mails_end() {
    let world = World::new().await;
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let client = world.client().await;
    let key = UnsubscribeKey::new(world.config().secret().unwrap());
    let path = format!("/unsubscribe/{}", Subscription { account, mails: OptionalMail::Digest }.sign(&key));
    let page = get(&client, &path).await;
    assert_eq!(page.status, Status::Ok);
    assert!(page.text().contains("End the weekly mails?"));
    assert_eq!(wanted(&world.pool, account).await, (true, true), "looking changes nothing");
    assert!(page.html.contains(&format!("method=\"post\" action=\"{path}\"")));
    let done = post(&client, &path, "").await;
    assert!(done.text().contains("No more weekly mails"), "{}", done.text());
    assert_eq!(wanted(&world.pool, account).await, (true, false));
}

#[tokio::test]
async fn an_altered_link_ends_nothing() {
    let world = World::new().await;
    let account = member(&world, "derpina", "derpina@example.com", true).await;
    let other = member(&world, "other", "other@example.com", true).await;
    let client = world.client().await;
    let key = UnsubscribeKey::new(world.config().secret().unwrap());
    let signed = Subscription { account, mails: OptionalMail::Photos }.sign(&key);
    for altered in [
        signed.replace(&format!("-{account}-"), &format!("-{other}-")),
        signed.replace("photos", "digest"),
        signed.replace("photos", "awaited"),
        signed[..signed.len() - 1].to_owned(),
        format!("photos-{account}-"),
        "photos".to_owned(),
        "..%2f".to_owned(),
    ] {
        let path = format!("/unsubscribe/{altered}");
        assert_eq!(post(&client, &path, "List-Unsubscribe=One-Click").await.status, Status::NotFound, "{altered}");
        assert_eq!(get(&client, &path).await.status, Status::NotFound, "{altered}");
    }
    for account in [account, other] {
        assert_eq!(wanted(&world.pool, account).await, (true, true));
    }
}

pub async fn photo(world: &World, owner: i64, title: &str) -> i64 {
    let photo = world.pending(title).await;
    sqlx::query("UPDATE submissions SET owner = $2 WHERE id = $1")
        .bind(photo)
        .bind(owner)
        .execute(&world.pool)
        .await
        .unwrap();
    photo
}

pub async fn publish(world: &World, photo: i64) {
    world.publish(photo, Uuid::new_v4(), &[160]).await;
}

async fn fail(world: &World, photo: i64, reason: &str) {
    let mut tx = world.pool.begin().await.unwrap();
    ratemyderp::submissions::processing::reject(&mut tx, photo, reason).await.unwrap();
    tx.commit().await.unwrap();
}

/// The address of the page that ends such mails.
fn path(mail: &Received) -> String {
    let header = mail.header("List-Unsubscribe");
    let link = header.trim_start_matches('<').trim_end_matches('>');
    link.trim_start_matches("http://127.0.0.1:8000").to_owned()
}

/// Mails on photos, and the weekly one.
async fn wanted(pool: &PgPool, account: i64) -> (bool, bool) {
    sqlx::query_as("SELECT mail_photos, mail_digest FROM settings WHERE account = $1")
        .bind(account)
        .fetch_one(pool)
        .await
        .unwrap()
}
