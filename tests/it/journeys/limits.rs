//! What a visit may cost, in bytes, requests and patience.

use super::{name, rate, untroubled, visit};
use crate::support::browser::{Options, Viewport, Visitor};
use crate::support::site::{PHOTOS, Site};

/// Requests that the harness leaves out: the icon.
const ICON: usize = 1;

/// A photo's name may be this long.
const LONG_NAME: &str = "Her Majesty Wobblebottom von Snackington";

#[rocket::async_test]
async fn a_first_view_is_light() {
    let site = Site::new().await;
    for (viewport, photo_limit) in [(Viewport::Desktop, 60_000), (Viewport::Phone, 25_000)] {
        let visitor = visit(&site, Options { viewport, ..Options::default() }).await;
        let requests = visitor.network().await;
        let of = |kind: &str| {
            requests.iter().filter(|request| request.kind == kind).map(|request| request.bytes).sum::<u64>()
        };
        let script = compressed_script(&visitor).await;
        let (html, css, photo) = (of("Document"), of("Stylesheet"), of("Image"));
        let all: u64 = requests.iter().map(|request| request.bytes).sum();
        println!(
            "first view, {viewport:?}: HTML {html} + CSS {css} B, script {script} B, photo {photo} B, all {all} B, {} requests",
            requests.len() + ICON
        );
        assert!(html + css <= 12_000, "HTML {html} + CSS {css}");
        assert!(script <= 14_500, "script {script}");
        assert!(photo <= photo_limit, "photo {photo}");
        assert!(all <= 90_000, "all {all}");
        assert!(requests.len() + ICON <= 6, "{requests:?}");
        untroubled(&visitor).await;
    }
}

#[rocket::async_test]
async fn twenty_votes_on_a_desktop_are_light_and_nothing_jumps() {
    twenty_votes(Viewport::Desktop, 60_000).await;
}

#[rocket::async_test]
async fn twenty_votes_on_a_phone_are_light_and_nothing_jumps() {
    twenty_votes(Viewport::Phone, 25_000).await;
}

#[rocket::async_test]
async fn a_vote_without_script_is_light() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::without_script()).await;
    for _ in 1..PHOTOS {
        visitor.reset();
        visitor.follow("button[value='7']").await;
        let requests = visitor.network().await;
        let round: u64 =
            requests.iter().filter(|request| request.kind == "Document").map(|request| request.bytes).sum();
        println!("a vote without script: {round} B without the photo, {} requests", requests.len());
        // The whole page comes again, with the headers of two answers.
        assert!(round <= 3_072, "{round}");
        assert_eq!(requests.len(), 3);
        // Each vote is a page of its own.
        let shift = visitor.cls() + visitor.shift_after_input();
        assert!(shift <= 0.01, "{shift}");
    }
}

#[rocket::async_test]
async fn the_photo_and_its_ten_buttons_fit_a_small_phone() {
    let site = Site::new().await;
    for title in ["Bo", LONG_NAME] {
        sqlx::query("UPDATE submissions SET title = $1").bind(title).execute(&site.world.pool).await.expect("renamed");
        for script in [true, false] {
            let visitor = visit(&site, Options { viewport: Viewport::Phone, script, ..Options::default() }).await;
            fits(&visitor, title).await;
            // The longest result: nobody notices where the numbers come from.
            sqlx::query("UPDATE tallies SET count = count + 1234567, sum = sum + 9876543")
                .execute(&site.world.pool)
                .await
                .expect("changed");
            for _ in 0..2 {
                // Without script the old page has a result too.
                if script {
                    rate(&visitor, 10).await;
                } else {
                    visitor.follow("button[value='10']").await;
                }
                visitor.network().await;
                fits(&visitor, title).await;
            }
        }
    }
}

#[rocket::async_test]
async fn a_browser_takes_the_picture_that_its_screen_can_show() {
    let site = Site::new().await;
    let large = "SELECT id FROM submissions WHERE 1280 = ANY (rendition_sizes) LIMIT 1";
    let large: i64 = sqlx::query_scalar(large).fetch_one(&site.world.pool).await.expect("a large photo");
    sqlx::query(
        "UPDATE submissions SET moderation = 'hidden', ordinal = NULL, described_ordinal = NULL WHERE id <> $1",
    )
    .bind(large)
    .execute(&site.world.pool)
    .await
    .expect("hidden");
    for (width, height, pixel_ratio, size) in
        [(1280, 800, 1.0, 640), (360, 640, 1.0, 320), (360, 640, 2.0, 640), (1280, 800, 2.0, 1280)]
    {
        let viewport = Viewport::Custom { width, height, pixel_ratio };
        let visitor = visit(&site, Options { viewport, ..Options::default() }).await;
        let taken: String = visitor.evaluate("document.querySelector('.photo').currentSrc").await;
        assert!(taken.ends_with(&format!("/{size}.jpg")), "{viewport:?}: {taken}");
    }
}

/// Bytes of all scripts as they are sent, without their headers.
async fn compressed_script(visitor: &Visitor) -> u64 {
    let scripts = "performance.getEntriesByType('resource').filter(entry => entry.initiatorType === 'script')";
    visitor.evaluate(&format!("{scripts}.reduce((sum, entry) => sum + entry.encodedBodySize, 0)")).await
}

async fn twenty_votes(viewport: Viewport, photo_limit: u64) {
    let site = Site::new().await;
    site.add(21 - PHOTOS).await;
    let visitor = visit(&site, Options { viewport, ..Options::default() }).await;
    visitor.painted().await;
    let (mut shift, mut rounds, mut photos) = (visitor.cls() + visitor.shift_after_input(), Vec::new(), Vec::new());
    for vote in 0..20 {
        visitor.reset();
        rate(&visitor, vote % 10 + 1).await;
        let requests = visitor.network().await;
        visitor.painted().await;
        assert_eq!(requests.len(), 2, "{requests:?}");
        rounds.push(requests[0].bytes);
        photos.push(requests[1].bytes);
        shift += visitor.cls() + visitor.shift_after_input();
        let focus = visitor.focused().await;
        assert_eq!((focus.id.as_str(), focus.in_view), ("photo-h", true));
        untroubled(&visitor).await;
    }
    rounds.sort_unstable();
    photos.sort_unstable();
    println!(
        "20 votes, {viewport:?}: round {} to {} B, photo {} B in the median, shift {shift}",
        rounds[0], rounds[19], photos[10]
    );
    assert!(rounds[19] <= 3_000, "{rounds:?}");
    assert!(photos[10] <= photo_limit, "{photos:?}");
    assert!(shift <= 0.01, "{shift}");
}

/// Nobody has scrolled or has to.
async fn fits(visitor: &Visitor, title: &str) {
    let shown = name(visitor).await;
    assert_eq!(shown, title);
    let outside: Vec<String> = visitor
        .evaluate(
            "[...document.querySelectorAll('.photo, .scores button')].map(e => [e, e.getBoundingClientRect()])
                .filter(([, r]) => r.top < 0 || r.left < 0 || r.bottom > innerHeight || r.right > innerWidth)
                .map(([e, r]) => `${r.top} to ${r.bottom}: ${e.outerHTML.slice(0, 80)}`)",
        )
        .await;
    if !outside.is_empty() || visitor.evaluate::<(u32, u32)>("[innerWidth, innerHeight]").await != (360, 640) {
        visitor.fail(&format!("out of sight: {outside:#?}")).await;
    }
}
