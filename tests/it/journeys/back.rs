//! The Back button shows what is true now.

use super::{name, rate, visit};
use crate::support::browser::Options;
use crate::support::site::Site;

#[rocket::async_test]
async fn back_leads_to_the_photo_that_waits_and_not_to_one_that_was_rated() {
    let site = Site::new().await;
    for options in [Options::default(), Options::without_script()] {
        let visitor = visit(&site, options).await;
        let first = name(&visitor).await;
        visitor.follow(".top a[href='/leaderboard']").await;
        // In another tab, so that nothing tells this one.
        let tab = visitor.new_tab().await;
        tab.goto(&site.url("/")).await;
        tab.click("button[value='7']").await;
        tab.wait_for_text("#last", &format!("You rated {first} 7 out of 10.")).await;
        let next = name(&tab).await;
        visitor.back().await;
        visitor.wait_for_text("#photo-h", &format!("Photo of {next}")).await;
    }
}

#[rocket::async_test]
async fn back_to_a_photos_own_page_shows_the_rating_that_it_has() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    visitor.follow(".extras a").await;
    let shown = name(&visitor).await;
    visitor.follow(".top a[href='/leaderboard']").await;
    let tab = visitor.new_tab().await;
    tab.goto(&site.url("/")).await;
    assert_eq!(rate(&tab, 7).await, shown);
    visitor.back().await;
    visitor.wait_for_text("legend", &format!("You rated {shown} 7. Change it,")).await;
}
