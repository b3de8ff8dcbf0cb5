//! Hiding, taking everything along, and leaving for good.

use std::time::{Duration, Instant};

use ratemyderp::queue::Job;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::{log_in, untroubled};
use super::{look, refused, send};
use crate::support::PASSWORD;
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;

#[rocket::async_test]
async fn a_member_hides_takes_everything_along_and_leaves_for_good() {
    for options in [Options::default(), Options::without_script()] {
        let site = Site::new().await;
        let noodle = site.world.member("noodle").await;
        // One whose pictures no other site shares.
        site.add(1).await;
        let photo = *site.photos().await.last().expect("a photo");
        sqlx::query("UPDATE submissions SET owner = $2 WHERE id = $1")
            .bind(photo)
            .bind(noodle)
            .execute(&site.world.pool)
            .await
            .expect("theirs");
        let stranger = Visitor::new(options.clone()).await;
        let visitor = Visitor::new(options).await;
        log_in(&visitor, &site, "noodle").await;
        chooses(&visitor, &site).await;
        hides_and_shows(&visitor, &stranger, &site).await;
        takes_everything_along(&visitor, &site).await;
        visitor.goto(&site.url("/settings/delete")).await;
        send(&visitor, &[("#password", PASSWORD)]).await;
        is_nobody(&stranger, &site).await;
        stranger.goto(&site.url(&format!("/submissions/{photo}"))).await;
        assert_eq!(stranger.count(".by a").await, 0, "the photo stays, and leads to no profile");
        look(&stranger, "photo of somebody who is leaving").await;
        leaves(&visitor, &site).await;
        stranger.goto(&site.url(&format!("/submissions/{photo}"))).await;
        assert_eq!(stranger.text("h1").await, "There is nothing here");
        is_nobody(&stranger, &site).await;
        site.world.whole().await;
    }
}

/// Looks, time and mails.
async fn chooses(visitor: &Visitor, site: &Site) {
    visitor.goto(&site.url("/appearance")).await;
    visitor.click("input[value='dark']").await;
    visitor.evaluate::<()>("document.querySelector('#time_zone').value = 'Asia/Tokyo', null").await;
    visitor.follow("main button.action").await;
    assert!(visitor.text("#time_zone-hint").await.ends_with(" JST."));
    assert_eq!(visitor.count("html.dark").await, 1);
    visitor.goto(&site.url("/settings/mails")).await;
    visitor.click("[name='digest']").await;
    visitor.follow("main button.action").await;
    visitor.goto(&site.url("/settings/mails")).await;
    assert_eq!(visitor.count("[name='digest']:checked").await, 1);
    untroubled(visitor).await;
}

async fn hides_and_shows(visitor: &Visitor, stranger: &Visitor, site: &Site) {
    stranger.goto(&site.url("/u/noodle")).await;
    assert_eq!(stranger.text("h1").await, "noodle");
    for hidden in [true, false] {
        visitor.goto(&site.url("/settings/profile")).await;
        visitor.click("[name='public']").await;
        visitor.follow("main button.action").await;
        if hidden {
            is_nobody(stranger, site).await;
        }
    }
    stranger.goto(&site.url("/u/noodle")).await;
    assert_eq!(stranger.text("h1").await, "noodle");
}

/// Nothing tells whether there is such a member.
async fn is_nobody(stranger: &Visitor, site: &Site) {
    let mut seen = vec![];
    for name in ["noodle", "nobody"] {
        stranger.goto(&site.url(&format!("/u/{name}"))).await;
        seen.push((stranger.evaluate::<String>("document.title").await, stranger.text("main").await));
    }
    assert_eq!(seen[0], seen[1]);
    stranger.reset();
}

async fn takes_everything_along(visitor: &Visitor, site: &Site) {
    let folder = TempDir::new().expect("a folder");
    let behaviour = json!({ "behavior": "allow", "downloadPath": folder.path() });
    visitor.call("Page.setDownloadBehavior", behaviour).await.expect("downloads");
    visitor.goto(&site.url("/settings")).await;
    visitor.click("a[href='/settings/export']").await;
    let (file, start) = (folder.path().join("ratemyderp-noodle.json"), Instant::now());
    let export: Value = loop {
        if let Some(export) = std::fs::read(&file).ok().and_then(|file| serde_json::from_slice(&file).ok()) {
            break export;
        }
        assert!(start.elapsed() < visitor.patience, "no file");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(export["complete"], true);
    assert_eq!(export["photos"].as_array().map(Vec::len), Some(1));
    assert!(export.to_string().contains("Asia/Tokyo"), "{export}");
}

/// The grace ends.
async fn leaves(visitor: &Visitor, site: &Site) {
    untroubled(visitor).await;
    sqlx::query("UPDATE accounts SET deletion_due_at = now() WHERE username = 'noodle'")
        .execute(&site.world.pool)
        .await
        .expect("over");
    site.world.enqueue(Job::DeleteAccounts).await;
    site.drain().await;
    visitor.goto(&site.url("/login")).await;
    send(visitor, &[("#who", "noodle"), ("#password", PASSWORD)]).await;
    refused(visitor, &["#who", "#password"]).await;
}
