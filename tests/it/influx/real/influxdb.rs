//! A real InfluxDB 2, emptied by these tests: `docs/development.md` tells how to set up an organization of theirs. Its address is in
//! RATEMYDERP_TEST_INFLUX_URL, and in _WRITE and _READ are the tokens that `deploy/influxdb/bootstrap` made.

use std::time::Duration;

use chrono::{DurationRound, TimeDelta, Utc};
use ratemyderp::config::Config;
use ratemyderp::metrics::influx::check::{Mark, check};
use ratemyderp::metrics::influx::reader::Reader;
use ratemyderp::metrics::influx::{Client, Token, backfill};
use ratemyderp::metrics::query::{Aggregate, Query, Range, Resolution, Span, Stands, sql};
use ratemyderp::metrics::rollup;
use rocket::figment::Figment;
use serde_json::{Value, json};
use strum::VariantArray;

use super::points;
use crate::influx::ranges::{compare, figures};
use crate::influx::shipper::shipper;
use crate::support::World;

/// The one that tests have for themselves.
pub const ORGANIZATION: &str = "ratemyderp_test";

pub fn variable(name: &str) -> String {
    let name = format!("RATEMYDERP_TEST_INFLUX_{name}");
    std::env::var(&name).unwrap_or_else(|_| panic!("{name} is not set; see docs/development.md"))
}

fn settings(world: &World) -> Figment {
    world
        .figment()
        .merge(("influxdb.organization", ORGANIZATION))
        .merge(("influxdb.url", variable("URL")))
        .merge(("influxdb.write_token", variable("WRITE")))
        .merge(("influxdb.read_token", variable("READ")))
}

fn post(path: &str, token: &str, body: &Value) -> (u16, String) {
    let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
    let request = agent.post(format!("{}{path}", variable("URL"))).header("Authorization", format!("Token {token}"));
    let request = request.header("Accept", "application/csv").header("Content-Type", "application/json");
    let mut answer = request.send(body.to_string()).unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

/// Nothing is left of what was there.
pub fn emptied() {
    for bucket in ["ratemyderp", "ratemyderp_minute", "ratemyderp_hour"] {
        let path = format!("/api/v2/delete?org={ORGANIZATION}&bucket={bucket}");
        let all = json!({ "start": "1970-01-01T00:00:00Z", "stop": "2100-01-01T00:00:00Z" });
        assert_eq!(post(&path, &variable("WRITE"), &all), (204, String::new()), "{bucket}");
    }
}

/// All these tests empty the same buckets.
pub static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
#[ignore = "asks a real InfluxDB, which there is none of in CI"]
async fn a_real_influxdb_gives_the_same_numbers_as_postgres() {
    let _alone = ALONE.lock().await;
    emptied();
    let world = World::new().await;
    let start = (Utc::now() - TimeDelta::minutes(20)).duration_trunc(TimeDelta::minutes(1)).unwrap();
    points(&world, start).await;
    let figment = settings(&world);
    let config: Config = figment.extract().unwrap();
    let said = check(&config.influxdb, Utc::now()).await;
    assert!(said.iter().all(|found| found.mark == Mark::Well), "{said:?}");
    shipper(&world, &figment).round().await;
    let span = Span {
        start: start + TimeDelta::minutes(1),
        step: TimeDelta::minutes(2),
        steps: 4,
        resolution: Resolution::Points,
    };
    let mut queries = vec![];
    for aggregate in
        [Aggregate::Sum, Aggregate::Mean { stands: Stands::Tick }, Aggregate::Max { stands: Stands::Minute }]
    {
        for (measurement, fields, only, by) in [
            ("vote", vec!["n", "s07"], vec![], None),
            ("vote", vec!["n"], vec![("via", vec!["form", "htmx"])], Some("by")),
            ("http", vec!["n", "b03"], vec![("status", vec!["2xx"])], None),
            ("queue", vec!["depth", "oldest_s"], vec![], Some("lane")),
            ("queue", vec!["depth"], vec![("lane", vec!["mail"])], None),
            ("queue", vec!["depth"], vec![], None),
            ("nothing", vec!["n"], vec![], None),
        ] {
            for span in [span, span.whole(), span.before()] {
                queries.push(Query { measurement, fields: fields.clone(), only: only.clone(), by, aggregate, span });
            }
        }
    }
    let ours = sql::read(&mut world.pool.acquire().await.unwrap(), &queries).await.unwrap();
    let reader = Reader::from_config(&config.influxdb).unwrap().unwrap();
    let theirs = reader.read(&queries, Utc::now()).await.unwrap();
    for ((query, ours), theirs) in queries.iter().zip(&ours).zip(&theirs) {
        assert_eq!(ours, theirs, "{query:?}");
    }
}

/// Points of the last hours, minutes of the last days and hours of two months, as the site has them.
#[tokio::test]
#[ignore = "asks a real InfluxDB, which there is none of in CI"]
async fn every_chart_of_every_range_is_the_same_from_a_real_influxdb() {
    let _alone = ALONE.lock().await;
    emptied();
    let world = World::new().await;
    let figment = settings(&world);
    let config: Config = figment.extract().unwrap();
    let now = Utc::now();
    let hour = now.duration_trunc(TimeDelta::hours(1)).unwrap();
    let (fine, middle, coarse) = (hour - TimeDelta::hours(2), hour - TimeDelta::hours(50), hour - TimeDelta::days(61));
    let second = TimeDelta::seconds(1);
    figures(&world, ("metric_points", second * 10, fine, now - second * 10)).await;
    figures(&world, ("metric_minutes", second * 60, middle, fine - second)).await;
    figures(&world, ("metric_hours", second * 3_600, coarse, middle - second)).await;
    let mut conn = world.pool.acquire().await.unwrap();
    rollup::minutes(&mut conn, fine, now).await.unwrap();
    rollup::hours(&mut conn, middle, now).await.unwrap();
    rollup::three_hours(&mut conn, coarse, now).await.unwrap();
    let mut shipper = shipper(&world, &figment);
    shipper.round().await;
    let unsent: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM metric_points, metric_cursors c WHERE metric_points.number > c.number AND measurement <> 'metrics'",
    )
    .fetch_one(&mut *conn)
    .await
    .unwrap();
    assert_eq!(unsent, 0);
    let client = Client::from_config(&config.influxdb, Token::Write, Duration::from_secs(30)).unwrap().unwrap();
    let sent = backfill::send(&mut conn, &client, coarse, now, &mut |_| {}).await.unwrap();
    assert!(sent.hours > 30_000 && sent.minutes > 70_000 && sent.refused == 0, "{sent:?}");
    drop(conn);
    for range in Range::VARIANTS {
        compare(&world, &figment, *range).await;
    }
    tokio::task::spawn_blocking(every_chart_of_the_template_answers).await.unwrap();
}

fn every_chart_of_the_template_answers() {
    let template: Value = serde_json::from_str(include_str!("../../../../deploy/influxdb/dashboard.json")).unwrap();
    let read = variable("READ");
    for chart in template.as_array().unwrap().iter().flat_map(|one| one["spec"]["charts"].as_array().unwrap()) {
        let flux = chart["queries"][0]["query"].as_str().unwrap();
        let (imports, rest): (Vec<&str>, Vec<&str>) = flux.lines().partition(|line| line.starts_with("import"));
        // As InfluxDB's own pages say what they look at.
        let looked = "option v = {timeRangeStart: -2h, timeRangeStop: now(), windowPeriod: 1m}";
        let script = [imports.join("\n"), looked.to_owned(), rest.join("\n")].join("\n");
        let body = json!({ "query": script, "type": "flux" });
        let (status, csv) = post(&format!("/api/v2/query?org={ORGANIZATION}"), &read, &body);
        // Each table begins with the names of its columns.
        let value = |line: &&str| line.starts_with(',') && !line.starts_with(",result,") && !line.contains("NaN");
        let rows = csv.lines().filter(value).count();
        assert!(status == 200 && !csv.contains("error"), "{}: {status} {csv}", chart["name"]);
        assert!(rows > 0 || chart["name"] == "How far this InfluxDB is behind", "{} is empty: {script}", chart["name"]);
    }
}
