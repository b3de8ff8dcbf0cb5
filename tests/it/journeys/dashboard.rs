//! Pages of charts, in every way that we promise.

use ratemyderp::accounts::Role;

use super::log_in;
use super::pages::{be, look};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::support::terminal::Terminal;
use crate::web::dashboard::figures;

/// Looks at a page, and leaves pictures of it.
async fn look_at(visitor: &Visitor, state: &str) {
    look(visitor, state).await;
    for (width, height, scheme) in [(1280, 900, "light"), (1280, 900, "dark"), (360, 640, "light"), (360, 640, "dark")]
    {
        be(visitor, (width, height), scheme, "none").await;
        visitor.screenshot_of_page(&format!("{state} {width} {scheme}").replace(' ', "-")).await;
    }
    be(visitor, (1280, 800), "light", "none").await;
}

#[rocket::async_test]
async fn a_visitor_reads_how_the_site_does_without_script() {
    let site = Site::new().await;
    figures(&site.world.pool).await;
    let visitor = Visitor::new(Options::without_script()).await;
    visitor.goto(&site.url("/about")).await;
    visitor.follow("footer a[href='/dashboard']").await;
    visitor.follow(".ranges a[href$='1h']").await;
    look_at(&visitor, "dashboard").await;
    visitor.follow("#votes .more a").await;
    assert_eq!(visitor.text("h1").await, "Votes a minute");
    look_at(&visitor, "dashboard chart").await;
    visitor.goto(&site.url("/dashboard?wall&range=1h")).await;
    look_at(&visitor, "dashboard wall").await;
}

#[rocket::async_test]
async fn an_observer_reads_how_the_system_does() {
    let site = Site::with(|figment| figment.merge(("accounts.two_factor_required", false))).await;
    figures(&site.world.pool).await;
    let noodle = site.world.member("noodle").await;
    site.world.grant(noodle, Role::Observer).await;
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/ops/system?range=1h")).await;
    look_at(&visitor, "system").await;
    visitor.goto(&site.url("/ops/system?range=1h&live=5")).await;
    visitor.follow(".updated-line a").await;
    assert_eq!(visitor.url().await, site.url("/ops/system?range=1h"));
}

#[rocket::async_test]
async fn w3m_reads_how_the_site_does() {
    let site = Site::new().await;
    figures(&site.world.pool).await;
    let terminal = Terminal::w3m(&site.url("/dashboard?range=15m"));
    terminal.wait_for("60 votes a minute").await;
    terminal.wait_for("Every vote that counts").await;
}
