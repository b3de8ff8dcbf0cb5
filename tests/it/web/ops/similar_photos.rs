//! Photos that look like an older one, and who judges them.

use ratemyderp::accounts::Role;
use rocket::http::Status;

use crate::support::uploads::similar_photo;
use crate::web::page::{get, log_in, post, submit};
use crate::web::submissions::{WORDS, member, send};

const PAGE: &str = "/ops/similar-photos";

#[tokio::test]
async fn a_moderator_sees_which_photo_looks_like_which_and_takes_the_mark_off() {
    let (world, client) = member().await;
    let mut urls = vec![];
    for quality in [90, 60] {
        let sent = send(&client, WORDS, Some(("a.jpg", &similar_photo(quality)))).await;
        urls.push(sent.header("Location").expect("it is another file").to_owned());
        world.drain().await;
    }
    let judge = world.member("biscuit").await;
    world.grant(judge, Role::Moderator).await;
    let app = world.guard(judge).await;
    let moderator = world.client().await;
    log_in(&moderator, "biscuit").await;
    submit(&moderator, "/login/code", "/login/code", &[("code", &app.code())]).await;
    assert!(get(&moderator, "/settings").await.html.contains(PAGE));
    let newer = get(&moderator, &urls[1]).await;
    assert!(newer.text().contains("It looks like Noodle, which is older."), "{}", newer.text());
    assert!(newer.html.contains(&format!("href=\"{}\"", urls[0])) && newer.html.contains(PAGE));
    assert!(!get(&moderator, &urls[0]).await.text().contains("It looks like"));

    let pairs = get(&moderator, PAGE).await;
    assert!(pairs.text().contains("The same member sent in both."), "{}", pairs.text());
    for url in &urls {
        assert!(pairs.html.contains(&format!("href=\"{url}\"")));
    }
    let number = urls[1].rsplit('/').next().unwrap();
    let button = format!("{PAGE}/{number}/distinct");
    assert!(pairs.html.contains(&format!("action=\"{button}\"")));
    for _ in 0..2 {
        let done = post(&moderator, &button, &format!("csrf={}", pairs.csrf())).await;
        assert_eq!(done.header("Location"), Some(PAGE), "{}", done.text());
    }
    let after = get(&moderator, PAGE).await;
    assert!(after.text().contains("Noodle is no longer marked."), "{}", after.text());
    assert!(after.text().contains("No photo looks like an older one."));
    let written = format!(
        "audit_log WHERE action = 'photo distinct' AND detail = 'photo {number}' AND actor = {judge} AND account <> {judge}"
    );
    assert_eq!(world.count(&written).await, 1);
}

#[tokio::test]
async fn nobody_else_learns_of_it() {
    let (world, client) = member().await;
    let mut url = String::new();
    for quality in [90, 60] {
        let sent = send(&client, WORDS, Some(("a.jpg", &similar_photo(quality)))).await;
        url = sent.header("Location").expect("it is another file").to_owned();
        world.drain().await;
    }
    assert!(!get(&client, &url).await.text().contains("It looks like"));
    assert_eq!(get(&client, PAGE).await.status, Status::NotFound);
    assert!(!get(&client, "/settings").await.html.contains(PAGE));
    let number = url.rsplit('/').next().unwrap();
    let refused = submit(&client, "/submissions/new", &format!("{PAGE}/{number}/distinct"), &[]).await;
    assert!(refused.status != Status::SeeOther, "{}", refused.status);
    assert_eq!(world.count("submissions WHERE similar_to IS NOT NULL").await, 1);
    // A moderator whose password is all there is has to set the second factor up first.
    let judge = world.member("biscuit").await;
    world.grant(judge, Role::Moderator).await;
    let moderator = world.client().await;
    log_in(&moderator, "biscuit").await;
    assert_eq!(get(&moderator, PAGE).await.header("Location"), Some("/settings/two-factor"));
}
