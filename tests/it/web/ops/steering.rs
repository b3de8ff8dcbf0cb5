//! Lanes, kinds, workers and schedules: what operators read and do.

use ratemyderp::accounts::Role;
use rocket::http::Status;
use rocket::local::asynchronous::Client;

use super::overview::client_of;
use crate::support::World;
use crate::web::page::{Page, get, post};

async fn send(client: &Client, path: &str, fields: &str) -> Page {
    let csrf = get(client, "/logout").await.csrf();
    post(client, path, &format!("csrf={csrf}&{fields}")).await
}

async fn two() -> (World, Client, Client) {
    let world = World::new().await;
    let (noodle, biscuit) =
        (client_of(&world, "noodle", Role::Operator).await, client_of(&world, "biscuit", Role::Operator).await);
    (world, noodle, biscuit)
}

#[rocket::async_test]
async fn what_is_paused_says_who_why_and_until_when_and_goes_on_again() {
    let (world, noodle, biscuit) = two().await;
    for (page, thing, path) in [
        ("/ops/lanes", "lane mail", "/ops/lanes/mail"),
        ("/ops/kinds/send_mail", "kind send_mail", "/ops/kinds/send_mail"),
        ("/ops/schedules/rank_photos", "schedule rank_photos", "/ops/schedules/rank_photos"),
    ] {
        let (pause, resume) = (format!("{path}/pause"), format!("{path}/resume"));
        for _ in 0..2 {
            let done = send(&noodle, &pause, "reason=the+server+is+down&until=2+h").await;
            assert_eq!((done.status, done.header("Location")), (Status::SeeOther, Some(page)), "{}", done.text());
        }
        let shown = get(&noodle, page).await;
        assert!(shown.text().contains(&format!("The {thing} is paused")), "{}", shown.text());
        assert!(shown.text().contains("by noodle, until"), "{}", shown.text());
        assert!(shown.text().contains("“the server is down”"), "{}", shown.text());
        let late = send(&biscuit, &pause, "reason=so+do+I").await;
        assert_eq!(late.status, Status::Conflict);
        assert!(late.text().contains("by noodle") && late.text().contains("“the server is down”"), "{}", late.text());
        // A page from before this pause does not end it.
        assert_eq!(send(&biscuit, &resume, "seen=1").await.status, Status::Conflict);
        assert_eq!(send(&biscuit, &resume, "seen=x").await.status, Status::UnprocessableEntity);
        let seen = shown.html.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let seen = if page == "/ops/lanes" { "" } else { seen };
        for client in [&biscuit, &noodle] {
            assert_eq!(send(client, &resume, &format!("seen={seen}")).await.header("Location"), Some(page));
        }
        let shown = get(&noodle, page).await.text();
        assert!(shown.contains(&format!("The {thing} is not paused: biscuit resumed it on")), "{shown}");
        for (action, count) in [("paused", 1), ("resumed", 1)] {
            let noun = thing.split(' ').next().unwrap();
            let audit = format!("audit_log WHERE action = '{noun} {action}' AND starts_with(detail, '{thing}: ')");
            assert_eq!(world.count(&audit).await, count, "{audit}");
        }
    }
}

#[rocket::async_test]
async fn mistakes_come_back_with_what_was_typed() {
    let (world, noodle, _) = two().await;
    for (path, fields, field, message) in [
        ("/ops/lanes/mail/pause", "reason=&until=2+h", "2 h", "Say why"),
        ("/ops/lanes/mail/pause", "reason=because&until=31+February", "31 February", "no time that we understand"),
        ("/ops/kinds/send_mail/pause", "reason=because&until=2027-02-31", "2027-02-31", "no time that we understand"),
        ("/ops/schedules/rank_photos/pause", "reason=because&until=2020-01-01", "2020-01-01", "is over"),
        ("/ops/lanes/mail/concurrency", "concurrency=0", "0", "whole number from 1 to 1000"),
        ("/ops/lanes/mail/concurrency", "concurrency=lots", "lots", "whole number from 1 to 1000"),
    ] {
        let page = send(&noodle, path, fields).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{path} {fields}");
        assert!(page.html.contains("<title>Error: "), "{}", page.html);
        assert!(page.text().contains(message), "{}", page.text());
        assert!(page.html.contains(&format!("value=\"{field}\"")), "{}", page.html);
    }
    let paused = "lanes WHERE name = 'mail' AND (paused_at IS NOT NULL OR concurrency IS NOT NULL)";
    assert_eq!(
        world.count(paused).await
            + world.count("paused_kinds").await
            + world.count("audit_log WHERE action LIKE '%paused'").await,
        0
    );
}

#[rocket::async_test]
async fn what_is_not_there_and_what_nobody_knows_is_said() {
    let (_world, noodle, _) = two().await;
    for (path, noun) in [
        ("/ops/kinds/nothing", "kind"),
        ("/ops/kinds/nothing/chart.svg", "kind"),
        ("/ops/workers/404", "worker"),
        ("/ops/schedules/nothing", "schedule"),
    ] {
        let page = get(&noodle, path).await;
        assert_eq!(page.status, Status::NotFound, "{path}");
        assert!(page.text().contains(&format!("There is no {noun} “")), "{}", page.text());
    }
    for path in [
        "/ops/lanes/nothing/pause",
        "/ops/lanes/nothing/concurrency",
        "/ops/kinds/nothing/resume",
        "/ops/workers/404/quiet",
        "/ops/schedules/nothing/runs",
    ] {
        let page = send(&noodle, path, "reason=because").await;
        assert_eq!(page.status, Status::NotFound, "{path}");
        assert!(page.text().contains("There is no "), "{}", page.text());
    }
    for path in [
        "/ops/lanes?x=1",
        "/ops/kinds?kind=send_mail",
        "/ops/workers?state=late",
        "/ops/schedules?since=yesterday",
        "/ops/kinds/send_mail?range=99999y",
        "/ops/kinds/send_mail/chart.svg?measure=mood",
        "/ops/kinds/send_mail/chart.svg?theme=pink",
        "/ops/kinds/send_mail/chart.csv?theme=dark",
    ] {
        assert_eq!(get(&noodle, path).await.status, Status::UnprocessableEntity, "{path}");
    }
}

#[rocket::async_test]
async fn the_limit_of_a_lane_is_changed_by_whoever_saw_the_last_one() {
    let (world, noodle, biscuit) = two().await;
    let path = "/ops/lanes/images/concurrency";
    for _ in 0..2 {
        assert_eq!(send(&noodle, path, "concurrency=2&seen=").await.status, Status::SeeOther);
    }
    let late = send(&biscuit, path, "concurrency=5&seen=").await;
    assert_eq!(late.status, Status::Conflict);
    assert!(late.text().contains("is 2 now, since noodle changed it"), "{}", late.text());
    assert_eq!(send(&biscuit, path, "concurrency=5&seen=2").await.status, Status::SeeOther);
    assert_eq!(world.count("lanes WHERE name = 'images' AND concurrency = 5").await, 1);
    assert_eq!(world.count("audit_log WHERE action = 'lane concurrency changed'").await, 2);
}

#[rocket::async_test]
async fn workers_that_are_late_or_gone_are_named_with_what_they_hold() {
    let (world, noodle, _) = two().await;
    sqlx::raw_sql(
        "INSERT INTO workers (host, pid, slots, seen_at, kinds, version) VALUES
             ('derp', 1, 4, now(), ARRAY['send_mail'], '1.0'), ('wobble', 2, 8, now() - interval '10 minutes', NULL, NULL);
         INSERT INTO fang_tasks (metadata, kind, task_type, state, attempt, lease_owner, lease_until) VALUES
             ('{}', 'send_mail', 'mail', 'in_progress', 1, 1, now() + interval '20 seconds'),
             ('{}', 'send_mail', 'mail', 'in_progress', 1, 2, now() + interval '12 seconds'),
             ('{}', 'from_the_future', 'mail', 'in_progress', 1, 2, now());
         INSERT INTO job_attempts (job, attempt, worker, started_at)
         SELECT number, 1, lease_owner, now() - interval '5 minutes' FROM fang_tasks WHERE state = 'in_progress';
         INSERT INTO job_pace SELECT date_trunc('hour', now()), true, 'send_mail', 'run', 40, 100",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let text = get(&noodle, "/ops/workers").await.text();
    assert!(text.contains("1 worker is there, with 4 slots for new jobs."), "{text}");
    assert!(text.contains("Worker 2 on wobble is gone: last seen 10 min"), "{text}");
    assert!(text.contains("(send_mail), which will be rescued within"), "{text}");
    assert!(text.contains("(from_the_future), which no worker that is there knows this kind"), "{text}");
    assert!(text.contains("longer than it may"), "a mail may take a minute: {text}");
    for _ in 0..2 {
        let done = send(&noodle, "/ops/workers/1/quiet", "").await;
        assert_eq!(done.header("Location"), Some("/ops/workers/1"));
    }
    let text = get(&noodle, "/ops/workers/1").await.text();
    assert!(text.contains("It is quiet, on derp") && text.contains("noodle asked for that"), "{text}");
    assert!(text.contains("make_thumbnails"), "what it does not know: {text}");
    assert_eq!(send(&noodle, "/ops/workers/1/unquiet", "").await.status, Status::SeeOther);
    sqlx::raw_sql("UPDATE workers SET stopped_at = now() WHERE number = 1").execute(&world.pool).await.unwrap();
    assert_eq!(send(&noodle, "/ops/workers/1/quiet", "").await.status, Status::Conflict);
    assert_eq!(world.count("audit_log WHERE action LIKE 'worker %quieted'").await, 2);
}

#[rocket::async_test]
async fn a_schedule_runs_now_unless_its_job_waits_already() {
    let (world, noodle, biscuit) = two().await;
    for _ in 0..2 {
        let done = send(&noodle, "/ops/schedules/rank_photos/runs", "").await;
        assert_eq!(done.header("Location"), Some("/ops/schedules/rank_photos"), "{}", done.text());
    }
    assert_eq!(world.count("fang_tasks WHERE kind = 'rank_photos'").await, 1);
    assert_eq!(world.count("audit_log WHERE action = 'schedule run'").await, 1);
    sqlx::raw_sql("UPDATE lanes SET paused_at = now(), paused_by = 'anna', reason = 'too hot' WHERE name = 'ranking'")
        .execute(&world.pool)
        .await
        .unwrap();
    let refused = send(&biscuit, "/ops/schedules/rank_photos/runs", "").await;
    assert_eq!(refused.status, Status::Conflict);
    assert!(refused.text().contains("waits already") && refused.text().contains("“too hot”"), "{}", refused.text());
    assert!(refused.html.contains("href=\"/ops/jobs/"), "{}", refused.html);
    let text = get(&noodle, "/ops/schedules/queue_digests").await.text();
    assert!(text.contains("It runs every Monday at 06:00 UTC"), "{text}");
    world.drain().await;
    let text = get(&noodle, "/ops/schedules").await.text();
    assert!(text.contains("No tick was missed lately."), "{text}");
}

#[rocket::async_test]
async fn a_kind_is_described_counted_timed_and_drawn() {
    let (world, noodle, _) = two().await;
    sqlx::raw_sql(
        "INSERT INTO job_pace SELECT date_trunc('minute', now()) - m * interval '1 minute', false, 'send_mail', x.measure, 40, 3
         FROM generate_series(0, 59) m, (VALUES ('wait'), ('run')) x (measure);
         INSERT INTO job_pace VALUES (date_trunc('hour', now()), true, 'send_mail', 'run', 44, 9);
         INSERT INTO fang_tasks (metadata, kind, task_type, scheduled_at) VALUES ('{}', 'send_mail', 'mail', now() - interval '2 hours')",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let text = get(&noodle, "/ops/kinds").await.text();
    assert!(text.contains("939 ms · 939 ms · 939 ms") && text.contains("no jobs"), "{text}");
    let page = get(&noodle, "/ops/kinds/send_mail?range=1h").await;
    let text = page.text();
    assert!(text.contains("Sends one mail, or finds out that nobody is to have it."), "{text}");
    assert!(text.contains("the oldest has been due for 2 h"), "{text}");
    assert!(
        page.html.contains("src=\"/ops/kinds/send_mail/chart.svg?measure&#x3D;wait&amp;range&#x3D;1h\""),
        "{}",
        page.html
    );
    assert!(text.contains("p50: 939 ms on average, at most 939 ms at"), "{text}");
    for range in ["1h", "24h", "7d"] {
        let svg = get(&noodle, &format!("/ops/kinds/send_mail/chart.svg?measure=run&range={range}&theme=dark")).await;
        assert_eq!((svg.status, svg.header("Content-Type")), (Status::Ok, Some("image/svg+xml")));
        assert!(svg.header("Content-Security-Policy").is_some_and(|policy| policy.contains("style-src 'sha256-")));
        assert!(svg.html.contains("class=\"dark\"") && svg.html.contains(">p99</text>"), "{}", svg.html);
    }
    let csv = get(&noodle, "/ops/kinds/send_mail/chart.csv?measure=run&range=24h").await;
    assert_eq!(csv.header("Content-Type"), Some("text/csv; charset=utf-8"));
    assert!(csv.html.starts_with("time,p99 (seconds),p95 (seconds),p50 (seconds)\r\n"), "{}", csv.html);
    let lanes = get(&noodle, "/ops/lanes").await.text();
    assert!(lanes.contains("mail 1 2 h 0 no limit 3.0 in 20 s open"), "{lanes}");
}
