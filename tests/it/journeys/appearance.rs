//! Looks and behaviour, as they are felt.

use super::pages::look;
use super::{log_in, name, rate, told, untroubled, visit};
use crate::support::browser::{Options, Viewport, Visitor};
use crate::support::site::Site;
use crate::support::terminal::Terminal;

const BACKGROUND: &str = "getComputedStyle(document.body).backgroundColor";

#[rocket::async_test]
async fn what_is_chosen_wins_over_the_system() {
    let site = Site::new().await;
    for (dark, theme) in [(true, "light"), (false, "dark"), (false, "high_contrast"), (true, "high_contrast")] {
        let visitor = visit(&site, Options { dark, reduced_motion: false, ..Options::default() }).await;
        let before: String = visitor.evaluate(BACKGROUND).await;
        assert!(moves(&visitor).await);
        choose(&visitor, &site, &[&format!("input[value='{theme}']"), "[name='reduced_motion']"]).await;
        assert!(visitor.text(".said").await.contains("Your choices are saved."));
        visitor.goto(&site.url("/")).await;
        assert_ne!(visitor.evaluate::<String>(BACKGROUND).await, before, "{theme} where the system is dark: {dark}");
        assert!(!moves(&visitor).await);
        untroubled(&visitor).await;
    }
}

/// Does anything in the page move, or would it?
async fn moves(visitor: &Visitor) -> bool {
    let still = "[...document.querySelectorAll('.photo, .scores button')].map(e => getComputedStyle(e))
        .every(style => style.animationName === 'none' && style.transitionDuration === '0s')";
    !visitor.evaluate::<bool>(still).await
}

#[rocket::async_test]
async fn large_photos_are_larger_and_sharp_in_every_window() {
    let site = Site::new().await;
    let flat = Viewport::Custom { width: 740, height: 360, pixel_ratio: 1.0 };
    for viewport in [Viewport::Phone, Viewport::Desktop, flat] {
        let visitor = visit(&site, Options { viewport, ..Options::default() }).await;
        let width = "document.querySelector('.photo').getBoundingClientRect().width";
        let before: f64 = visitor.evaluate(width).await;
        choose(&visitor, &site, &["[name='large_photos']"]).await;
        visitor.goto(&site.url("/")).await;
        let (after, window): (f64, f64) = visitor.evaluate(&format!("[{width}, innerWidth]")).await;
        assert!(after > before && after > window * 0.75 && after <= window, "{viewport:?}: {before}, {after}");
        let shown = name(&visitor).await;
        assert_eq!(rate(&visitor, 7).await, shown, "the buttons can be reached");
        visitor.network().await;
        let sharp = "(p => p.naturalWidth >= Math.min(p.width, 640))(document.querySelector('.photo'))";
        assert!(visitor.evaluate::<bool>(sharp).await, "{viewport:?}");
        look(&visitor, "large photo").await;
        untroubled(&visitor).await;
    }
}

#[rocket::async_test]
async fn digits_rate_for_those_who_have_switched_them_on() {
    let site = Site::new().await;
    site.world.member("noodle").await;
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/")).await;
    visitor.press("7").await;
    nothing_was_sent(&visitor, &site).await;

    choose(&visitor, &site, &["[name='digit_shortcuts']"]).await;
    look(&visitor, "preferences of a member").await;
    visitor.press("7").await;
    nothing_was_sent(&visitor, &site).await;
    visitor.goto(&site.url("/")).await;
    for combination in ["Control+7", "Alt+7", "Meta+7", "x", "Home"] {
        visitor.press(combination).await;
    }
    let field = "(f => (f.id = 'note', document.body.append(f), f.focus(), null))(document.createElement('textarea'))";
    visitor.evaluate::<()>(field).await;
    visitor.press("7").await;
    assert_eq!(visitor.evaluate::<String>("document.querySelector('#note').value").await, "7");
    nothing_was_sent(&visitor, &site).await;

    visitor.goto(&site.url("/")).await;
    visitor.reset();
    for (key, score) in [("7", 7), ("0", 10), ("1", 1)] {
        let rated = name(&visitor).await;
        visitor.press(key).await;
        told(&visitor, &format!("You rated {rated} {score} out of 10.")).await;
    }
    untroubled(&visitor).await;
    assert_eq!(site.world.ratings().await, 3);
}

async fn nothing_was_sent(visitor: &Visitor, site: &Site) {
    visitor.painted().await;
    visitor.network().await;
    assert_eq!(site.world.ratings().await, 0);
}

#[rocket::async_test]
async fn described_photos_alone_and_then_the_others() {
    for options in [Options::default(), Options::without_script()] {
        let site = Site::new().await;
        let photos = site.photos().await;
        for photo in &photos[1..] {
            site.world.describe(*photo, "").await;
        }
        let visitor = visit(&site, options).await;
        choose(&visitor, &site, &["[name='described_only']"]).await;
        visitor.goto(&site.url("/")).await;
        let first = name(&visitor).await;
        assert!(!visitor.text(".words").await.is_empty());
        visitor.click("button[value='7']").await;
        visitor.wait_for_text("#photo-h", "No described photos left").await;
        look(&visitor, "no described photos left").await;
        visitor.follow("#card button.action").await;
        assert_ne!(name(&visitor).await, first);
        assert_eq!(visitor.count(".words").await, 0);
        untroubled(&visitor).await;
    }
}

#[rocket::async_test]
async fn a_member_chooses_in_w3m() {
    let site = Site::new().await;
    let account = site.world.member("noodle").await;
    let terminal = Terminal::w3m(&site.url("/login?next=/appearance"));
    terminal.wait_for("Log in").await;
    terminal.fill_below("Username or email", "noodle").await;
    terminal.fill_below("Password", crate::support::PASSWORD).await;
    terminal.activate("Log in").await;
    terminal.wait_for("These choices go with your account").await;
    terminal.tick("Only those that somebody has described").await;
    terminal.tick("High contrast").await;
    terminal.activate("Save").await;
    terminal.wait_for("Your choices are saved.").await;
    let chosen: (String, bool, String) =
        sqlx::query_as("SELECT theme::text, described_only, time_zone FROM settings WHERE account = $1")
            .bind(account)
            .fetch_one(&site.world.pool)
            .await
            .expect("settings");
    assert_eq!(chosen, ("high_contrast".to_owned(), true, "UTC".to_owned()));
}

/// Ticks these on the form, saves it, and is on the form again.
async fn choose(visitor: &Visitor, site: &Site, boxes: &[&str]) {
    visitor.goto(&site.url("/appearance")).await;
    for each in boxes {
        visitor.click(each).await;
    }
    visitor.follow("main button.action").await;
}
