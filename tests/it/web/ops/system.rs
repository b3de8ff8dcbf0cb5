//! How pages, hosts and the database do.

use ratemyderp::accounts::Role;
use rocket::http::Status;

use super::overview::client_of;
use crate::health::WELL;
use crate::support::World;
use crate::web::dashboard::figures;
use crate::web::page::get;

#[rocket::async_test]
async fn what_is_wrong_comes_first_and_leads_to_its_chart() {
    let world = World::new().await;
    let client = client_of(&world, "noodle", Role::Observer).await;
    let page = get(&client, "/ops/system").await;
    assert_eq!(page.status, Status::Ok);
    assert!(
        page.html.contains("<a href=\"#answers\">No web process has written figures for a minute</a>."),
        "{}",
        page.html
    );
    sqlx::raw_sql(WELL).execute(&world.pool).await.unwrap();
    figures(&world.pool).await;
    let page = get(&client, "/ops/system?range=1h").await;
    let text = page.text();
    assert!(
        text.contains("Pages, hosts and database are well: 10 answers a second, 95 of 100 votes within 10 ms, processors 30 % busy."),
        "{text}"
    );
    assert!(text.contains("Processors 30 % busy"), "{text}");
    assert!(text.contains("Connections 12 connections connected"), "{text}");
    assert_eq!(page.html.matches("<img src=\"/ops/system/").count(), 26);
    let bad = "UPDATE metric_points SET fields = fields || '{\"used_percent\": 91}' WHERE measurement = 'disk';
        UPDATE metric_points SET fields = fields || '{\"numbackends\": 97, \"oldest_xact_s\": 900}' WHERE measurement = 'postgresql';
        UPDATE metric_points SET fields = '{\"n\": 90, \"b09\": 90}' WHERE measurement = 'answer' AND tags ->> 'part' = 'vote';
        UPDATE metric_points SET fields = '{\"n\": 10, \"b01\": 10}' WHERE measurement = 'answer' AND tags ->> 'status' = '5xx'";
    sqlx::raw_sql(bad).execute(&world.pool).await.unwrap();
    let text = get(&client, "/ops/system?range=1h").await.text();
    for words in [
        "10 % of the answers of the last 5 minutes failed.",
        "The disk of / is 91 % full.",
        "97 of 100 database connections are in use.",
        "A transaction has been open for 15 min.",
        "Votes are slow: 95 of 100 are answered within 975 ms, not within 100 ms.",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[rocket::async_test]
async fn what_people_do_has_figures_that_only_operators_see() {
    let world = World::new().await;
    figures(&world.pool).await;
    let client = client_of(&world, "noodle", Role::Observer).await;
    let text = get(&client, "/ops/system?range=15m").await.text();
    for words in [
        // A vote a second, for each of forty.
        "Votes of each who rates 2,160 votes a day",
        "Who came back 25 %",
        "Joined with votes 90 visitors",
        "Reports 100 for 1,000 votes",
        "Uploads not taken 180 uploads too large",
        "Age of the ranks 45 s",
        "Memory of our control groups 75 %",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(get(&client, "/dashboard/reports").await.status == Status::NotFound, "it is no figure for everybody");
    let csv = get(&client, "/ops/system/refusals/figures.csv?range=15m").await.html;
    assert!(csv.starts_with("time,too large (uploads),duplicate (uploads)\r\n"), "{csv}");
}

#[rocket::async_test]
async fn each_host_tells_what_is_used_what_waits_and_what_went_wrong() {
    let world = World::new().await;
    let client = client_of(&world, "noodle", Role::Observer).await;
    let text = get(&client, "/ops/system").await.text();
    assert!(text.contains("No process has measured its host within five minutes."), "{text}");
    figures(&world.pool).await;
    let killed = "UPDATE metric_points SET fields = fields || '{\"oom_kill\": 8}' WHERE measurement = 'cgroup' AND at > now() - interval '2 minutes'";
    sqlx::raw_sql(killed).execute(&world.pool).await.unwrap();
    let html = get(&client, "/ops/system").await.html;
    let cells = ["30 %", "1.5", "12.5 %", "61.5 %", "not known", "40 %", "20 %", "not known", "1.5", "1", "1 day 1 h"];
    let row = format!("<th scope=\"row\">derp</th><td>{}</td>", cells.join("</td><td>"));
    assert!(html.contains(&row), "{row}: {html}");
}

/// Versions in words for operators, without their names for everybody else; alerts for operators alone, where they belong.
#[rocket::async_test]
async fn deploys_and_alerts_are_marked_on_the_charts_that_they_are_about() {
    let world = World::new().await;
    figures(&world.pool).await;
    let happened = "INSERT INTO workers (host, pid, version, slots, started_at) VALUES ('derp', 1, '0.9.7', 4, now() - interval '8 minutes');
        INSERT INTO alerts (rule, subject, words, link, seen_at, fired_at, resolved_at) VALUES
            ('disk', '/', 'Full.', '/ops/system#disks', now() - interval '7 minutes', now() - interval '6 minutes', now() - interval '3 minutes'),
            ('stalled', '', 'Stalled.', '/ops/jobs?state=processing', now() - interval '7 minutes', now() - interval '5 minutes', NULL),
            ('memory', '', 'Short.', '/ops/system#pressure', now() - interval '9 hours', now() - interval '9 hours', now() - interval '8 hours')";
    sqlx::raw_sql(happened).execute(&world.pool).await.unwrap();
    let client = client_of(&world, "noodle", Role::Observer).await;
    let disks = get(&client, "/ops/system/disks?range=15m").await.text();
    assert!(disks.contains("UTC: version 0.9.7 came.") && disks.contains("UTC: alert disk."), "{disks}");
    assert!(disks.contains("Meanwhile") && !disks.contains("stalled"), "{disks}");
    let waiting = get(&client, "/ops/system/waiting?range=15m").await.text();
    assert!(
        waiting.contains("Since ") && waiting.contains("UTC: alert stalled.") && !waiting.contains("alert disk"),
        "{waiting}"
    );
    let pressure = get(&client, "/ops/system/pressure?range=15m").await.text();
    assert!(!pressure.contains("alert memory"), "it was over long before: {pressure}");
    let picture = get(&client, "/ops/system/disks/picture.svg?range=15m").await.html;
    assert!(picture.contains(">0.9.7</text>") && picture.contains(">! disk</text>"), "{picture}");
    let public = get(&client, "/dashboard/votes?range=15m").await.text();
    assert!(
        public.contains("UTC: a new version came.") && !public.contains("0.9.7") && !public.contains("alert"),
        "{public}"
    );
}

#[rocket::async_test]
async fn a_chart_of_the_system_is_for_observers_alone() {
    let world = World::new().await;
    figures(&world.pool).await;
    let client = client_of(&world, "noodle", Role::Observer).await;
    assert!(get(&client, "/ops/system/processors?range=1h").await.text().contains("30 %"));
    let csv = get(&client, "/ops/system/processors/figures.csv?range=1h").await;
    assert!(csv.html.starts_with("time,busy (%),kernel (%)"), "{}", csv.html);
    assert_eq!(get(&client, "/ops/system?range=1y").await.status, Status::UnprocessableEntity);
    assert_eq!(get(&client, "/ops/system/nothing").await.status, Status::NotFound);
    let member = client_of(&world, "olive", Role::Moderator).await;
    for path in [
        "/ops/system",
        "/ops/system/processors",
        "/ops/system/processors/picture.svg",
        "/ops/system/processors/figures.csv",
    ] {
        assert_eq!(get(&member, path).await.status, Status::NotFound, "{path}");
    }
}
