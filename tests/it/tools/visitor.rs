//! Visitors act as people do, with the browser that they were given.

use super::{script_runs, visit};
use crate::support::axe;
use crate::support::browser::{Options, Viewport, Visitor};

#[rocket::async_test]
async fn a_visitor_votes_and_sees_the_next_photo() {
    let (site, visitor) = visit(Options::default(), "/").await;
    visitor.reset();
    visitor.click("button[value='7']").await;
    visitor.wait_for_text("#last", "You rated Marmalade 7 out of 10.").await;
    visitor.wait_for("#photo-h:focus").await;
    let focus = visitor.focused().await;
    assert_eq!((focus.id.as_str(), focus.in_view), ("photo-h", true));
    assert_eq!(
        (focus.name.as_str(), focus.description.as_str()),
        ("Photo of Noodle", "You rated Marmalade 7 out of 10.")
    );
    let requests = visitor.network().await;
    let kinds: Vec<_> =
        requests.iter().map(|request| (request.method.as_str(), request.kind.as_str(), request.status)).collect();
    assert_eq!(kinds, [("POST", "Fetch", 200), ("GET", "Image", 200)]);
    assert_eq!(visitor.problems(), [""; 0]);
    assert_eq!(site.votes(), 1);
    axe::check(&visitor).await;
}

#[rocket::async_test]
async fn a_visitor_without_script_votes_in_three_requests() {
    let (_site, visitor) = visit(Options::without_script(), "/").await;
    visitor.reset();
    visitor.follow("button[value='7']").await;
    assert_eq!(visitor.text("#last").await, "You rated Marmalade 7 out of 10.");
    let requests = visitor.network().await;
    let seen: Vec<_> =
        requests.iter().map(|request| (request.method.as_str(), request.kind.as_str(), request.status)).collect();
    assert_eq!(seen, [("POST", "Document", 303), ("GET", "Document", 200), ("GET", "Image", 200)]);
    assert!(requests.iter().all(|request| request.bytes > 100), "{requests:?}");
    axe::check(&visitor).await;
    assert!(!script_runs(&visitor).await, "scripts stay off after axe");
}

#[rocket::async_test]
async fn a_visitor_votes_by_keyboard_alone() {
    let (_site, visitor) = visit(Options::default(), "/").await;
    for _ in 0..3 {
        visitor.press("Tab").await;
    }
    visitor.press("Shift+Tab").await;
    assert_eq!(visitor.focused().await.name, "2 out of 10");
    visitor.press("Space").await;
    visitor.wait_for_text("#last", "You rated Marmalade 2").await;
    visitor.wait_for("#photo-h:focus").await;
    visitor.press("Tab").await;
    visitor.press("Enter").await;
    visitor.wait_for_text("#last", "You rated Noodle 1").await;
}

#[rocket::async_test]
async fn script_off_is_off() {
    let (site, visitor) = visit(Options::without_script(), "/bad/script").await;
    assert!(!script_runs(&visitor).await);
    visitor.reload().await;
    assert!(!script_runs(&visitor).await);
    let (_, other) = (site.url("/"), visitor.new_tab().await);
    other.goto(&site.url("/bad/script")).await;
    assert!(!script_runs(&other).await);
    let (_site, visitor) = visit(Options::default(), "/bad/script").await;
    assert!(script_runs(&visitor).await);
}

#[rocket::async_test]
async fn blocked_htmx_never_arrives() {
    let (_site, visitor) = visit(Options { block: &["*://*:*/*htmx*"], ..Options::default() }, "/").await;
    assert!(!visitor.evaluate::<bool>("'htmx' in window").await);
    let htmx = visitor.network().await.into_iter().find(|request| request.url.contains("htmx")).unwrap();
    assert_eq!(htmx.failed.as_deref(), Some("inspector"));
    visitor.click("button[value='7']").await;
    visitor.wait_for_text("#last", "You rated Marmalade 7").await;
    assert_eq!(visitor.problems(), [""; 0]);
    let (_site, visitor) = visit(Options::default(), "/").await;
    assert!(visitor.evaluate::<bool>("'htmx' in window").await);
}

#[rocket::async_test]
async fn three_fast_clicks_reach_the_page_and_send_one_vote() {
    let (site, visitor) = visit(Options::default(), "/").await;
    visitor.click_repeatedly("button[value='7']", 3).await;
    visitor.wait_for_text("#last", "You rated Marmalade 7").await;
    visitor.network().await;
    assert_eq!(site.votes(), 1);
}

#[rocket::async_test]
async fn back_and_tabs_belong_to_one_person() {
    let (site, visitor) = visit(Options::default(), "/").await;
    visitor.click("button[value='7']").await;
    visitor.wait_for_text("h2", "Noodle").await;
    let tab = visitor.new_tab().await;
    tab.goto(&site.url("/")).await;
    assert_eq!(tab.text("h2").await, "Photo of Noodle");
    tab.goto(&site.url("/bad/grey")).await;
    tab.back().await;
    assert_eq!(tab.url().await, site.url("/"));
    let stranger = Visitor::new(Options::default()).await;
    stranger.goto(&site.url("/")).await;
    assert_eq!(stranger.text("h2").await, "Photo of Marmalade");
}

#[rocket::async_test]
async fn refused_cookies_are_not_kept() {
    let (site, visitor) = visit(Options { cookies: false, script: false, ..Options::default() }, "/").await;
    visitor.follow("button[value='7']").await;
    assert_eq!(visitor.text("h2").await, "Photo of Marmalade");
    assert_eq!(site.votes(), 1);
}

#[rocket::async_test]
async fn options_reach_the_style_sheet() {
    let options = Options {
        viewport: Viewport::Phone,
        dark: true,
        forced_colors: true,
        reduced_motion: true,
        ..Options::default()
    };
    let (_site, visitor) = visit(options, "/").await;
    assert_eq!(visitor.evaluate::<u32>("innerWidth").await, 360);
    let media = "(prefers-color-scheme: dark) and (forced-colors: active) and (prefers-reduced-motion: reduce)";
    assert!(visitor.evaluate::<bool>(&format!("matchMedia('{media}').matches")).await);
    assert!(visitor.screenshot_of_page("tools-phone-dark").await.exists());
    let (_site, visitor) = visit(Options::default(), "/").await;
    assert!(!visitor.evaluate::<bool>("matchMedia('(prefers-color-scheme: dark), (forced-colors: active), (prefers-reduced-motion: reduce)').matches").await);
}

#[rocket::async_test]
async fn a_visitor_fills_in_a_form() {
    let (_site, visitor) = visit(Options::default(), "/greeting").await;
    visitor.fill("input", "Noodle").await;
    visitor.follow("button").await;
    assert_eq!(visitor.text("#hello").await, "Hello Noodle");
    assert_eq!(visitor.count("#hello").await, 1);
}

#[rocket::async_test]
async fn a_visitor_zooms_in() {
    for (viewport, width, pixel_ratio) in
        [(Viewport::Zoomed, 320, 1.0), (Viewport::Custom { width: 360, height: 740, pixel_ratio: 3.0 }, 360, 3.0)]
    {
        let (_site, visitor) = visit(Options { viewport, ..Options::default() }, "/").await;
        assert_eq!(visitor.evaluate::<(u32, f64)>("[innerWidth, devicePixelRatio]").await, (width, pixel_ratio));
        visitor.screenshot(&format!("tools-{width}")).await;
    }
}
