//! Who may send photos, and what is wrong with the form around the file.

use ratemyderp::metrics::recorder;
use rocket::http::{Header, Status};

use super::{WORDS, bytes, member, member_with, originals, post_parts, send, send_with};
use crate::support::World;
use crate::support::multipart::{BOUNDARY, Part, body, content_type};
use crate::support::uploads::good_photo;
use crate::web::page::{Page, get, log_in};

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
async fn files_of_which_no_photo_comes_are_counted_too() {
    let (world, client) = member_with("uploads.files_per_account.burst", 2).await;
    let unnamed = [("title", ""), ("species", "dog"), ("description", ""), ("crop", "auto"), ("terms", "yes")];
    for seed in 1..=2 {
        let sent = send(&client, &unnamed, Some(("a.jpg", &good_photo(seed)))).await;
        assert_eq!(sent.status, Status::UnprocessableEntity);
    }
    let sent = send(&client, WORDS, Some(("a.jpg", &good_photo(3)))).await;
    assert_eq!(sent.status, Status::TooManyRequests);
    assert!(sent.text().contains("That was tried too often"), "{}", sent.text());
    assert_eq!(world.count("submissions").await, 0);
    // What is kept already can still be sent.
    let draft = get(&client, "/submissions/new").await.between("name=\"draft\" value=\"", "\"").expect("a draft");
    let again = send(&client, &[WORDS, &[("draft", draft.as_str())]].concat(), None).await;
    assert_eq!(again.status, Status::SeeOther, "{}", again.text());
}

/// What this process has counted so far.
fn counted(measurement: &str, value: &str) -> u64 {
    let totals = recorder().totals();
    let of =
        totals.iter().filter(|total| total.measurement == measurement && total.tags.iter().any(|tag| tag.1 == value));
    of.flat_map(|total| &total.fields).filter(|(field, _)| *field != "ms").map(|(_, count)| count).sum()
}

#[tokio::test]
async fn uploads_are_figures_with_the_reason_why_one_is_not_taken() {
    let (world, client) = member_with("uploads.files_per_account.burst", 5).await;
    let reasons = ["no_picture", "damaged", "duplicate", "too_many"];
    let before = reasons.map(|reason| counted("refusal", reason));
    let (refused, ready) = (counted("photo", "refused"), counted("photo", "ready"));
    let good = good_photo(1);
    assert_eq!(send(&client, WORDS, Some(("a.jpg", &good))).await.status, Status::SeeOther);
    for file in [b"not at all", &good[..good.len() / 2], &good, b"again", b"and again"] {
        assert!(send(&client, WORDS, Some(("a.jpg", file))).await.status.class().is_client_error());
    }
    for (reason, before) in reasons.into_iter().zip(before) {
        assert!(counted("refusal", reason) > before, "{reason}");
    }
    assert!(counted("photo", "refused") >= refused + 5);
    world.drain().await;
    assert!(counted("photo", "ready") >= ready + 2, "how often, and how long it took");
}

#[tokio::test]
async fn a_file_without_a_name_is_counted_as_any_other_and_none_at_all_is_not() {
    let (_world, client) = member_with("uploads.files_per_account.burst", 2).await;
    for seed in 1..=2 {
        for file in [None, Some(("", &good_photo(seed)[..]))] {
            assert_eq!(send(&client, &[("title", "Noodle")], file).await.status, Status::UnprocessableEntity);
        }
    }
    let sent = send(&client, WORDS, Some(("", &good_photo(3)))).await;
    assert_eq!(sent.status, Status::TooManyRequests, "{}", sent.text());
    assert!(sent.html.contains("value=\"Noodle\"") && sent.html.contains("A dog in a bath"), "what was typed stays");
}

#[tokio::test]
async fn a_form_with_far_too_many_parts_or_a_head_without_end_is_refused() {
    let (world, client) = member().await;
    let csrf = get(&client, "/submissions/new").await.csrf();
    let parts: Vec<_> =
        std::iter::once(Part::Field("csrf", &csrf)).chain((0..20_000).map(|_| Part::File("file", "", b""))).collect();
    assert_eq!(post_parts(&client, &parts).await.status, Status::UnprocessableEntity);
    let endless = [&body(&[Part::Field("csrf", &csrf)])[..], &vec![b'x'; 1 << 20]].concat();
    let end = format!("{BOUNDARY}--\r\n");
    for (what, body) in [
        ("before the first part", [&vec![b'x'; 1 << 20][..], &endless].concat()),
        // The last boundary becomes one more part, whose head has no end.
        (
            "in a part",
            String::from_utf8(endless).unwrap().replacen(&end, &format!("{BOUNDARY}\r\nX: "), 1).into_bytes(),
        ),
    ] {
        let request = client.post("/submissions").header(Header::new("Content-Type", content_type()));
        let refused = Page::of(request.body(body).dispatch().await).await;
        assert_eq!(refused.status, Status::BadRequest, "{what}: {}", refused.text());
    }
    assert_eq!(originals(&world).await, 0);
}

#[tokio::test]
async fn a_kept_file_is_found_again_until_another_takes_its_place() {
    let (world, client) = member().await;
    let unnamed = [("title", ""), ("species", "dog"), ("description", ""), ("crop", "auto"), ("terms", "yes")];
    let sent = send(&client, &unnamed, Some(("a.jpg", &good_photo(1)))).await;
    let draft = sent.between("name=\"draft\" value=\"", "\"").expect("a draft");
    // The page was closed meanwhile.
    let page = get(&client, "/submissions/new").await;
    assert!(page.text().contains("Your photo is kept."), "{}", page.text());
    assert_eq!(page.between("name=\"draft\" value=\"", "\"").as_ref(), Some(&draft));
    let with_draft = |fields: &[(&'static str, &'static str)]| {
        let mut fields: Vec<(&str, &str)> = fields.to_vec();
        fields.push(("draft", draft.as_str()));
        fields
    };
    // The very file of a photo that is here takes no draft's place.
    assert_eq!(send(&client, WORDS, Some(("b.jpg", &good_photo(2)))).await.status, Status::SeeOther);
    let duplicate = send(&client, &with_draft(WORDS), Some(("b.jpg", &good_photo(2)))).await;
    assert!(duplicate.text().contains("It is here as Noodle.") && duplicate.text().contains("Your photo is kept."));
    let other = send(&client, &with_draft(&unnamed), Some(("c.jpg", &good_photo(3)))).await;
    assert_ne!(other.between("name=\"draft\" value=\"", "\"").as_ref(), Some(&draft));
    assert_eq!(world.count("drafts").await, 1);
    let draft = other.between("name=\"draft\" value=\"", "\"").expect("a draft");
    let fields = [WORDS, &[("draft", draft.as_str())]].concat();
    assert_eq!(send(&client, &fields, Some(("d.jpg", &good_photo(4)))).await.status, Status::SeeOther);
    assert!(!get(&client, "/submissions/new").await.text().contains("Your photo is kept."));
    world.drain().await;
    assert_eq!(world.count("drafts").await, 0);
    assert_eq!(originals(&world).await, 2);
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
        "Confirm that you may show this photo here and agree to the terms.",
    ] {
        assert!(sent.text().matches(said).count() == 2, "in the summary and at the field: {said}: {}", sent.text());
    }
    let summary = sent.between("class=\"errors\"", "</ul>").expect("a summary");
    let order = ["#file", "#title", "#species", "#crop", "#terms"].map(|field| summary.find(field));
    assert!(order.is_sorted() && order[0].is_some(), "as they come on the page: {summary}");
}

#[tokio::test]
async fn a_used_up_quota_keeps_the_file_and_says_when_the_next_one_may_come() {
    let (world, client) = member_with("uploads.per_day_when_new", 1).await;
    let csrf = get(&client, "/submissions/new").await.csrf();
    assert_eq!(send(&client, WORDS, Some(("a.jpg", &good_photo(1)))).await.status, Status::SeeOther);
    let page = get(&client, "/submissions/new").await;
    assert!(page.text().contains("You have sent 1 photo in the last 24 hours"));
    assert!(!page.html.contains("<input id=\"title\""), "nobody fills in a form in vain");
    let refused = send_with(&client, &csrf, WORDS, Some(("b.jpg", &good_photo(2)))).await;
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
