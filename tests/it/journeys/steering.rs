//! Lanes, kinds, workers and schedules: every state is looked at in browsers, and steered in w3m.

use ratemyderp::accounts::Role;

use super::pages::{be, look};
use super::uploads::refusals::terminal;
use super::{log_in, untroubled};
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;

/// Something of everything that can be seen.
const BUSY: &str = "
    DELETE FROM fang_tasks;
    INSERT INTO workers (number, host, pid, slots, seen_at, kinds, version, rss_bytes, started_at) OVERRIDING SYSTEM VALUE VALUES
        (1001, 'derp', 1, 4, now(), ARRAY['send_mail', 'make_thumbnails'], '1.4.2', 123456789, now() - interval '5 hours'),
        (1002, 'wobble-with-a-very-long-name', 2, 8, now() - interval '10 minutes', NULL, '1.4.1', NULL, now() - interval '3 days');
    INSERT INTO fang_tasks (metadata, kind, task_type, state, attempt, lease_owner, lease_until) VALUES
        ('{}', 'send_mail', 'mail', 'in_progress', 1, 1001, now() + interval '20 seconds'),
        ('{}', 'make_thumbnails', 'images', 'in_progress', 2, 1002, now() + interval '12 seconds'),
        ('{}', 'from_the_future', 'mail', 'in_progress', 1, 1002, now());
    INSERT INTO job_attempts (job, attempt, worker, started_at)
    SELECT number, attempt, lease_owner, now() - interval '5 minutes' FROM fang_tasks WHERE state = 'in_progress';
    INSERT INTO fang_tasks (metadata, kind, task_type, scheduled_at)
    SELECT '{}', 'send_mail', 'mail', now() - interval '2 hours' FROM generate_series(1, 1204);
    UPDATE lanes SET paused_at = now() - interval '1 hour', paused_by = 'anna', reason = 'the server of the mails is down', resume_at = now() + interval '1 hour' WHERE name = 'mail';
    INSERT INTO schedules SELECT 'rank_photos', date_trunc('minute', now()) - n * interval '1 minute', n FROM generate_series(0, 12) n WHERE n <> 3;
    INSERT INTO job_pace
    SELECT date_trunc('minute', now()) - m * interval '1 minute', false, 'send_mail', x.measure,
        (x.base + 8 * sin(m / 50.0) + b * 4)::smallint, 9 - b
    FROM generate_series(0, 2880) m, (VALUES ('wait', 44), ('run', 36)) x (measure, base), generate_series(0, 3) b
    WHERE m NOT BETWEEN 400 AND 520;
    INSERT INTO job_pace
    SELECT date_trunc('hour', at), true, kind, measure, bucket, sum(n) FROM job_pace GROUP BY 1, 3, 4, 5";

async fn site() -> Site {
    let site = Site::with(|figment| figment.merge(("accounts.two_factor_required", false))).await;
    let noodle = site.world.member("noodle").await;
    site.world.grant(noodle, Role::Operator).await;
    site
}

/// Looks at a page, and leaves pictures of it.
async fn look_at(visitor: &Visitor, state: &str) {
    look(visitor, state).await;
    for (width, height, scheme, forced) in
        [(1280, 900, "light", "none"), (360, 640, "dark", "none"), (1280, 900, "dark", "active")]
    {
        be(visitor, (width, height), scheme, forced).await;
        visitor.screenshot_of_page(&format!("steering {state} {width} {forced}").replace(' ', "-")).await;
    }
    be(visitor, (1280, 800), "light", "none").await;
}

#[rocket::async_test]
async fn an_operator_reads_and_steers_the_queue_without_script() {
    let site = site().await;
    let visitor = Visitor::new(Options::without_script()).await;
    log_in(&visitor, &site, "noodle").await;
    sqlx::raw_sql("DELETE FROM fang_tasks").execute(&site.world.pool).await.unwrap();
    for page in ["lanes", "kinds", "workers", "schedules"] {
        visitor.goto(&site.url(&format!("/ops/{page}"))).await;
        look(&visitor, &format!("{page} of an idle site")).await;
    }
    sqlx::raw_sql(BUSY).execute(&site.world.pool).await.unwrap();
    for page in [
        "lanes",
        "kinds",
        "kinds/send_mail",
        "kinds/send_mail?range=7d",
        "workers",
        "workers/1001",
        "schedules",
        "schedules/rank_photos",
    ] {
        visitor.goto(&site.url(&format!("/ops/{page}"))).await;
        look_at(&visitor, &page.replace(['/', '?', '='], " ")).await;
    }
    visitor.goto(&site.url("/ops/lanes")).await;
    visitor.follow("form[action='/ops/lanes/mail/resume'] button").await;
    assert!(visitor.text(".said").await.contains("The lane mail goes on."));
    visitor.click("#lane-images ~ details summary").await;
    visitor.follow("form[action='/ops/lanes/images/pause'] button").await;
    assert!(visitor.evaluate::<String>("document.title").await.starts_with("Error: "));
    look_at(&visitor, "a pause without a reason").await;
    visitor.fill("#reason", "the disk is full").await;
    visitor.follow("main form button").await;
    assert!(visitor.text("main").await.contains("“the disk is full”"));
    look(&visitor, "a paused lane").await;
}

#[rocket::async_test]
async fn live_lanes_keep_what_is_being_typed() {
    let site = site().await;
    let visitor = Visitor::new(Options::default()).await;
    log_in(&visitor, &site, "noodle").await;
    visitor.goto(&site.url("/ops/lanes?live=5")).await;
    visitor.click("#lane-images ~ details summary").await;
    visitor.fill("#lane-images-reason", "the disk").await;
    sqlx::raw_sql(BUSY).execute(&site.world.pool).await.unwrap();
    visitor.wait_until("the figures are new", "document.querySelector('#live').textContent.includes('1,204')").await;
    let kept = "document.querySelector('#lane-images-reason').value === 'the disk' && document.querySelector('#lane-images-reason').checkVisibility()";
    assert!(visitor.evaluate::<bool>(kept).await, "open and typed as before");
    look(&visitor, "live lanes").await;
    untroubled(&visitor).await;
}

#[rocket::async_test]
async fn w3m_pauses_a_schedule_and_quiets_a_worker() {
    let site = site().await;
    sqlx::raw_sql(BUSY).execute(&site.world.pool).await.unwrap();
    let w3m = terminal(&site, "noodle", "/ops/schedules/rank_photos").await;
    w3m.wait_for("It runs every minute").await;
    w3m.fill_below("Why", "too hot").await;
    w3m.activate("Pause the schedule").await;
    w3m.wait_for("“too hot”").await;
    let w3m = terminal(&site, "noodle", "/ops/workers/1001").await;
    w3m.activate("Quiet worker 1001").await;
    w3m.wait_for("takes no new jobs").await;
}
