//! What people are told when it does not work.

use super::{name, one_vote_a_second, rate, restless_neighbour, visit};
use crate::support::browser::Options;
use crate::support::site::Site;

#[rocket::async_test]
async fn an_unreachable_site_is_told_and_nothing_is_lost() {
    let mut site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    let shown = name(&visitor).await;
    site.stop().await;
    visitor.click("button[value='7']").await;
    visitor.wait_for_text("#status", "Your rating was not sent. Check your connection, then try again.").await;
    assert_eq!(name(&visitor).await, shown);
    let focus = visitor.focused().await;
    assert_eq!((focus.name.as_str(), focus.in_view), ("7 out of 10", true));
}

#[rocket::async_test]
async fn a_slow_vote_is_told_and_counted_in_the_end() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    let shown = name(&visitor).await;
    let mut somebody_else = site.world.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE tallies").execute(&mut *somebody_else).await.unwrap();
    visitor.click("button[value='7']").await;
    visitor.wait_for_text("#status", "Still saving your rating…").await;
    assert_eq!(name(&visitor).await, shown);
    somebody_else.rollback().await.unwrap();
    visitor.wait_for_text("#last", &format!("You rated {shown} 7 out of 10.")).await;
    assert_eq!(visitor.text("#status").await, "");
    assert_eq!(site.world.ratings().await, 1);
}

#[rocket::async_test]
async fn a_fault_of_the_site_is_told_and_the_vote_can_be_repeated() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    let (shown, title) = (name(&visitor).await, visitor.evaluate::<String>("document.title").await);
    sqlx::query("ALTER TABLE tallies RENAME TO lost").execute(&site.world.pool).await.unwrap();
    visitor.click("button[value='7']").await;
    let told = "Your rating was not saved because of a problem with the site. Try again.";
    visitor.wait_for_text("#status", told).await;
    assert_eq!((name(&visitor).await, visitor.evaluate::<String>("document.title").await), (shown, title));
    assert_eq!(visitor.focused().await.name, "7 out of 10");
    sqlx::query("ALTER TABLE lost RENAME TO tallies").execute(&site.world.pool).await.unwrap();
    rate(&visitor, 7).await;
    assert_eq!(visitor.text("#status").await, "");
}

#[rocket::async_test]
async fn whoever_votes_too_fast_is_asked_to_wait() {
    let site = Site::with(one_vote_a_second).await;
    let told = "You are rating very fast. Wait 10 seconds, then try again.";
    let visitor = visit(&site, Options::default()).await;
    let _neighbour = restless_neighbour(&site).await;
    // The first vote of each second is taken, whose ever it is.
    while !visitor.text("#status").await.contains(told) {
        let shown = name(&visitor).await;
        visitor.click("button[value='7']").await;
        let answered = format!(
            "document.querySelector('#status').innerText.includes('fast')
                || document.querySelector('#photo-h').innerText !== 'Photo of {shown}'"
        );
        visitor.wait_until("an answer", &answered).await;
    }
    assert!(visitor.evaluate::<String>("document.title").await.starts_with("Rate "));
    assert_eq!(visitor.focused().await.name, "7 out of 10");

    let visitor = visit(&site, Options::without_script()).await;
    while visitor.count(".rate").await == 1 {
        visitor.follow("button[value='7']").await;
    }
    assert!(visitor.text("main").await.contains(told));
    visitor.follow("main .action").await;
    assert_eq!(visitor.count(".rate").await, 1);
}

#[rocket::async_test]
async fn without_cookies_the_site_says_what_it_needs() {
    let site = Site::new().await;
    let visitor = visit(&site, Options { cookies: false, script: false, ..Options::default() }).await;
    visitor.follow("button[value='7']").await;
    assert_eq!(visitor.text("h1").await, "We need one cookie");
    assert!(visitor.text("main").await.contains("Allow cookies for this site"));
    visitor.follow("main .action").await;
    assert_eq!(visitor.count(".rate").await, 1);

    let visitor = visit(&site, Options { cookies: false, ..Options::default() }).await;
    visitor.click("button[value='7']").await;
    visitor.wait_for_text("#status", "your browser did not send back our cookie").await;
    assert_eq!(site.world.ratings().await, 0);
}
