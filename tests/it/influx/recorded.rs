//! What follows from each answer that a real InfluxDB gave, and from those of the proxy in front of it.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use ratemyderp::config::Config;
use ratemyderp::metrics::influx::check::{Mark, check};
use ratemyderp::metrics::influx::{Client, Token, Written, csv};
use rocket::figment::Figment;

use super::shipper::{shipper, with};
use crate::support::World;
use crate::support::influx::recorded::{self, Recorded};
use crate::support::influx::{Influx, Mood};

/// What becomes of a point when this is the answer.
enum Follows {
    /// It is sent again and again, until it is taken; the operator reads these words.
    Retry(&'static str),
    /// It is kept for whoever looks, with this reason, and others go on.
    PutAside(&'static str),
}

use Follows::{PutAside, Retry};

/// Each answer to lines.
const TO_LINES: &[(Recorded, Follows)] = &[
    (
        recorded::UNKNOWN_TOKEN,
        Retry(
            "InfluxDB refuses: it does not know the token in influxdb.write_token, or the token may not write (401 unauthorized access)",
        ),
    ),
    (
        recorded::MAY_NOT_WRITE,
        Retry(
            "InfluxDB refuses: the token in influxdb.write_token may not write this bucket (403 insufficient permissions for write)",
        ),
    ),
    (
        recorded::NO_BUCKET_TO_WRITE,
        Retry(
            "InfluxDB refuses: there is no such organization or bucket, or the token in influxdb.write_token may not write it (404 bucket \"elsewhere\" not found)",
        ),
    ),
    (
        recorded::NO_ORGANIZATION_TO_WRITE,
        Retry(
            "InfluxDB refuses: there is no such organization or bucket, or the token in influxdb.write_token may not write it (404 organization name \"elsewhere\" not found)",
        ),
    ),
    (
        recorded::NO_PATH,
        Retry(
            "InfluxDB refuses: there is no such organization or bucket, or the token in influxdb.write_token may not write it (404 path not found)",
        ),
    ),
    (recorded::PROXY_ALONE, Retry("InfluxDB does not answer: 502 Bad Gateway")),
    (
        recorded::PROXY_REFUSES,
        Retry(
            "InfluxDB refuses: with 403 Forbidden, which are not its own words: does what stands before it let this host in, and is influxdb.url right?",
        ),
    ),
    (
        recorded::PROXY_KNOWS_NOTHING,
        Retry(
            "InfluxDB refuses: with 404 Not Found, which are not its own words: does what stands before it let this host in, and is influxdb.url right?",
        ),
    ),
    (recorded::NO_LINE, PutAside("unable to parse 'vote n=': missing field value")),
    (
        recorded::BEYOND_ALL_TIME,
        PutAside(
            "unable to parse 'vote n=1i 9223372036854775807': time outside range -9223372036854775806 - 9223372036854775806",
        ),
    ),
    (
        recorded::ANOTHER_TYPE,
        PutAside(
            "failure writing points to database: partial write: field type conflict: input field \"n\" on measurement \"vote\" is type float, already exists as type integer dropped=2",
        ),
    ),
    (
        recorded::TOO_OLD,
        PutAside(
            "failure writing points to database: partial write: dropped 2 points outside retention policy of duration 43800h0m0s",
        ),
    ),
    (recorded::TOO_LARGE, PutAside("too large by itself")),
];

/// Each answer to a question that is none, and the words of an operator.
const TO_QUESTIONS: &[(Recorded, &str)] = &[
    (
        recorded::UNKNOWN_TOKEN,
        "it does not know the token in influxdb.read_token, or the token may not read (401 unauthorized access).",
    ),
    (
        recorded::MAY_NOT_READ,
        "the token in influxdb.read_token may not read it (404 failed to initialize execute state: could not find bucket \"ratemyderp_hour\").",
    ),
    (
        recorded::NO_BUCKET_TO_READ,
        "the token in influxdb.read_token may not read it (404 failed to initialize execute state: could not find bucket \"elsewhere\").",
    ),
    (
        recorded::NO_ORGANIZATION_TO_READ,
        "InfluxDB refuses: with 400 failed to decode request body: organization name \"elsewhere\" not found.",
    ),
    (recorded::NO_FLUX, "InfluxDB refuses: with 400 compilation failed: error @1:6-1:12: missing property value."),
    (recorded::FLUX_THAT_FAILS, "cannot convert string \"x\" to int due to invalid syntax."),
    (recorded::PROXY_ALONE, "Reading from ratemyderp does not work. InfluxDB does not answer: 502 Bad Gateway."),
    (recorded::PROXY_REFUSES, "InfluxDB refuses: with 403 Forbidden, which are not its own words"),
    (
        recorded::ERROR_IN_THE_MIDDLE,
        "gives an answer that cannot be: InfluxDB gave up in the middle of its answer: runtime error: cannot divide by zero.",
    ),
];

fn configured(figment: &Figment) -> Config {
    figment.extract().unwrap()
}

#[test]
fn every_recorded_answer_is_looked_at() {
    let looked: Vec<&str> = TO_LINES
        .iter()
        .map(|(recorded, _)| recorded)
        .chain(TO_QUESTIONS.iter().map(|(recorded, _)| recorded))
        .map(|one| one.file)
        .collect();
    for one in recorded::ALL {
        // Those are what `reader.rs` and the test below read, and what every `metrics check` begins with.
        let elsewhere = ["votes.csv", "nothing.csv", "health.json"].contains(&one.file);
        assert!(elsewhere || looked.contains(&one.file), "nobody says what follows from {}", one.file);
    }
}

#[tokio::test]
async fn a_point_is_sent_again_or_put_aside_as_the_answer_says() {
    for (answer, follows) in TO_LINES {
        let world = World::new().await;
        let influx = Influx::start().await;
        let mut shipper = shipper(&world, &with(&world, &influx));
        let at = Utc::now() - TimeDelta::seconds(30);
        let point = "INSERT INTO metric_points (measurement, at, tags, fields, gauge) VALUES ('vote', $1, '{}', '{\"n\": 1}', false)";
        sqlx::query(point).bind(at).execute(&world.pool).await.unwrap();
        influx.is(Mood::Recorded(*answer));
        shipper.round().await;
        let trouble: Option<String> =
            sqlx::query_scalar("SELECT trouble FROM metric_cursors").fetch_one(&world.pool).await.unwrap();
        let aside: Option<String> = sqlx::query_scalar("SELECT reason FROM metric_refusals WHERE measurement = 'vote'")
            .fetch_optional(&world.pool)
            .await
            .unwrap();
        influx.is(Mood::Well);
        shipper.round().await;
        let sent = influx.points("ratemyderp").keys().filter(|(measurement, ..)| measurement == "vote").count();
        match follows {
            Retry(words) => assert_eq!((trouble.as_deref(), aside, sent), (Some(*words), None, 1), "{}", answer.file),
            PutAside(words) => {
                assert!(aside.as_ref().is_some_and(|reason| reason.starts_with(words)), "{}: {aside:?}", answer.file);
                assert_eq!((trouble, sent), (None, 0), "{}", answer.file);
            }
        }
    }
}

#[tokio::test]
async fn a_partial_write_tells_how_many_lines_are_missing() {
    let world = World::new().await;
    let influx = Influx::start().await;
    let config = configured(&with(&world, &influx));
    let client = Client::from_config(&config.influxdb, Token::Write, Duration::from_secs(5)).unwrap().unwrap();
    for answer in [recorded::ANOTHER_TYPE, recorded::TOO_OLD] {
        influx.is(Mood::Recorded(answer));
        let written = client.write("ratemyderp", "vote n=1i".into()).await.unwrap();
        assert!(matches!(written, Written::Partly(2, _)), "{}: {written:?}", answer.file);
    }
}

#[tokio::test]
async fn operators_read_what_is_wrong_with_a_question() {
    let world = World::new().await;
    let influx = Influx::start().await;
    let config = configured(&with(&world, &influx).merge(("influxdb.write_token", "")));
    for (answer, words) in TO_QUESTIONS {
        influx.is(Mood::Recorded(*answer));
        let found = check(&config.influxdb, Utc::now()).await;
        let wrong: Vec<_> = found.iter().filter(|one| one.mark == Mark::Wrong).map(|one| one.text.as_str()).collect();
        assert_eq!(wrong.len(), 3, "one of each bucket: {found:?}");
        assert!(wrong[0].contains(words), "{}: {}", answer.file, wrong[0]);
    }
    influx.is(Mood::Recorded(recorded::NOTHING));
    let found = check(&config.influxdb, Utc::now()).await;
    assert!(found.iter().any(|one| one.text == "Reading from ratemyderp works."), "{found:?}");
}

#[tokio::test]
async fn operators_read_what_is_wrong_with_a_point() {
    let world = World::new().await;
    let influx = Influx::start().await;
    let config = configured(&with(&world, &influx).merge(("influxdb.read_token", "")));
    for (answer, follows) in TO_LINES {
        influx.is(Mood::Recorded(*answer));
        let found = check(&config.influxdb, Utc::now()).await;
        let Some(said) = found.iter().find(|one| one.mark == Mark::Wrong).map(|one| one.text.as_str()) else {
            panic!("{} is well: {found:?}", answer.file)
        };
        let words = match follows {
            PutAside("too large by itself") => "too large for what stands before it",
            Retry(words) | PutAside(words) => words,
        };
        assert!(said.starts_with("Writing to ratemyderp does not work") && said.contains(words), "{said}");
    }
}

#[test]
fn tables_of_several_kinds_are_read_to_the_last_row() {
    let rows = csv::read(recorded::VOTES.body).unwrap();
    let said: Vec<String> = rows
        .iter()
        .map(|row| {
            format!("{} {} {} {:?} {}", row.result, row.time.format("%T"), row.field, row.of.as_deref(), row.value)
        })
        .collect();
    assert_eq!(
        said,
        [
            "q00 12:00:00 n Some(\"member\") 5",
            "q00 12:02:00 n Some(\"member\") 7",
            "q00 12:01:00 n Some(\"visitor\") 1",
            "q00 12:00:00 s07 Some(\"member\") 2",
            "q01 11:59:00 depth None 4.5",
            "q01 12:01:00 depth None 8",
            "up0 12:00:00 up Some(\"web-0\") 6",
            "up0 12:02:00 up Some(\"web-0\") 6",
            "z 00:00:00 end None 2",
        ]
    );
    assert_eq!(csv::read(recorded::NOTHING.body), Ok(vec![]));
}
