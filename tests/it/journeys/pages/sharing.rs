//! Sharing a photo.

use ratemyderp::submissions::short_code;

use super::look::be;
use super::{look, untroubled};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::support::terminal::Terminal;

#[rocket::async_test]
async fn sharing_is_a_pleasure_to_look_at_and_no_trouble_to_read() {
    let site = Site::new().await;
    site.rank().await;
    let photo = site.photos().await[0];
    let visitor = Visitor::new(Options::default()).await;
    for (name, path) in
        [("photo", format!("/submissions/{photo}?statistics=1")), ("share", format!("/submissions/{photo}/share"))]
    {
        visitor.goto(&site.url(&path)).await;
        look(&visitor, name).await;
        for (width, height, scheme) in [(1280, 1900, "light"), (390, 2200, "dark")] {
            be(&visitor, (width, height), scheme, "none").await;
            visitor.network().await;
            visitor.screenshot(&format!("sharing-{name}-{width}-{scheme}")).await;
        }
        be(&visitor, (1280, 800), "light", "none").await;
    }
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn a_photo_is_shared_without_script() {
    let site = Site::new().await;
    let photo = site.photos().await[0];
    let visitor = Visitor::new(Options::without_script()).await;
    visitor.goto(&site.url(&format!("/submissions/{photo}"))).await;
    visitor.follow(".share button").await;
    assert_eq!(visitor.url().await, site.url(&format!("/submissions/{photo}/share")));
    let code = short_code::of(photo);
    let link = visitor.evaluate::<String>("document.getElementById('share-link').value").await;
    assert!(link.ends_with(&format!("/s/{code}")), "{link}");
    let mail = visitor.evaluate::<String>("document.querySelector('a[href^=mailto]').href").await;
    assert!(mail.contains(&format!("%2Fs%2F{code}")), "{mail}");
    assert!(visitor.count(".links a[href^='https://']").await >= 5);
    visitor.goto(&site.url(&format!("/s/{code}"))).await;
    assert_eq!(visitor.url().await, site.url(&format!("/submissions/{photo}")));
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn a_browser_that_can_share_does_and_the_page_stays() {
    let site = Site::new().await;
    let photo = site.photos().await[0];
    let visitor = Visitor::new(Options::default()).await;
    let path = site.url(&format!("/submissions/{photo}"));
    visitor.goto(&path).await;
    visitor
        .evaluate::<()>("navigator.share = data => { window.shared = data.url; return Promise.resolve(); }, null")
        .await;
    visitor.click(".share button").await;
    let shared = format!("window.shared?.endsWith('/s/{}')", short_code::of(photo));
    visitor.wait_until("what the browser shares", &shared).await;
    visitor.network().await;
    assert_eq!(visitor.url().await, path);
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn w3m_shares_a_photo() {
    let site = Site::new().await;
    let photo = site.photos().await[0];
    let terminal = Terminal::w3m(&site.url(&format!("/submissions/{photo}/share")));
    terminal.wait_for("Copy the link").await;
    terminal.wait_for(&format!("/s/{}", short_code::of(photo))).await;
    terminal.wait_for("WhatsApp").await;
}
