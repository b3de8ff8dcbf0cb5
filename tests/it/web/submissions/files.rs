//! What comes as a photo: good files of every kind, and bad ones.

use rocket::http::Status;

use super::{WORDS, bytes, contains, member, member_with, originals, send};
use crate::support::uploads::{good_photo, hostile_files, phone_photo, valid_files};
use crate::web::page::{get, log_in};

#[tokio::test]
async fn a_phone_photo_goes_from_the_form_into_the_deck_and_nothing_served_tells_where_it_was_taken() {
    let (world, client) = member().await;
    let page = get(&client, "/submissions/new").await;
    assert!(page.text().contains("You can send 5 more photos today."), "{}", page.text());
    let file = phone_photo();
    assert!(contains(&file, b"Exif") && contains(&file, b"ICC_PROFILE"));
    let sent = send(&client, WORDS, Some(("IMG_0001.JPG", &file))).await;
    assert_eq!(sent.status, Status::SeeOther, "{}", sent.text());
    let url = sent.header("Location").expect("the photo's own page").to_owned();
    let receipt = get(&client, &url).await;
    for said in ["Noodle is not ready yet", "It is number 1 in the queue", "call it job", "Look again"] {
        assert!(receipt.text().contains(said), "{said}: {}", receipt.text());
    }
    world.drain().await;
    let page = get(&client, &url).await;
    assert!(page.text().contains("This is your own photo") && page.text().contains("Change it or its crop"));
    assert!(page.html.contains("alt=\"A dog in a bath\""));
    let mut served = vec![];
    for address in page.html.split('"').filter(|part| part.starts_with("/images/") && part.ends_with(".jpg")) {
        served.push(bytes(&client, address).await);
    }
    let edit = get(&client, &format!("{url}/edit")).await;
    for place in ["start", "middle", "end"] {
        assert!(edit.html.contains(&format!("{url}/previews/{place}.jpg")));
        served.push(bytes(&client, &format!("{url}/previews/{place}.jpg")).await);
    }
    for word in ["Top", "Middle", "Bottom"] {
        assert!(edit.text().contains(word), "upright it is higher than wide: {}", edit.text());
    }
    assert!(served.len() >= 4);
    for jpeg in served {
        for word in [&b"Exif"[..], b"GPS", b"ICC_PROFILE", b"http"] {
            assert!(!contains(&jpeg, word));
        }
    }
    world.whole().await;
}

#[tokio::test]
async fn every_kind_of_photo_is_taken_whatever_its_name_says() {
    let (world, client) = member_with("uploads.per_day_when_new", 50).await;
    for (number, (what, file)) in valid_files().into_iter().enumerate() {
        // No name is believed, and none is kept.
        let name = ["a.heic", "b.svg", "c.exe", "d\u{202e}gpj.exe", "..%2f..%2fetc/passwd"][number % 5];
        let sent = send(&client, WORDS, Some((name, &file))).await;
        assert_eq!(sent.status, Status::SeeOther, "{what} as {name}: {}", sent.text());
    }
    world.drain().await;
    assert_eq!(world.count("submissions WHERE state = 'ready'").await, valid_files().len() as i64);
}

#[tokio::test]
async fn a_name_that_no_head_of_a_form_can_hold_is_refused_in_words() {
    let (world, client) = member().await;
    for name in ["a\u{1}.jpg", "\u{7f}.jpg", "a\0.jpg"] {
        let sent = send(&client, WORDS, Some((name, &good_photo(1)))).await;
        assert_eq!(sent.status, Status::BadRequest, "{name:?}");
        assert!(sent.text().contains("give the file another name"), "{name:?}: {}", sent.text());
    }
    assert_eq!(world.count("submissions").await + world.count("drafts").await, 0);
    assert!(world.storage.blobs_after("", 10).await.unwrap().blobs.is_empty());
}

#[tokio::test]
async fn bad_files_are_refused_with_a_reason_and_leave_nothing_behind() {
    let (world, client) = member_with("uploads.per_day_when_new", 50).await;
    let mut taken = 0;
    for (what, file, why) in hostile_files() {
        let sent = send(&client, WORDS, Some(("innocent.jpg", &file))).await;
        match sent.status {
            Status::UnprocessableEntity => {
                assert!(sent.text().contains(why), "{what}: {}", sent.text());
                assert!(sent.html.contains("value=\"Noodle\""), "{what}: what was typed stays");
                assert!(sent.html.starts_with("<!doctype html>") && sent.html.contains("<title>Error: "), "{what}");
            }
            Status::SeeOther => taken += 1,
            other => panic!("{what}: {other}"),
        }
    }
    // What only shows when it is decoded becomes a photo that says what is wrong.
    world.drain().await;
    assert!(taken >= 3);
    assert_eq!(world.count("submissions WHERE state = 'pending'").await, 0);
    assert_eq!(
        world.count("submissions WHERE state = 'failed' AND failure <> ''").await
            + world.count("submissions WHERE state = 'ready'").await,
        taken
    );
    let left = world.storage.blobs_after("originals/", 100).await.unwrap();
    let originals = left.blobs.iter().filter(|blob| blob.path.starts_with("originals/")).count() as i64;
    assert_eq!(originals, world.count("submissions WHERE original_key IS NOT NULL").await);
    world.whole().await;
}

#[tokio::test]
async fn a_file_that_is_here_already_is_refused_with_a_link() {
    let (world, client) = member().await;
    let first = send(&client, WORDS, Some(("a.jpg", &good_photo(1)))).await;
    let url = first.header("Location").expect("a photo").to_owned();
    let again = send(&client, WORDS, Some(("b.jpg", &good_photo(1)))).await;
    assert_eq!(again.status, Status::UnprocessableEntity);
    assert!(again.text().contains("You have sent in this very file before."));
    assert!(again.html.contains(&format!("href=\"{url}\"")));
    // Nobody else learns of a photo that is not on show.
    let other = world.client().await;
    world.member("other").await;
    log_in(&other, "other").await;
    let stranger = send(&other, WORDS, Some(("b.jpg", &good_photo(1)))).await;
    assert!(stranger.text().contains("This very file has been sent in before."));
    assert!(!stranger.html.contains(&format!("href=\"{url}\"")));
    world.drain().await;
    assert_eq!(world.count("submissions").await, 1);
    assert_eq!(originals(&world).await, 1);
}

#[tokio::test]
async fn too_long_a_file_or_field_is_refused_in_words() {
    let (world, client) = member_with("limits.file", "40 KiB").await;
    let sent = send(&client, WORDS, Some(("a.jpg", &vec![0xFF; 100_000]))).await;
    assert_eq!(sent.status, Status::UnprocessableEntity);
    assert!(sent.text().contains("as much as we take"), "{}", sent.text());
    let endless = send(&client, WORDS, Some(("a.jpg", &vec![0xFF; 1_000_000]))).await;
    assert_eq!(endless.status, Status::UnprocessableEntity);
    let long = "x".repeat(20_000);
    let sent = send(&client, &[("title", long.as_str())], None).await;
    assert_eq!(sent.status, Status::PayloadTooLarge);
    assert!(world.storage.blobs_after("", 10).await.unwrap().blobs.is_empty());
}
