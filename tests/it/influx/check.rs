//! What `ratemyderp metrics` says, and what it sends.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use ratemyderp::metrics::influx::check::{Mark, check, sending};
use ratemyderp::metrics::influx::{Client, Token, backfill};
use rocket::figment::Figment;

use super::shipper::{shipper, with};
use crate::support::World;
use crate::support::influx::lines::Figure;
use crate::support::influx::{Influx, Mood};

async fn said(figment: &Figment) -> Vec<(Mark, String)> {
    let config: ratemyderp::config::Config = figment.extract().unwrap();
    check(&config.influxdb, Utc::now()).await.into_iter().map(|found| (found.mark, found.text)).collect()
}

fn wrongs(said: &[(Mark, String)]) -> Vec<&str> {
    said.iter().filter(|(mark, _)| *mark == Mark::Wrong).map(|(_, text)| text.as_str()).collect()
}

#[tokio::test]
async fn each_thing_that_is_wrong_is_said_in_a_sentence() {
    let world = World::new().await;
    let influx = Influx::start().await;
    let settings = with(&world, &influx);
    let well = said(&settings).await;
    assert_eq!(wrongs(&well), [""; 0], "{well:?}");
    assert!(well.iter().any(|(_, text)| text == "Writing to ratemyderp_hour works."), "{well:?}");
    assert_eq!(influx.points("ratemyderp").len(), 1, "however often somebody looks, it is one point an hour");
    for (setting, value, words) in [
        (
            "write_token",
            "stolen",
            "Writing to ratemyderp does not work. InfluxDB refuses: it does not know the token in influxdb.write_token",
        ),
        (
            "read_token",
            "stolen",
            "Reading from ratemyderp does not work. InfluxDB refuses: it does not know the token in influxdb.read_token",
        ),
        ("write_token", "read", "may not write this bucket"),
        ("read_token", "write", "Reading from ratemyderp does not work"),
        ("organization", "elsewhere", "organization name \"elsewhere\" not found"),
        ("bucket", "elsewhere", "bucket \"elsewhere\" not found"),
        ("url", "http://127.0.0.1:1", "InfluxDB does not answer"),
        ("url", "http://influx.example.com", "without encryption"),
    ] {
        let said = said(&settings.clone().merge((format!("influxdb.{setting}"), value))).await;
        assert!(wrongs(&said).iter().any(|text| text.contains(words)), "{setting} {value}: {said:?}");
    }
    influx.is(Mood::Says(503, r#"{"code":"unavailable","message":"starting"}"#));
    assert!(!wrongs(&said(&settings).await).is_empty());
}

#[tokio::test]
async fn how_sending_goes_is_said_too() {
    let world = World::new().await;
    let influx = Influx::start().await;
    let settings = with(&world, &influx);
    let config: ratemyderp::config::Config = settings.extract().unwrap();
    let mut conn = world.pool.acquire().await.unwrap();
    let before = sending(&mut conn, &config.influxdb, Utc::now()).await.unwrap();
    assert!(before.mark == Mark::Wrong && before.text.contains("does a jobs process run"), "{before:?}");
    sqlx::raw_sql("INSERT INTO metric_points (measurement, at, tags, fields, gauge) VALUES ('up', now(), '{}', '{\"up\": 1}', false)")
        .execute(&world.pool)
        .await
        .unwrap();
    let mut shipper = shipper(&world, &settings);
    influx.is(Mood::Says(503, "{}"));
    shipper.round().await;
    let away = sending(&mut conn, &config.influxdb, Utc::now()).await.unwrap();
    assert!(away.mark == Mark::Wrong && away.text.contains("Nothing is sent since"), "{away:?}");
    influx.is(Mood::Well);
    shipper.round().await;
    let well = sending(&mut conn, &config.influxdb, Utc::now()).await.unwrap();
    assert!(well.mark == Mark::Well && well.text.contains("Figures are sent"), "{well:?}");
}

#[tokio::test]
async fn minutes_and_hours_are_sent_once_more_and_are_the_same() {
    let world = World::new().await;
    let influx = Influx::start().await;
    let noon: chrono::DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
    sqlx::raw_sql(
        "INSERT INTO metric_minutes (measurement, at, tags, fields, gauge)
         SELECT m, '2026-11-20T12:00:00Z'::timestamptz + make_interval(mins => n), '{}', f, m = 'queue'
         FROM generate_series(0, 179) AS n,
             (VALUES ('up', '{\"up\": 6}'::jsonb), ('queue', '{\"depth\": 2.0000000000000000, \"depth_max\": 3}')) AS all_of (m, f);
         INSERT INTO metric_hours (measurement, at, tags, fields, gauge)
         SELECT 'up', '2026-11-20T12:00:00Z'::timestamptz + make_interval(hours => n), '{}', '{\"up\": 360}', false
         FROM generate_series(0, 2) AS n",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let config: ratemyderp::config::Config = with(&world, &influx).extract().unwrap();
    let client = Client::from_config(&config.influxdb, Token::Write, Duration::from_secs(5)).unwrap().unwrap();
    let mut conn = world.pool.acquire().await.unwrap();
    for _ in 0..2 {
        let end = noon + TimeDelta::minutes(150);
        let sent = backfill::send(&mut conn, &client, noon - TimeDelta::days(400), end, &mut |_| {}).await.unwrap();
        assert_eq!((sent.minutes, sent.hours, sent.refused), (300, 2, 0), "whole ones alone");
        assert_eq!((influx.points("ratemyderp_minute").len(), influx.points("ratemyderp_hour").len()), (300, 2));
    }
    let minutes = influx.points("ratemyderp_minute");
    let depth = minutes.iter().find(|((measurement, ..), _)| measurement == "queue").map(|(_, fields)| fields).unwrap();
    assert_eq!(
        (depth["depth"], depth["depth_max"]),
        (Figure::Float(2.0), Figure::Integer(3)),
        "types as the tasks give them"
    );
}
