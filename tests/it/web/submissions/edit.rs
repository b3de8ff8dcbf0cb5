//! What owners see of their photos and do with them, from the receipt on.

use rocket::http::{Header, Status};

use super::{WORDS, bytes, member, send};
use crate::support::uploads::{good_photo, hostile_files, square_photo};
use crate::web::page::{Page, get, log_in, post, submit};

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
    world.enqueue(ratemyderp::queue::Job::DeleteDiscardedBlobs).await;
    world.drain().await;
    assert!(world.storage.blobs_after("", 10).await.unwrap().blobs.is_empty());
    world.whole().await;
}

#[tokio::test]
async fn a_failed_photo_says_why_and_its_words_can_be_sent_again() {
    let (world, client) = member().await;
    let (_, bomb, _) = hostile_files().into_iter().find(|(what, ..)| *what == "a spoilt WebP").unwrap();
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
    assert!(queued.contains("hx-trigger=\"every 1s\"") && !queued.contains("hx-partial") && !queued.contains("<html"));
    assert!(queued.contains("Nobody is working there at the moment"));
    sqlx::raw_sql("UPDATE fang_tasks SET state = 'in_progress' WHERE kind = 'make_thumbnails'")
        .execute(&world.pool)
        .await
        .unwrap();
    let processing = partial(&format!("{url}/progress?shown=queued")).await;
    assert!(
        processing.contains("hx-partial") && processing.contains("shown&#x3D;processing")
            || processing.contains("shown=processing"),
        "{processing}"
    );
    sqlx::raw_sql("UPDATE fang_tasks SET state = 'new' WHERE kind = 'make_thumbnails'")
        .execute(&world.pool)
        .await
        .unwrap();
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

#[tokio::test]
async fn a_square_photo_is_offered_no_crop() {
    let (world, client) = member().await;
    let sent = send(&client, WORDS, Some(("a.jpg", &square_photo()))).await;
    let url = sent.header("Location").expect("a photo").to_owned();
    world.drain().await;
    let request = client.get(format!("{url}/progress?shown=queued")).header(Header::new("HX-Request", "true"));
    let ready = Page::of(request.header(Header::new("HX-Request-Type", "partial")).dispatch().await).await;
    assert!(ready.text().contains("Noodle is ready") && !ready.text().contains("crop"), "{}", ready.text());
    assert!(!get(&client, &format!("{url}/edit")).await.html.contains("name=\"crop\""));
}
