//! By keyboard alone.

use super::{name, told, untroubled, visit};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;

/// More stops than any page has.
const MOST_STOPS: usize = 60;

#[rocket::async_test]
async fn somebody_with_a_keyboard_votes_and_goes_on_voting() {
    let site = Site::new().await;
    for options in [Options::default(), Options::without_script()] {
        let visitor = visit(&site, options).await;
        visitor.press("Tab").await;
        let focus = visitor.focused().await;
        assert_eq!((focus.name.as_str(), focus.in_view), ("Skip to the main part", true));
        assert!(outlined(&visitor).await);
        visitor.press("Enter").await;
        visitor.wait_until("the main part to have the focus", "document.activeElement.id === 'main'").await;
        for (score, key) in [(1, "Enter"), (3, "Space"), (10, "Enter")] {
            let rated = name(&visitor).await;
            tab_to(&visitor, &format!("{score} out of 10")).await;
            visitor.press(key).await;
            visitor.wait_for_text("#last", &format!("You rated {rated} {score} out of 10.")).await;
        }
        tab_to(&visitor, "Report this photo").await;
        visitor.press("Enter").await;
        visitor.wait_for("textarea").await;
        untroubled(&visitor).await;
    }
    assert_eq!(site.world.ratings().await, 6);
}

#[rocket::async_test]
async fn after_a_vote_the_first_button_is_one_step_away() {
    let site = Site::new().await;
    let visitor = visit(&site, Options::default()).await;
    tab_to(&visitor, "2 out of 10").await;
    for _ in 0..4 {
        let rated = name(&visitor).await;
        visitor.press("Space").await;
        told(&visitor, &format!("You rated {rated}")).await;
        visitor.press("Tab").await;
        let focus = visitor.focused().await;
        assert_eq!((focus.name.as_str(), focus.in_view), ("1 out of 10", true));
    }
}

#[rocket::async_test]
async fn every_stop_of_the_tab_key_can_be_seen() {
    let site = Site::new().await;
    let photo = site.photos().await[0];
    let visitor = visit(&site, Options::default()).await;
    for path in [
        "/".into(),
        format!("/submissions/{photo}?statistics=1"),
        format!("/submissions/{photo}/reports/new"),
        "/leaderboard".into(),
        "/photos".into(),
    ] {
        visitor.goto(&site.url(&path)).await;
        let mut stops = 0;
        loop {
            visitor.press("Tab").await;
            let focus = visitor.focused().await;
            // Past the last one the browser's own controls follow.
            if focus.tag == "BODY" || focus.id.is_empty() && focus.name == "Skip to the main part" && stops > 0 {
                break;
            }
            stops += 1;
            assert!(focus.in_view, "{path}: {focus:?}");
            assert!(outlined(&visitor).await, "{path}: {focus:?}");
            assert!(!focus.name.is_empty(), "{path}: {focus:?}");
            assert!(stops < MOST_STOPS, "{path}: the keyboard is trapped");
        }
        assert!(stops > 5, "{path}: {stops} stops");
    }
}

async fn tab_to(visitor: &Visitor, name: &str) {
    for _ in 0..MOST_STOPS {
        visitor.press("Tab").await;
        if visitor.focused().await.name == name {
            return;
        }
    }
    visitor.fail(&format!("the keyboard never comes to {name:?}")).await;
}

/// Is there a ring of at least two pixels around what has the focus?
async fn outlined(visitor: &Visitor) -> bool {
    visitor
        .evaluate(
            "(() => { const style = getComputedStyle(document.activeElement);
                return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2; })()",
        )
        .await
}
