//! The vote card on screens of many shapes.

use super::{rate, untroubled, visit};
use crate::support::browser::{Options, Viewport, Visitor};
use crate::support::site::Site;

#[rocket::async_test]
async fn a_short_wide_window_has_the_photo_beside_its_buttons() {
    let site = Site::new().await;
    for (width, height, least) in [(1366, 625, 500), (1093, 520, 400), (1280, 700, 550), (800, 600, 340)] {
        for script in [true, false] {
            let viewport = Viewport::Custom { width, height, pixel_ratio: 1.0 };
            let visitor = visit(&site, Options { viewport, script, ..Options::default() }).await;
            visitor.click("button[value='7']").await;
            visitor.wait_for("#last").await;
            visitor.network().await;
            visitor.screenshot(&format!("screen-{width}x{height}")).await;
            let side: f64 = visitor.evaluate("document.querySelector('.photo').getBoundingClientRect().width").await;
            assert!(side >= f64::from(least), "{width} x {height}: a photo of {side} pixels");
            assert_eq!(outside(&visitor).await, [""; 0], "{width} x {height}");
            let sharp = "(photo => photo.naturalWidth >= photo.clientWidth * .98)(document.querySelector('.photo'))";
            assert!(visitor.evaluate::<bool>(sharp).await, "{width} x {height}: blurred");
            assert!(visitor.evaluate::<bool>("document.documentElement.scrollWidth <= innerWidth").await);
            untroubled(&visitor).await;
        }
    }
}

#[rocket::async_test]
async fn a_long_name_stands_in_full_on_a_phone() {
    let site = Site::new().await;
    let title = "Maestro Mumblecrust von und zu Wobbleton";
    sqlx::query("UPDATE submissions SET title = $1").bind(title).execute(&site.world.pool).await.unwrap();
    let visitor = visit(&site, Options { viewport: Viewport::Phone, ..Options::default() }).await;
    for _ in 0..2 {
        let cut: Vec<String> = visitor
            .evaluate(
                "[...document.querySelectorAll('.card bdi')].filter(e => !e.closest('.vh')).filter(e => {
                    const style = getComputedStyle(e), r = e.getBoundingClientRect();
                    return style.overflow !== 'visible' || style.textOverflow !== 'clip' || r.right > innerWidth;
                }).map(e => e.parentElement.outerHTML)",
            )
            .await;
        assert_eq!(cut, [""; 0]);
        assert_eq!(outside(&visitor).await, [""; 0]);
        rate(&visitor, 10).await;
        visitor.network().await;
        visitor.screenshot("long-name-phone").await;
    }
}

#[rocket::async_test]
async fn the_buttons_stay_where_they_are_when_a_result_takes_three_lines() {
    let site = Site::new().await;
    sqlx::query("UPDATE submissions SET title = 'Captain Mumbles'").execute(&site.world.pool).await.unwrap();
    for (width, height) in [(360, 640), (390, 844), (1280, 800), (1366, 625)] {
        let viewport = Viewport::Custom { width, height, pixel_ratio: 1.0 };
        let visitor = visit(&site, Options { viewport, ..Options::default() }).await;
        let first = place(&visitor).await;
        rate(&visitor, 10).await;
        let short = place(&visitor).await;
        sqlx::query("UPDATE tallies SET count = count + 1234567, sum = sum + 9876543")
            .execute(&site.world.pool)
            .await
            .unwrap();
        rate(&visitor, 9).await;
        let long = place(&visitor).await;
        sqlx::query("UPDATE tallies SET count = count - 1234567, sum = sum - 9876543")
            .execute(&site.world.pool)
            .await
            .unwrap();
        visitor.screenshot(&format!("three-lines-{width}x{height}")).await;
        assert!(
            (first - short).abs() < 1.0 && (short - long).abs() < 1.0,
            "{width} x {height}: {first}, {short}, {long}"
        );
    }
}

/// Where the first button begins, in pixels from the top.
async fn place(visitor: &Visitor) -> f64 {
    visitor.network().await;
    visitor.evaluate("document.querySelector('.scores').getBoundingClientRect().top").await
}

/// What of photo and buttons cannot be seen without scrolling.
async fn outside(visitor: &Visitor) -> Vec<String> {
    visitor
        .evaluate(
            "[...document.querySelectorAll('.photo, .scores button')].map(e => [e, e.getBoundingClientRect()])
                .filter(([, r]) => r.top < 0 || r.left < 0 || r.bottom > innerHeight || r.right > innerWidth)
                .map(([e, r]) => `${r.top} to ${r.bottom}: ${e.outerHTML.slice(0, 80)}`)",
        )
        .await
}
