//! The form for photos, and what becomes of them.

use rocket::http::{Header, Status};
use rocket::local::asynchronous::Client;

use super::page::{Page, get, log_in, post, submit};
use crate::support::World;
use crate::support::multipart::{Part, body, content_type};
use crate::support::uploads::{good_photo, hostile_files, phone_photo, valid_files};

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
async fn every_kind_of_photo_is_taken() {
    let (world, client) = member_with("uploads.per_day_when_new", 50).await;
    for (what, file) in valid_files() {
        let sent = send(&client, WORDS, Some((what, &file))).await;
        assert_eq!(sent.status, Status::SeeOther, "{what}: {}", sent.text());
    }
    world.drain().await;
    assert_eq!(world.count("submissions WHERE state = 'ready'").await, valid_files().len() as i64);
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
async fn a_file_survives_what_is_wrong_with_another_field() {
    let (world, client) = member().await;
    let words = [("title", "\u{202e}"), ("species", "dog"), ("description", ""), ("crop", "top"), ("terms", "yes")];
    let sent = send(&client, &words, Some(("a.jpg", &good_photo(1)))).await;
    assert_eq!(sent.status, Status::UnprocessableEntity);
    assert!(sent.text().contains("Enter the animal's name."), "{}", sent.text());
    assert!(sent.text().contains("Your photo is kept. You need not choose it again: 400 x 200 pixels"));
    assert!(sent.html.contains("value=\"top\" checked"));
    let draft = sent.between("name=\"draft\" value=\"", "\"").expect("a draft");
    world.drain().await;
    let preview = bytes(&client, &format!("/drafts/{draft}/preview.jpg")).await;
    assert!(preview.starts_with(&[0xFF, 0xD8]));
    let stranger = world.client().await;
    world.member("stranger").await;
    log_in(&stranger, "stranger").await;
    assert_eq!(get(&stranger, &format!("/drafts/{draft}/preview.jpg")).await.status, Status::NotFound);
    let stolen = send(&stranger, &[WORDS, &[("draft", draft.as_str())]].concat(), None).await;
    assert!(stolen.text().contains("Choose a photo."), "{}", stolen.text());

    let again = send(&client, &[WORDS, &[("draft", draft.as_str())]].concat(), None).await;
    assert_eq!(again.status, Status::SeeOther, "{}", again.text());
    let doubled = send(&client, &[WORDS, &[("draft", draft.as_str())]].concat(), None).await;
    assert_eq!(doubled.status, Status::UnprocessableEntity);
    world.drain().await;
    assert_eq!(world.count("submissions WHERE state = 'ready' AND title = 'Noodle'").await, 1);
    assert_eq!(world.count("drafts").await, 0);
}

#[tokio::test]
async fn every_field_that_is_wrong_is_named() {
    let (_world, client) = member().await;
    let sent = send(&client, &[("title", "a\u{7}"), ("species", ""), ("crop", "upstairs")], None).await;
    assert_eq!(sent.status, Status::UnprocessableEntity);
    for said in [
        "The animal's name has a character that cannot be shown. Type it again.",
        "Enter what kind of animal it is.",
        "Choose where the square should sit.",
        "Choose a photo.",
        "Confirm that you may show this photo here.",
    ] {
        assert!(sent.text().matches(said).count() == 2, "in the summary and at the field: {said}: {}", sent.text());
    }
}

#[tokio::test]
async fn a_file_that_is_here_already_is_refused_with_a_link() {
    let (world, client) = member().await;
    let first = send(&client, WORDS, Some(("a.jpg", &good_photo(1)))).await;
    let url = first.header("Location").expect("a photo").to_owned();
    let again = send(&client, WORDS, Some(("b.jpg", &good_photo(1)))).await;
    assert_eq!(again.status, Status::UnprocessableEntity);
    assert!(again.text().contains("You have handed in this very file before."));
    assert!(again.html.contains(&format!("href=\"{url}\"")));
    // Nobody else learns of a photo that is not on show.
    let other = world.client().await;
    world.member("other").await;
    log_in(&other, "other").await;
    let stranger = send(&other, WORDS, Some(("b.jpg", &good_photo(1)))).await;
    assert!(stranger.text().contains("This very file has been handed in before."));
    assert!(!stranger.html.contains(&format!("href=\"{url}\"")));
    world.drain().await;
    assert_eq!(world.count("submissions").await, 1);
    assert_eq!(
        world
            .storage
            .blobs_after("originals/", 10)
            .await
            .unwrap()
            .blobs
            .iter()
            .filter(|b| b.path.starts_with("originals"))
            .count(),
        1
    );
}

#[tokio::test]
async fn a_used_up_quota_keeps_the_file_and_says_when_the_next_one_may_come() {
    let (world, client) = member_with("uploads.per_day_when_new", 1).await;
    assert_eq!(send(&client, WORDS, Some(("a.jpg", &good_photo(1)))).await.status, Status::SeeOther);
    assert!(get(&client, "/submissions/new").await.text().contains("You have sent 1 photo in the last 24 hours"));
    let refused = send(&client, WORDS, Some(("b.jpg", &good_photo(2)))).await;
    assert_eq!(refused.status, Status::TooManyRequests);
    assert!(refused.text().contains("The next one can come after") && refused.text().contains("Your photo is kept."));
    assert_eq!(world.count("submissions").await, 1);
}

#[tokio::test]
async fn only_members_whose_address_is_confirmed_send_photos() {
    let world = World::new().await;
    let client = world.client().await;
    let stranger = get(&client, "/submissions/new").await;
    assert_eq!(stranger.status, Status::SeeOther);
    assert!(stranger.header("Location").unwrap().starts_with("/login?next="));
    world.newcomer("noodle").await;
    log_in(&client, "noodle").await;
    let told = get(&client, "/submissions/new").await;
    assert_eq!(told.status, Status::Forbidden);
    assert!(told.text().contains("Confirm your address first") && told.text().contains("Send the mail again"));
    let csrf = told.csrf();
    let refused = send_with(&client, &csrf, WORDS, Some(("a.jpg", &good_photo(1)))).await;
    assert_eq!(refused.status, Status::Forbidden);
    assert!(world.storage.blobs_after("", 10).await.unwrap().blobs.is_empty());
}

#[tokio::test]
async fn a_file_is_not_read_before_the_form_is_known_to_be_ours() {
    let (world, client) = member().await;
    let file = good_photo(1);
    let csrf = get(&client, "/submissions/new").await.csrf();
    let photo = || Part::File("file", "a.jpg", &file);
    for parts in [
        vec![photo()],
        vec![Part::Field("csrf", "00"), photo()],
        vec![photo(), Part::Field("csrf", &csrf)],
        vec![Part::Field("title", "Noodle"), Part::Field("csrf", &csrf), photo()],
    ] {
        assert_eq!(post_parts(&client, &parts).await.status, Status::Forbidden);
    }
    for (name, value) in [("Origin", "https://elsewhere.example"), ("Sec-Fetch-Site", "cross-site")] {
        let request = client.post("/submissions").header(Header::new("Content-Type", content_type()));
        let request = request.header(Header::new(name, value)).body(body(&[Part::Field("csrf", &csrf), photo()]));
        assert_eq!(request.dispatch().await.status(), Status::Forbidden);
    }
    assert!(world.storage.blobs_after("", 10).await.unwrap().blobs.is_empty());
    assert_eq!(world.count("submissions").await, 0);
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

#[tokio::test]
async fn what_is_not_on_show_is_shown_to_its_owner_alone() {
    let (world, client) = member().await;
    let stranger = world.client().await;
    let sent = send(&client, WORDS, Some(("a.jpg", &good_photo(1)))).await;
    let url = sent.header("Location").expect("a photo").to_owned();
    let id: i64 = url.rsplit('/').next().unwrap().parse().unwrap();
    let paths = ["", "/progress", "/edit", "/delete", "/previews/start.jpg"].map(|path| format!("{url}{path}"));
    let unseen = async || {
        for path in &paths {
            let page = get(&stranger, path).await;
            assert!(matches!(page.status, Status::NotFound | Status::SeeOther), "{path}: {}", page.status);
            assert!(!page.html.contains("Noodle"), "{path}");
        }
    };
    unseen().await;
    world.drain().await;
    world.hide(id).await;
    world.drain().await;
    unseen().await;
    let hidden = get(&client, &url).await;
    assert!(hidden.text().contains("Noodle is hidden"));
    let picture = hidden.between("src=\"/submissions/", "\"").expect("a picture out of reach");
    assert!(bytes(&client, &format!("/submissions/{picture}")).await.starts_with(&[0xFF, 0xD8]));
    assert_eq!(get(&stranger, &format!("/submissions/{picture}")).await.status, Status::NotFound);
    world.unhide(id).await;
    let page = get(&stranger, &url).await;
    assert_eq!(page.status, Status::Ok);
    assert!(bytes(&stranger, &format!("/submissions/{picture}")).await.starts_with(&[0xFF, 0xD8]), "until it is moved");
}

#[tokio::test]
async fn an_owner_changes_words_and_crop_and_deletes_the_photo() {
    let (world, client) = member().await;
    let sent = send(&client, WORDS, Some(("a.jpg", &good_photo(1)))).await;
    let url = sent.header("Location").expect("a photo").to_owned();
    world.drain().await;
    let (edit, delete) = (format!("{url}/edit"), format!("{url}/delete"));
    let wrong =
        submit(&client, &edit, &edit, &[("title", ""), ("species", "cat"), ("description", "x"), ("crop", "left")])
            .await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.html.contains("value=\"left\" checked"));
    let fields = [("title", "Spaghetti"), ("species", "cat"), ("description", "A cat in a sink"), ("crop", "left")];
    assert_eq!(submit(&client, &edit, &edit, &fields).await.status, Status::SeeOther);
    let page = get(&client, &url).await;
    assert!(
        page.text().contains("Spaghetti") && page.text().contains("The new crop takes a moment"),
        "{}",
        page.text()
    );
    let before = page.between("src=\"/images/", "\"").unwrap();
    world.drain().await;
    assert_ne!(get(&client, &url).await.between("src=\"/images/", "\"").unwrap(), before);
    assert!(get(&client, &edit).await.html.contains("value=\"left\" checked"));

    // Somebody else can do neither.
    let other = world.client().await;
    world.member("other").await;
    log_in(&other, "other").await;
    let csrf = get(&other, "/submissions/new").await.csrf();
    for path in [&edit, &delete] {
        let answer = post(&other, path, &format!("csrf={csrf}&title=Mine&species=dog&description=")).await;
        assert_eq!(answer.status, Status::NotFound, "{path}");
    }

    let mine = get(&client, "/submissions/mine").await;
    assert!(mine.text().contains("Spaghetti") && mine.text().contains("On show"), "{}", mine.text());
    assert!(get(&client, &delete).await.text().contains("Delete Spaghetti?"));
    let deleted = submit(&client, &delete, &delete, &[]).await;
    assert_eq!(deleted.header("Location"), Some("/submissions/mine"));
    assert!(get(&client, "/submissions/mine").await.text().contains("Your photo is deleted."));
    assert_eq!(get(&client, &url).await.status, Status::NotFound);
    world.drain().await;
    let now: String = "UPDATE discarded_blobs SET due_at = now()".into();
    sqlx::raw_sql(&now).execute(&world.pool).await.unwrap();
    world.enqueue(ratemyderp::queue::Job::Discard).await;
    world.drain().await;
    assert!(world.storage.blobs_after("", 10).await.unwrap().blobs.is_empty());
    world.whole().await;
}

#[tokio::test]
async fn a_failed_photo_says_why_and_its_words_can_be_sent_again() {
    let (world, client) = member().await;
    let (_, bomb, _) = hostile_files().into_iter().find(|(what, ..)| *what == "a short PNG").unwrap();
    let sent = send(&client, WORDS, Some(("a.jpg", &bomb))).await;
    let url = sent.header("Location").expect("a photo").to_owned();
    world.drain().await;
    let failed = get(&client, &url).await;
    assert!(failed.text().contains("Noodle did not work out"), "{}", failed.text());
    assert!(failed.html.contains("<title>Error: Noodle did not work out"));
    let again = failed.between("href=\"/submissions/new?", "\"").expect("a way on");
    let form = get(&client, &format!("/submissions/new?{again}")).await;
    assert!(form.html.contains("value=\"Noodle\"") && form.text().contains("A dog in a bath"));
    assert!(get(&client, "/submissions/mine").await.text().contains("Did not work out"));
}

#[tokio::test]
async fn the_receipt_asks_again_until_there_is_nothing_more_to_wait_for() {
    let (world, client) = member().await;
    let sent = send(&client, WORDS, Some(("a.jpg", &good_photo(1)))).await;
    let url = sent.header("Location").expect("a photo").to_owned();
    let partial = async |path: &str| {
        let request = client.get(path.to_owned()).header(Header::new("HX-Request", "true"));
        let response = request.header(Header::new("HX-Request-Type", "partial")).dispatch().await;
        response.into_string().await.unwrap()
    };
    let queued = partial(&format!("{url}/progress?shown=queued")).await;
    assert!(queued.contains("hx-trigger=\"every 2s\"") && !queued.contains("hx-partial") && !queued.contains("<html"));
    assert!(queued.contains("Nobody is working there at the moment"));
    sqlx::raw_sql("UPDATE fang_tasks SET state = 'in_progress' WHERE kind = 'thumbnail'")
        .execute(&world.pool)
        .await
        .unwrap();
    let processing = partial(&format!("{url}/progress?shown=queued")).await;
    assert!(
        processing.contains("hx-partial") && processing.contains("shown&#x3D;processing")
            || processing.contains("shown=processing"),
        "{processing}"
    );
    sqlx::raw_sql("UPDATE fang_tasks SET state = 'new' WHERE kind = 'thumbnail'").execute(&world.pool).await.unwrap();
    world.drain().await;
    let ready = partial(&format!("{url}/progress?shown=processing")).await;
    assert!(
        !ready.contains("hx-trigger")
            && ready.contains("Your photo is ready.")
            && ready.contains("Choose another crop")
    );
    // A plain visit goes to the page itself.
    assert_eq!(get(&client, &format!("{url}/progress?shown=queued")).await.header("Location"), Some(url.as_str()));
}

const WORDS: &[(&str, &str)] =
    &[("title", "Noodle"), ("species", "dog"), ("description", "A dog in a bath"), ("crop", "auto"), ("terms", "yes")];

async fn member() -> (World, Client) {
    member_with("log_level", "off").await
}

/// Somebody who is logged in, on a site with one setting of its own.
async fn member_with(setting: &str, value: impl serde::Serialize) -> (World, Client) {
    let world = World::new().await;
    let client = world.client_with(world.figment().merge((setting, value))).await;
    world.member("noodle").await;
    assert_eq!(log_in(&client, "noodle").await.status, Status::SeeOther);
    (world, client)
}

async fn send(client: &Client, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Page {
    let csrf = get(client, "/submissions/new").await.csrf();
    send_with(client, &csrf, fields, file).await
}

async fn send_with(client: &Client, csrf: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Page {
    let mut parts = vec![Part::Field("csrf", csrf)];
    parts.extend(fields.iter().map(|(name, value)| Part::Field(name, value)));
    // Browsers send an empty file when none was chosen.
    let (name, content) = file.unwrap_or(("", b""));
    parts.push(Part::File("file", name, content));
    post_parts(client, &parts).await
}

async fn post_parts(client: &Client, parts: &[Part<'_>]) -> Page {
    let request = client.post("/submissions").header(Header::new("Content-Type", content_type()));
    Page::of(request.body(body(parts)).dispatch().await).await
}

async fn bytes(client: &Client, address: &str) -> Vec<u8> {
    let response = client.get(address.to_owned()).dispatch().await;
    assert_eq!(response.status(), Status::Ok, "{address}");
    response.into_bytes().await.expect("a body")
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}
