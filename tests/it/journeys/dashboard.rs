//! Pages of charts, in every way that we promise.

use ratemyderp::accounts::Role;

use super::pages::{be, look};
use super::uploads::refusals::terminal;
use super::{log_in, tab_to};
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
    fills_a_screen(&visitor, "dashboard").await;
}

/// A dozen charts with all of their words on a screen of a wall, the figures in letters that are read from across the room.
async fn fills_a_screen(visitor: &Visitor, name: &str) {
    be(visitor, (1920, 1080), "dark", "none").await;
    visitor.network().await;
    visitor.screenshot(&format!("{name}-on-a-wall")).await;
    assert_eq!(visitor.count(".panel").await, 12);
    let wrong: Vec<String> = visitor
        .evaluate(
            "[...document.querySelectorAll('.panel, .panel *, .health')].map(e => [e, e.getBoundingClientRect()])
                .filter(([e, r]) => r.bottom > innerHeight || r.right > innerWidth || e.scrollHeight > e.clientHeight + 1 && e.clientHeight
                    || e.matches('b') && r.height < 40 || e.matches('img') && r.height < 100)
                .map(([e, r]) => `${r.top} to ${r.bottom}: ${e.outerHTML.slice(0, 120)}`)",
        )
        .await;
    assert_eq!(wrong, [""; 0], "{name}");
    be(visitor, (1280, 800), "light", "none").await;
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
    visitor.goto(&site.url("/ops/system?wall&range=1h")).await;
    look_at(&visitor, "system wall").await;
    fills_a_screen(&visitor, "system").await;
    visitor.goto(&site.url("/ops/system?range=1h&live=5")).await;
    visitor.follow(".updated-line a").await;
    assert_eq!(visitor.url().await, site.url("/ops/system?range=1h"));
}

#[rocket::async_test]
async fn both_pages_are_read_by_keyboard_alone_and_without_script() {
    let site = Site::with(|figment| figment.merge(("accounts.two_factor_required", false))).await;
    figures(&site.world.pool).await;
    let noodle = site.world.member("noodle").await;
    site.world.grant(noodle, Role::Observer).await;
    for options in [Options::default(), Options::without_script()] {
        let visitor = Visitor::new(options).await;
        log_in(&visitor, &site, "noodle").await;
        for (path, title) in [("/dashboard", "Votes a minute"), ("/ops/system", "Answers a second")] {
            visitor.goto(&site.url(path)).await;
            for (name, then) in [
                ("1 hour", format!("{path}?range=1h")),
                (
                    &*format!("Larger, and as a table of {title}"),
                    format!("{path}/{}?range=1h", if path == "/dashboard" { "votes" } else { "answers" }),
                ),
            ] {
                tab_to(&visitor, name).await;
                visitor.press("Enter").await;
                visitor.wait_until("that page", &format!("location.href.endsWith('{then}')")).await;
            }
            assert_eq!(visitor.text("h1").await, title);
            tab_to(&visitor, "All of it as CSV").await;
        }
    }
}

#[rocket::async_test]
async fn w3m_reads_how_the_system_does() {
    let site = Site::with(|figment| figment.merge(("accounts.two_factor_required", false))).await;
    figures(&site.world.pool).await;
    let noodle = site.world.member("noodle").await;
    site.world.grant(noodle, Role::Observer).await;
    let terminal = terminal(&site, "noodle", "/ops/system?range=15m").await;
    terminal.wait_for("Answers a second").await;
    terminal.activate("Larger, and as a table of Answers a second").await;
    terminal.wait_for("What was answered: well").await;
    terminal.activate("The whole system").await;
    terminal.wait_for("Pages, hosts and database are well").await;
}

#[rocket::async_test]
async fn w3m_reads_how_the_site_does() {
    let site = Site::new().await;
    figures(&site.world.pool).await;
    let terminal = Terminal::w3m(&site.url("/dashboard?range=15m"));
    terminal.wait_for("60 votes a minute").await;
    terminal.wait_for("Every vote that counts").await;
}

/// What `docs/` shows; by hand, since pictures of the same page differ from day to day.
#[rocket::async_test]
#[ignore = "leaves pictures for docs/"]
async fn pictures_for_the_docs() {
    let site = Site::with(|figment| figment.merge(("accounts.two_factor_required", false))).await;
    sqlx::raw_sql(include_str!("dashboard/lively.sql")).execute(&site.world.pool).await.unwrap();
    let noodle = site.world.member("noodle").await;
    site.world.grant(noodle, Role::Observer).await;
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    for (name, path) in
        [("dashboard", "/dashboard?range=1h"), ("wall", "/dashboard?range=1h&wall"), ("system", "/ops/system?range=1h")]
    {
        for (kind, size, scheme) in
            [("light", (1280, 2300), "light"), ("dark", (1280, 2300), "dark"), ("phone", (390, 1500), "light")]
        {
            be(&visitor, size, scheme, "none").await;
            visitor.goto(&site.url(path)).await;
            visitor
                .wait_until(
                    "its charts are there",
                    "[...document.images].every(i => i.complete || i.getBoundingClientRect().top > innerHeight)",
                )
                .await;
            visitor.screenshot(&format!("docs-{name}-{kind}")).await;
        }
    }
    for chart in ["disks", "durations", "votes"] {
        be(&visitor, (1280, 1000), "light", "none").await;
        visitor.goto(&site.url(&format!("/ops/system/{chart}?range=1h"))).await;
        visitor.screenshot(&format!("docs-chart-{chart}")).await;
    }
}
