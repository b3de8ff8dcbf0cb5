//! Who taps twice rates one photo.

use serde_json::{Value, json};

use super::{name, told, untroubled, visit};
use crate::support::browser::{Options, Viewport, Visitor};
use crate::support::site::Site;

/// The ten buttons cannot be pressed yet.
const WAITING: &str = "getComputedStyle(document.querySelector('.scores')).pointerEvents === 'none'";

#[rocket::async_test]
async fn a_second_tap_on_the_next_photo_sends_nothing() {
    let site = Site::new().await;
    for (votes, viewport) in [(1, Viewport::Desktop), (3, Viewport::Phone)] {
        let visitor = visit(&site, Options { viewport, reduced_motion: true, ..Options::default() }).await;
        let rated = name(&visitor).await;
        time_runs(&visitor, 0.001).await;
        visitor.reset();
        visitor.click("button[value='7']").await;
        told(&visitor, &format!("You rated {rated} 7 out of 10.")).await;
        let next = name(&visitor).await;
        let button = middle_of(&visitor, "button[value='7']").await;
        assert!(visitor.evaluate::<bool>(WAITING).await);
        visitor.click_at(&button, 2).await;
        assert_eq!(visitor.focused().await.id, "photo-h", "the focus stays");
        // Neither by keyboard, nor by a script's click, as of speech software.
        visitor.evaluate::<()>("document.querySelector('button[value=\"7\"]').focus()").await;
        visitor.press_at_once("Enter").await;
        visitor.evaluate::<()>("document.querySelector('button[value=\"7\"]').click()").await;
        visitor.screenshot(&format!("waiting-{viewport:?}")).await;
        assert_eq!((posts(&visitor).await, name(&visitor).await), (1, next.clone()));
        assert_eq!(site.world.ratings().await, votes);

        time_runs(&visitor, 20.0).await;
        visitor.click("button[value='7']").await;
        told(&visitor, &format!("You rated {next} 7 out of 10.")).await;
        untroubled(&visitor).await;
    }
}

#[rocket::async_test]
async fn without_script_the_buttons_wait_too() {
    let site = Site::new().await;
    for (votes, viewport) in [(1, Viewport::Desktop), (3, Viewport::Phone)] {
        let visitor = visit(&site, Options { viewport, ..Options::without_script() }).await;
        let rated = name(&visitor).await;
        time_runs(&visitor, 0.001).await;
        visitor.reset();
        visitor.follow("button[value='7']").await;
        visitor.wait_for_text("#last", &format!("You rated {rated} 7 out of 10.")).await;
        assert!(visitor.evaluate::<bool>(WAITING).await);
        let button = middle_of(&visitor, "button[value='7']").await;
        visitor.click_at(&button, 2).await;
        assert_eq!((posts(&visitor).await, site.world.ratings().await), (1, votes));
        time_runs(&visitor, 20.0).await;
        visitor.follow("button[value='7']").await;
        assert_eq!(site.world.ratings().await, votes + 1);
    }
}

#[rocket::async_test]
async fn the_wait_is_short_and_holds_for_who_wants_no_motion() {
    let site = Site::new().await;
    let visitor = visit(&site, Options { reduced_motion: true, ..Options::default() }).await;
    for class in ["", "calm"] {
        visitor.evaluate::<()>(&format!("document.documentElement.className = '{class}', null")).await;
        let style = "(({ animationName, animationDuration }) => `${animationName} ${animationDuration}`)(
            getComputedStyle(document.querySelector('.scores')))";
        assert_eq!(visitor.evaluate::<String>(style).await, "wait 0.6s", "{class}");
    }
}

#[rocket::async_test]
async fn a_second_tap_that_was_sent_is_not_counted_and_said_to_be() {
    let site = Site::with(|figment| figment.merge(("rates.same_tap_ms", 3_600_000))).await;
    for (votes, options) in [(1, Options::default()), (2, Options::without_script())] {
        let visitor = visit(&site, options).await;
        let rated = name(&visitor).await;
        visitor.click("button[value='7']").await;
        visitor.wait_for_text("#last", &format!("You rated {rated} 7 out of 10.")).await;
        let next = name(&visitor).await;
        visitor.click("button[value='7']").await;
        let said = "Your second tap came so soon that it cannot have been meant for";
        visitor.wait_for_text("#last", &format!("{said} {next}, which you have not rated yet.")).await;
        visitor.screenshot(&format!("double-tap-{}", visitor.options().script)).await;
        assert_eq!((name(&visitor).await, site.world.ratings().await), (next, votes));
        untroubled(&visitor).await;
    }
}

/// How fast animations, and the wait among them, run from now on; 1 is as for people.
async fn time_runs(visitor: &Visitor, rate: f64) {
    visitor.call("Animation.setPlaybackRate", json!({ "playbackRate": rate })).await.expect("another pace");
}

async fn middle_of(visitor: &Visitor, selector: &str) -> Value {
    let middle = format!(
        "(r => ({{ x: r.left + r.width / 2, y: r.top + r.height / 2 }}))(document.querySelector(\"{selector}\").getBoundingClientRect())"
    );
    visitor.evaluate(&middle).await
}

async fn posts(visitor: &Visitor) -> usize {
    visitor.network().await.iter().filter(|request| request.method == "POST").count()
}
