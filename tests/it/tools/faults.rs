//! Each measure finds the fault that was planted for it.

use std::time::Duration;

use super::visit;
use crate::support::axe;
use crate::support::browser::Options;

#[rocket::async_test]
async fn axe_finds_what_is_planted() {
    let (site, visitor) = visit(Options::default(), "/bad/no-alt").await;
    for (fault, rule) in [("no-alt", "image-alt"), ("tiny-targets", "target-size"), ("pale", "color-contrast")] {
        visitor.goto(&site.url(&format!("/bad/{fault}"))).await;
        let found = axe::violations(&visitor).await;
        let found: Vec<_> = found.iter().map(|violation| violation.id.as_str()).collect();
        assert_eq!(found, [rule]);
    }
    visitor.goto(&site.url("/bad/grey")).await;
    axe::check(&visitor).await;
    let grey = axe::low_contrast(&visitor, "main").await;
    assert!(grey[0].to_string().contains("4.95"), "{}", grey[0]);
    let strict = axe::strict_violations(&visitor).await;
    assert_eq!(strict.iter().map(|violation| violation.id.as_str()).collect::<Vec<_>>(), ["color-contrast-enhanced"]);
    assert_eq!(visitor.problems(), [""; 0], "axe leaves no trace");
}

#[rocket::async_test]
async fn what_the_console_complains_of_is_a_problem() {
    let (site, visitor) = visit(Options::default(), "/").await;
    assert_eq!(visitor.problems(), [""; 0]);
    for (fault, word) in [
        ("inline-script", "Content Security Policy"),
        ("throws", "planted"),
        ("complains", "planted"),
        ("unknown", "404"),
    ] {
        visitor.reset();
        visitor.goto(&site.url(&format!("/bad/{fault}"))).await;
        let problems = visitor.problems();
        assert!(problems.first().is_some_and(|problem| problem.contains(word)), "{fault}: {problems:?}");
    }
}

#[rocket::async_test]
async fn a_page_that_jumps_is_seen() {
    let (_site, visitor) = visit(Options::default(), "/bad/shifts").await;
    assert_eq!(visitor.cls(), 0.0);
    visitor.evaluate::<()>("jump(), null").await;
    visitor.painted().await;
    assert!(visitor.cls() > 0.1, "{}", visitor.cls());
    visitor.reload().await;
    visitor.reset();
    visitor.click("button").await;
    visitor.painted().await;
    assert_eq!(visitor.cls(), 0.0, "the metric excuses what follows a click");
    assert!(visitor.shift_after_input() > 0.1, "{}", visitor.shift_after_input());
}

#[rocket::async_test]
async fn a_lost_focus_is_seen() {
    let (site, visitor) = visit(Options::default(), "/bad/loses-focus").await;
    visitor.press("Tab").await;
    assert_eq!(visitor.focused().await.tag, "BUTTON");
    visitor.press("Enter").await;
    assert_eq!(visitor.focused().await.tag, "BODY");
    visitor.goto(&site.url("/bad/far-down")).await;
    visitor.evaluate::<()>("document.getElementById('far').focus({ preventScroll: true }), null").await;
    assert!(!visitor.focused().await.in_view);
    visitor.click("#far").await;
    assert!(visitor.focused().await.in_view);
}

#[rocket::async_test]
#[should_panic = "waited in vain for #last to say"]
async fn what_never_comes_fails_with_a_picture() {
    let (_site, mut visitor) = visit(Options::default(), "/").await;
    visitor.patience = Duration::from_millis(100);
    visitor.wait_for_text("#last", "Nobody says this").await;
}
