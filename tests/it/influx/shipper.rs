//! What is in PostgreSQL comes to InfluxDB, whatever happens in between.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use ratemyderp::metrics::influx::line::line;
use ratemyderp::metrics::influx::shipper::Shipper;
use ratemyderp::metrics::influx::{Client, Token};
use rocket::figment::Figment;
use serde_json::{Map, Value, json};

use crate::support::World;
use crate::support::influx::lines::{Figure, read};
use crate::support::influx::{Influx, Mood};

pub fn with(world: &World, influx: &Influx) -> Figment {
    world
        .figment()
        .merge(("influxdb.url", influx.url()))
        .merge(("influxdb.write_token", "write"))
        .merge(("influxdb.read_token", "read"))
}

pub fn shipper(world: &World, figment: &Figment) -> Shipper {
    let config: ratemyderp::config::Config = figment.extract().unwrap();
    let client = Client::from_config(&config.influxdb, Token::Write, Duration::from_millis(500)).unwrap().unwrap();
    Shipper::new(world.url().parse().unwrap(), client, Duration::from_secs(10))
}

fn noon() -> DateTime<Utc> {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

/// Points of so many moments from there on, ten seconds apart.
async fn points(world: &World, from: i32, count: i32) {
    sqlx::query(
        "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         SELECT 'vote', $1 + make_interval(secs => 10 * n), '{\"by\": \"visitor\", \"instance\": \"web-0\"}',
             jsonb_build_object('n', n), false
         FROM generate_series($2::integer, $2 + $3 - 1) AS n",
    )
    .bind(noon())
    .bind(from)
    .bind(count)
    .execute(&world.pool)
    .await
    .unwrap();
}

async fn point(world: &World, seconds: i64, measurement: &str, fields: Value) {
    sqlx::query("INSERT INTO metric_points (measurement, at, tags, fields, gauge) VALUES ($1, $2, '{}', $3, false)")
        .bind(measurement)
        .bind(noon() + TimeDelta::seconds(seconds))
        .bind(fields)
        .execute(&world.pool)
        .await
        .unwrap();
}

fn votes(influx: &Influx) -> usize {
    influx.points("ratemyderp").keys().filter(|(measurement, ..)| measurement == "vote").count()
}

async fn cursor(world: &World) -> (i64, Option<String>) {
    sqlx::query_as("SELECT refused, trouble FROM metric_cursors").fetch_one(&world.pool).await.unwrap()
}

async fn lag(world: &World) -> i64 {
    sqlx::query_scalar(
        "SELECT (fields -> 'ship_lag_ms')::bigint FROM metric_points WHERE measurement = 'metrics' AND gauge
         ORDER BY number DESC LIMIT 1",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn an_outage_loses_nothing_and_doubles_nothing() {
    let world = World::new().await;
    let influx = Influx::start().await;
    let mut shipper = shipper(&world, &with(&world, &influx));
    points(&world, 0, 10).await;
    assert_eq!(shipper.round().await, Duration::from_secs(10));
    assert_eq!(votes(&influx), 10);
    // Two days of points, in each way of being away.
    let mut waits = vec![];
    for (number, mood) in [
        Mood::Resets,
        Mood::Slow(Duration::from_secs(3)),
        Mood::Says(503, r#"{"code":"unavailable","message":"cannot write"}"#),
        Mood::Says(429, "{}"),
        Mood::Says(500, "<html>proxy</html>"),
    ]
    .into_iter()
    .enumerate()
    {
        influx.is(mood);
        points(&world, 10 + 3_454 * i32::try_from(number).unwrap(), 3_454).await;
        waits.push(shipper.round().await.as_secs());
    }
    assert_eq!(waits, [10, 20, 40, 60, 60], "it is asked less and less often");
    assert_eq!(votes(&influx), 10);
    // The lag stands once in ten seconds.
    sqlx::query("DELETE FROM metric_points WHERE measurement = 'metrics'").execute(&world.pool).await.unwrap();
    shipper.round().await;
    assert!(lag(&world).await > 0);
    assert!(cursor(&world).await.1.unwrap().contains("does not answer"));
    influx.is(Mood::Well);
    sqlx::query("DELETE FROM metric_points WHERE measurement = 'metrics'").execute(&world.pool).await.unwrap();
    assert_eq!(shipper.round().await, Duration::from_secs(10));
    assert_eq!(votes(&influx), 10 + 5 * 3_454, "0 points are missing");
    let sum: i64 = influx
        .points("ratemyderp")
        .iter()
        .filter(|((measurement, ..), _)| measurement == "vote")
        .map(|(_, fields)| match fields["n"] {
            Figure::Integer(n) => n,
            Figure::Float(_) => panic!("counts are whole"),
        })
        .sum();
    assert_eq!(sum, (0..10 + 5 * 3_454).sum::<i64>());
    assert_eq!(cursor(&world).await, (0, None));
    assert_eq!(lag(&world).await, 0);
}

#[tokio::test]
async fn of_two_processes_one_sends_and_the_other_takes_over() {
    let world = World::new().await;
    let influx = Influx::start().await;
    let settings = with(&world, &influx);
    let (mut one, mut other) = (shipper(&world, &settings), shipper(&world, &settings));
    points(&world, 0, 3).await;
    one.round().await;
    let asked = influx.asked("/api/v2/write");
    points(&world, 3, 3).await;
    other.round().await;
    assert_eq!((votes(&influx), influx.asked("/api/v2/write")), (3, asked));
    drop(one);
    while votes(&influx) < 6 {
        other.round().await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_point_that_it_does_not_take_is_set_aside_and_holds_up_no_other() {
    let world = World::new().await;
    let influx = Influx::start().await;
    let mut shipper = shipper(&world, &with(&world, &influx));
    point(&world, 0, "vote", json!({ "n": 1 })).await;
    shipper.round().await;
    points(&world, 1, 20).await;
    // The type of a field is the one that it had first, and a number beyond all bounds is no number.
    point(&world, 2_000, "vote", json!({ "n": 1.5 })).await;
    point(&world, 2_001, "vote", json!({ "n": u64::MAX })).await;
    points(&world, 21, 20).await;
    shipper.round().await;
    assert_eq!(votes(&influx), 41);
    assert_eq!(cursor(&world).await, (2, None));
    let aside: Vec<(Value, String)> = sqlx::query_as("SELECT fields, reason FROM metric_refusals ORDER BY number")
        .fetch_all(&world.pool)
        .await
        .unwrap();
    assert_eq!(aside.len(), 2, "{aside:?}");
    assert_eq!(aside[0].0, json!({ "n": 1.5 }));
    assert!(aside[0].1.contains("field type conflict") && aside[1].1.contains("no figure"), "{aside:?}");
    let asked = influx.asked("/api/v2/write");
    shipper.round().await;
    assert!(influx.asked("/api/v2/write") <= asked + 1, "nothing is sent for ever, only the lag of before");
}

#[tokio::test]
async fn a_server_that_takes_little_at_once_gets_little_at_once() {
    let world = World::new().await;
    let influx = Influx::start().await;
    let mut shipper = shipper(&world, &with(&world, &influx));
    influx.is(Mood::Small(500));
    points(&world, 0, 100).await;
    shipper.round().await;
    assert_eq!(votes(&influx), 100);
    influx.is(Mood::Small(10));
    point(&world, 5_000, "vote", json!({ "n": 1 })).await;
    shipper.round().await;
    assert!(cursor(&world).await.0 >= 1, "what is too large by itself is set aside");
}

#[tokio::test]
async fn wrong_settings_are_told_in_words_and_lose_nothing() {
    let world = World::new().await;
    let influx = Influx::start().await;
    points(&world, 0, 5).await;
    for (setting, value, words) in [
        ("influxdb.write_token", "stolen", "does not know the token in influxdb.write_token"),
        ("influxdb.write_token", "read", "may not write this bucket"),
        ("influxdb.bucket", "elsewhere", "no such organization or bucket"),
        ("influxdb.organization", "elsewhere", "no such organization or bucket"),
    ] {
        let mut shipper = shipper(&world, &with(&world, &influx).merge((setting, value)));
        // The one before has let go of its turn when its connection has ended.
        while influx.asked("/api/v2/write") == 0 {
            shipper.round().await;
        }
        let told: String = sqlx::query_scalar("SELECT trouble FROM metric_cursors ORDER BY trouble_since DESC LIMIT 1")
            .fetch_one(&world.pool)
            .await
            .unwrap();
        assert!(told.contains(words) && !told.contains("stolen"), "{told}");
        assert_eq!(votes(&influx), 0);
        influx.forget();
    }
}

#[tokio::test]
async fn tokens_do_not_travel_in_the_open() {
    let world = World::new().await;
    let client = |url: &str, allowed: bool| {
        let figment = world
            .figment()
            .merge(("influxdb.url", url))
            .merge(("influxdb.write_token", "write"))
            .merge(("influxdb.allow_plain_http", allowed));
        let config: ratemyderp::config::Config = figment.extract().unwrap();
        Client::from_config(&config.influxdb, Token::Write, Duration::from_secs(1)).map(|client| client.is_some())
    };
    for near in ["http://127.0.0.1:8086", "http://localhost:8086/", "http://192.168.1.7:8086", "http://[::1]:8086"] {
        assert_eq!(client(near, false), Ok(true), "{near}");
    }
    for far in ["http://influx.example.com:8086", "http://203.0.113.9:8086"] {
        assert!(client(far, false).unwrap_err().contains("without encryption"), "{far}");
        assert_eq!(client(far, true), Ok(true), "{far}");
    }
    for wrong in
        ["https://influx.example.com", "ftp://127.0.0.1", "8086", "http://127.0.0.1:8086/influx", "http://me@127.0.0.1"]
    {
        assert!(client(wrong, true).unwrap_err().contains("influxdb.url"), "{wrong}");
    }
    assert_eq!(client("", false), Ok(false), "switched off");
}

proptest! {
    /// The reader was written by itself: what both agree on is what InfluxDB reads.
    #[test]
    fn every_line_is_one_that_a_strict_reader_understands(
        tags in proptest::collection::btree_map("[a-z_]{0,6}|.{0,5}", ".{0,12}", 0..5),
        fields in proptest::collection::btree_map("[a-z_0-9]{0,6}|.{0,5}", value(), 0..6),
        seconds in 0i64..4_000_000_000,
    ) {
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        let fields: Map<String, Value> = fields.into_iter().collect();
        if let Some(text) = line("vote", at, &json!(tags), &Value::Object(fields.clone())) {
            let read = read(&text).map_err(|wrong| TestCaseError::fail(format!("{wrong} in {text:?}")))?;
            prop_assert_eq!(read.nanoseconds, seconds * 1_000_000_000);
            for (name, figure) in read.fields {
                let stored = &fields[&name];
                match figure {
                    Figure::Integer(whole) => prop_assert_eq!(stored.as_i64(), Some(whole)),
                    Figure::Float(real) => prop_assert_eq!(stored.as_f64(), Some(real)),
                }
            }
            for name in read.tags.keys() {
                prop_assert!(tags.contains_key(name));
            }
        }
    }
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        ".{0,5}".prop_map(Value::from),
    ]
}
