//! Jobs and errors: every state is looked at in browsers, and an operator finds the way from an error to its mend in w3m.

use ratemyderp::accounts::Role;

use super::log_in;
use super::pages::{be, look};
use super::uploads::refusals::terminal;
use crate::support::browser::{Options, Visitor};
use crate::support::site::Site;
use crate::web::ops::errors::ERRORS;

/// Jobs in every state; number 1 has all that a job can have.
const JOBS: &str = "
    INSERT INTO workers (host, pid, slots, version, started_at) VALUES ('bigbox-with-a-long-name', 4711, 4, '1.4.2', now() - interval '3 hours');
    INSERT INTO fang_tasks (number, metadata, kind, task_type, state, attempt, retries, max_attempts, submission, error_group, error_message, lease_owner, lease_until)
    OVERRIDING SYSTEM VALUE VALUES
        (1, '{\"job\": {\"kind\": \"remake_all_thumbnails\"}}', 'remake_all_thumbnails', 'images', 'in_progress', 2, 1, 5, NULL, NULL, NULL, 1, now() + interval '15 seconds'),
        (2, '{\"job\": {\"kind\": \"make_thumbnails\", \"submission\": 1}}', 'make_thumbnails', 'images', 'failed', 6, 6, 6, 1, 7,
            E'no space left on /srv/blobs/1f/a-very-long-name-that-does-not-break-anywhere-at-all-because-it-has-no-blanks.jpg\\nat line 3', NULL, NULL),
        (3, '{\"job\": {\"kind\": \"make_thumbnails\", \"submission\": 1}}', 'make_thumbnails', 'images', 'new', 0, 0, 6, 1, NULL, NULL, NULL, NULL);
    INSERT INTO job_progress (job, position, last, done, total, skipped, updated_at) VALUES (1, 400, 1200, 312, 1204, 2, now());
    INSERT INTO job_attempts (job, attempt, worker, due_at, started_at, ended_at, outcome, error) VALUES
        (1, 1, 1, now() - interval '3 hours', now() - interval '2 hours', now() - interval '1 hour', 'failed', 'storage: no answer'),
        (1, 2, 1, now() - interval '50 minutes', now() - interval '40 minutes', NULL, NULL, NULL),
        (2, 6, 1, now() - interval '9 seconds', now() - interval '7 seconds', now() - interval '4 seconds', 'failed', 'no space left on /srv/blobs/1f.jpg');
    INSERT INTO job_lines (job, attempt, n, text) VALUES (1, 1, 1, 'photo 312 keeps what it has'), (1, 1, 2, 'storage does not answer'), (1, 2, 1, 'going on behind photo 312');";

async fn site() -> Site {
    let site = Site::with(|figment| figment.merge(("accounts.two_factor_required", false))).await;
    let noodle = site.world.member("noodle").await;
    site.world.grant(noodle, Role::Operator).await;
    site
}

/// Looks at a page, and leaves pictures of it.
async fn look_at(visitor: &Visitor, state: &str) {
    look(visitor, state).await;
    for (width, height, scheme) in [(1280, 900, "light"), (1280, 900, "dark"), (360, 640, "light"), (360, 640, "dark")]
    {
        be(visitor, (width, height), scheme, "none").await;
        visitor.screenshot_of_page(&format!("jobs {state} {width} {scheme}").replace(' ', "-")).await;
    }
    be(visitor, (1280, 800), "light", "none").await;
}

#[rocket::async_test]
async fn an_operator_reads_jobs_and_errors_without_script() {
    let site = site().await;
    let visitor = Visitor::new(Options::without_script()).await;
    log_in(&visitor, &site, "noodle").await;
    sqlx::raw_sql("DELETE FROM fang_tasks; DELETE FROM job_attempts; DELETE FROM job_lines; DELETE FROM job_progress")
        .execute(&site.world.pool)
        .await
        .unwrap();
    for (path, state) in [("jobs", "no jobs"), ("errors", "no errors")] {
        visitor.goto(&site.url(&format!("/ops/{path}"))).await;
        look_at(&visitor, state).await;
    }
    sqlx::raw_sql(&format!("{JOBS}{ERRORS}")).execute(&site.world.pool).await.unwrap();
    for (path, state) in [
        ("jobs", "all jobs"),
        ("jobs?state=failed&tick=page", "failed jobs marked"),
        ("jobs?since=yesterday", "a filter that cannot be"),
        ("jobs/1", "a running job"),
        ("jobs/2", "a failed job"),
        ("jobs/3", "a waiting job"),
        ("jobs/404", "no such job"),
        ("errors?sort=most", "errors"),
        ("errors/9", "a muted error"),
        ("errors/404", "no such error"),
    ] {
        visitor.goto(&site.url(&format!("/ops/{path}"))).await;
        look_at(&visitor, state).await;
    }
    visitor.goto(&site.url("/ops/jobs/1")).await;
    visitor.click("details summary").await;
    look_at(&visitor, "a job with what it said").await;
    visitor.goto(&site.url("/ops/errors")).await;
    visitor.follow("tbody th a[href='/ops/errors/7']").await;
    look_at(&visitor, "an error").await;
    visitor.follow("form[action$='/mute'] button").await;
    assert!(visitor.evaluate::<String>("document.title").await.starts_with("Error: "));
    look_at(&visitor, "a mute without a reason").await;
    visitor.fill("#reason", "a new disk comes").await;
    visitor.follow("form[action$='/mute'] button").await;
    assert!(visitor.text(".said").await.contains("Nobody is alerted of it until it changes"));
}

#[rocket::async_test]
async fn w3m_leads_from_an_error_to_the_retry_of_its_jobs() {
    let site = site().await;
    sqlx::raw_sql("DELETE FROM fang_tasks").execute(&site.world.pool).await.unwrap();
    sqlx::raw_sql(ERRORS).execute(&site.world.pool).await.unwrap();
    let w3m = terminal(&site, "noodle", "/ops/errors?sort=most").await;
    w3m.wait_for("jobs have failed with them for good").await;
    w3m.activate("no space").await;
    w3m.wait_for("12 jobs failed with it for good").await;
    w3m.activate("Retry all").await;
    w3m.wait_for("What will be done").await;
}
