//! How the site runs and what is wrong: every state is looked at, live and standing still, in browsers and in w3m.

use ratemyderp::accounts::Role;

use super::log_in;
use super::pages::{be, look};
use super::uploads::refusals::terminal;
use crate::health::WELL;
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::web::ops::alerts::fired;

async fn site(role: Role) -> Site {
    let site = Site::with(|figment| figment.merge(("accounts.two_factor_required", false))).await;
    let noodle = site.world.member("noodle").await;
    site.world.grant(noodle, role).await;
    site
}

/// Looks at a page, and leaves pictures of it.
async fn look_at(visitor: &Visitor, state: &str) {
    look(visitor, state).await;
    for (width, height, scheme) in [(1280, 900, "light"), (360, 640, "dark")] {
        be(visitor, (width, height), scheme, "none").await;
        visitor.screenshot_of_page(&format!("ops {state} {width}").replace(' ', "-")).await;
    }
    be(visitor, (1280, 800), "light", "none").await;
}

/// Something of everything that can be seen.
const BUSY: &str = "
    INSERT INTO fang_tasks (metadata, kind, task_type, state, error_group, updated_at)
    SELECT '{}', 'make_thumbnails', 'images', 'failed', 7, now() - n * interval '1 minute' FROM generate_series(1, 12) n;
    INSERT INTO error_groups (id, kind, normalised, sample, first_job, normaliser)
    VALUES (7, 'make_thumbnails', 'no space left on device (os error #)', 'no space left', 1, 1);
    UPDATE lanes SET paused_at = now() - interval '3 hours', paused_by = 'anna', reason = 'the server is down' WHERE name = 'mail';
    INSERT INTO job_pace SELECT date_trunc('minute', now()) - m * interval '1 minute', false, 'send_mail', 'run', 20, 3 + m % 7
    FROM generate_series(0, 70) m;
    INSERT INTO workers (host, pid, slots, seen_at) VALUES ('derp-with-a-long-name', 4711, 8, now() - interval '50 seconds')";

#[rocket::async_test]
async fn an_operator_reads_how_the_site_runs_and_silences_an_alert_without_script() {
    let site = site(Role::Operator).await;
    let visitor = Visitor::new(Options::without_script()).await;
    log_in(&visitor, &site, "noodle").await;
    sqlx::raw_sql(WELL).execute(&site.world.pool).await.unwrap();
    visitor.goto(&site.url("/ops")).await;
    look_at(&visitor, "all is well").await;
    visitor.goto(&site.url("/ops/alerts")).await;
    look_at(&visitor, "no alerts").await;
    sqlx::raw_sql(&format!("DELETE FROM workers; {BUSY}")).execute(&site.world.pool).await.unwrap();
    fired(&site.world).await;
    visitor.goto(&site.url("/ops")).await;
    look_at(&visitor, "not well").await;
    visitor.follow(".needs a[href='/ops/alerts']").await;
    look_at(&visitor, "open alerts").await;
    visitor.follow("td a[href^='/ops/alerts/']").await;
    look_at(&visitor, "an alert").await;
    visitor.follow("form[action$='/silence'] button").await;
    assert!(visitor.evaluate::<String>("document.title").await.starts_with("Error: "));
    look_at(&visitor, "a silence without a reason").await;
    visitor.fill("#reason", "I know").await;
    visitor.follow("form[action$='/silence'] button").await;
    assert!(visitor.text(".said").await.contains("Nobody is told of it until"));
    look_at(&visitor, "a silenced alert").await;
    visitor.goto(&site.url("/ops/alerts")).await;
    look_at(&visitor, "silenced alerts").await;
}

#[rocket::async_test]
async fn live_figures_come_by_themselves_and_leave_focus_and_what_is_open() {
    let site = site(Role::Observer).await;
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/ops?live=5")).await;
    look_at(&visitor, "live").await;
    visitor.click("#throughput-table summary").await;
    visitor.evaluate::<()>("document.querySelector('.health a').focus(), null").await;
    sqlx::raw_sql(BUSY).execute(&site.world.pool).await.unwrap();
    visitor
        .wait_until("the figures are new", "document.querySelector('.needs').textContent.includes('no space left')")
        .await;
    let kept = "document.querySelector('#throughput-table').open && document.activeElement.matches('.health a')";
    assert!(visitor.evaluate::<bool>(kept).await, "open and focused as before");
    visitor.follow(".updated-line a").await;
    assert_eq!(visitor.url().await, site.url("/ops"));
    // A session that has ended leads to the login, and takes nothing away from the page.
    visitor.goto(&site.url("/ops?live=5")).await;
    sqlx::raw_sql("DELETE FROM sessions").execute(&site.world.pool).await.unwrap();
    visitor.wait_until("the login form is there", "location.pathname == '/login'").await;
}

#[rocket::async_test]
async fn w3m_reads_how_the_site_runs() {
    let site = site(Role::Observer).await;
    sqlx::raw_sql(BUSY).execute(&site.world.pool).await.unwrap();
    let terminal = terminal(&site, "noodle", "/ops").await;
    terminal.wait_for("Nobody works").await;
    terminal.wait_for("What needs a look").await;
}
