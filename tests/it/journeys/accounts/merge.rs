//! What somebody rates without a name, in a browser that then has one.

use super::super::{log_in, name, rate, untroubled, visit};
use super::send;
use crate::support::browser::{Options, Visitor};
use crate::support::site::{PHOTOS, Site};

/// Rates with script or without; gives the photo's name.
async fn vote(visitor: &Visitor, score: u8) -> String {
    if visitor.options().script {
        return rate(visitor, score).await;
    }
    let rated = name(visitor).await;
    visitor.follow(&format!("button[value='{score}']")).await;
    assert!(visitor.text("#last").await.starts_with(&format!("You rated {rated} {score} out of 10.")));
    rated
}

#[rocket::async_test]
async fn nothing_is_shown_twice_before_and_after_joining_and_coming_back() {
    for options in [Options::default(), Options::without_script()] {
        let site = Site::new().await;
        let visitor = visit(&site, options).await;
        let mut seen = vec![];
        for score in [2, 5, 9] {
            seen.push(vote(&visitor, score).await);
        }
        visitor.goto(&site.url("/join")).await;
        let fields = [
            ("#username", "noodle"),
            ("#display_name", "Noodle"),
            ("#email", "noodle@example.com"),
            ("#password", crate::support::PASSWORD),
        ];
        send(&visitor, &fields).await;
        for score in [1, 10] {
            seen.push(vote(&visitor, score).await);
        }
        visitor.goto(&site.url("/logout")).await;
        visitor.follow("main button.action").await;
        let stranger = vote(&visitor, 6).await;
        log_in(&visitor, &site, "noodle").await;
        visitor.goto(&site.url("/")).await;
        // What the stranger rated came along unless the member had rated it.
        if !seen.contains(&stranger) {
            seen.push(stranger);
        }
        while seen.len() < PHOTOS as usize {
            let next = vote(&visitor, 4).await;
            assert!(!seen.contains(&next), "{next} again, after {seen:?}");
            seen.push(next);
        }
        visitor.goto(&site.url("/")).await;
        assert_eq!(visitor.text("#photo-h").await, "You have seen them all");
        assert_eq!(site.world.ratings().await, i64::from(PHOTOS), "the member's own rating wins");
        assert_eq!(site.world.complaints().await, [""; 0]);
        untroubled(&visitor).await;
    }
}

#[rocket::async_test]
async fn a_vote_after_the_session_was_revoked_stays_on_the_card_and_is_told_of_on_the_next_page() {
    let site = Site::new().await;
    site.world.member("noodle").await;
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    sqlx::query("DELETE FROM sessions").execute(&site.world.pool).await.expect("revoked");
    rate(&visitor, 7).await;
    assert_eq!(visitor.url().await, site.url("/"));
    assert_eq!(visitor.count("#who").await, 0, "no form inside the card");
    assert_eq!(site.world.count("ratings r JOIN raters p ON p.id = r.rater WHERE p.account IS NULL").await, 1);
    visitor.follow(".top a[href='/settings']").await;
    assert_eq!(visitor.text("h1").await, "Log in");
    assert!(visitor.text(".said").await.contains("You are not logged in here any more."));
    super::look(&visitor, "not logged in any more").await;
    visitor.fill("#who", "noodle").await;
    visitor.fill("#password", crate::support::PASSWORD).await;
    visitor.follow("main button.action").await;
    assert_eq!(visitor.url().await, site.url("/settings"));
    assert_eq!(site.world.count("ratings r JOIN raters p ON p.id = r.rater WHERE p.account IS NOT NULL").await, 1);
    untroubled(&visitor).await;
}
