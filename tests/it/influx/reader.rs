//! Answers come from InfluxDB while it can be believed, and from PostgreSQL in every other case.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use ratemyderp::metrics::influx::reader::{Instead, Reader, answers};
use ratemyderp::metrics::query::{Aggregate, Query, Resolution, Span, Stands, flux, sql};
use ratemyderp::metrics::source::{Source, Store};

use super::shipper::with;
use crate::support::World;
use crate::support::influx::{Influx, Mood, recorded};

fn noon() -> DateTime<Utc> {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

fn now() -> DateTime<Utc> {
    noon() + TimeDelta::hours(1)
}

fn span() -> Span {
    Span { start: noon(), step: TimeDelta::minutes(1), steps: 3, resolution: Resolution::Points }
}

pub fn votes() -> Query {
    Query {
        measurement: "vote",
        fields: vec!["n", "s07"],
        only: vec![("via", vec!["form", "htmx"])],
        by: Some("by"),
        aggregate: Aggregate::Sum,
        span: span(),
    }
}

pub fn depth() -> Query {
    Query {
        measurement: "queue",
        fields: vec!["depth"],
        only: vec![],
        by: None,
        aggregate: Aggregate::Mean { stands: Stands::Minute },
        span: span(),
    }
}

/// What a real one answers to both questions.
fn told() -> String {
    recorded::VOTES.body.to_owned()
}

/// The table of this result in it.
fn table(result: &str) -> String {
    let tables = recorded::VOTES.body.split_inclusive("\r\n\r\n");
    tables.filter(|table| table.contains(&format!("#default,{result},"))).collect()
}

fn understood(text: &str) -> Result<Vec<ratemyderp::metrics::query::Answer>, String> {
    let queries = [votes(), depth()];
    let (_, spans) = flux::compile(&queries, "ratemyderp");
    answers(&queries, &spans, text, now())
}

#[test]
fn an_answer_is_put_in_its_places_as_postgres_would() {
    let answers = understood(&told()).unwrap();
    assert_eq!(answers[0].of(Some("member"), 0), [Some(5.0), None, Some(7.0)], "nobody was up in the middle");
    assert_eq!(answers[0].of(Some("member"), 1), [Some(2.0), None, Some(0.0)]);
    assert_eq!(answers[0].of(Some("visitor"), 0), [Some(0.0), Some(1.0), Some(0.0)], "a vote is a vote");
    assert_eq!(answers[1].field(0), [Some(4.5), Some(8.0), Some(8.0)], "a gauge stands until the next one");
}

#[test]
fn what_cannot_be_is_refused_as_a_whole() {
    let told = told();
    let error = recorded::ERROR_IN_THE_MIDDLE.body;
    let (_, error_alone) = error.split_once("\r\n\r\n\r\n").unwrap();
    for (what, wrong) in [
        ("cut off in a line", told[..told.len() - 40].to_owned()),
        ("cut off between lines", told.split_inclusive("\r\n").take(7).collect()),
        ("without its end", told.replace(&table("z"), "")),
        ("another end", told.replace(",2,end", ",1,end")),
        ("an error in the middle", error.to_owned()),
        ("an error behind all of it", format!("{told}\r\n{error_alone}")),
        ("an error without types", format!("{told}error,reference\r\nengine closed,897\r\n")),
        ("a wrong type", told.replace("string,double", "string,string")),
        ("an empty figure", told.replace(",n,member,5", ",n,member,")),
        ("no number", told.replace(",depth,4.5", ",depth,NaN")),
        ("of the future", told.replace("12:02:00Z,n", "12:03:00Z,n")),
        ("of long ago", told.replace("25T12:02:00Z,n", "23T10:03:00Z,n")),
        ("a figure twice", told.replace("12:02:00Z,n", "12:00:01Z,n")),
        ("a field that nobody asked for", told.replace(",s07,", ",s08,")),
        ("a result that nobody asked for", told.replace("#default,q01", "#default,q07")),
        ("a column too few", told.replace(",n,member,5", ",n,5")),
        ("half a page", told.replace(",_field,instance", ",_field")),
        ("a page of HTML", "<html>\r\n<h1>502 Bad Gateway</h1>\r\n".to_owned()),
        ("nothing", String::new()),
        ("JSON", r#"{"code":"invalid"}"#.to_owned()),
    ] {
        assert_ne!(wrong, told, "{what}");
        assert!(understood(&wrong).is_err(), "{what} was taken for an answer");
    }
}

#[test]
fn the_script_asks_for_what_the_question_says() {
    let (script, spans) = flux::compile(&[votes(), depth()], "ratemyderp");
    assert_eq!(spans, [span()]);
    assert_eq!(script, include_str!("votes.flux"), "a real InfluxDB has to be asked again: see docs/development.md");
    assert!(!script.contains("now()") && !script.contains("createEmpty: true"));
    let mut hours = depth();
    hours.span.resolution = Resolution::Hours;
    hours.aggregate = Aggregate::Max { stands: Stands::Tick };
    let (script, _) = flux::compile(&[hours], "ratemyderp");
    assert!(
        script.contains("from(bucket: \"ratemyderp_hour\")") && script.contains("r._field == \"depth_max\""),
        "{script}"
    );
}

async fn some(world: &World) {
    sqlx::raw_sql(
        "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         SELECT 'up', '2026-11-25T12:00:00Z'::timestamptz + make_interval(secs => 10 * n), '{\"instance\": \"web-0\"}', '{\"up\": 1}', false
         FROM generate_series(0, 17) AS n;
         INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         VALUES ('vote', '2026-11-25T12:00:10Z', '{\"by\": \"member\", \"via\": \"form\", \"instance\": \"web-0\"}', '{\"n\": 3}', false)",
    )
    .execute(&world.pool)
    .await
    .unwrap();
}

/// The answer of an InfluxDB that has so many rounds.
fn rounds(rounds: u32) -> String {
    let heads: String = table("q01").split_inclusive("\r\n").take(4).collect();
    let heads = heads.replace("q01", "q02").replace("double", "long");
    let end = table("z").replace(",2,end", ",3,end");
    format!("{}{heads},,0,2026-11-25T12:00:00Z,up,{rounds}\r\n\r\n{end}", told().replace(&table("z"), ""))
}

#[tokio::test]
async fn whatever_is_wrong_with_it_postgres_answers_and_says_why() {
    let world = World::new().await;
    some(&world).await;
    let influx = Influx::start().await;
    let queries = [votes(), depth()];
    let mut conn = world.pool.acquire().await.unwrap();
    let ours = sql::read(&mut conn, &queries).await.unwrap();
    let source = |rest| {
        let config: ratemyderp::config::Config = with(&world, &influx).extract().unwrap();
        Source::new(Some(Reader::from_config(&config.influxdb).unwrap().unwrap().resting(rest)))
    };
    let patient = source(Duration::ZERO);
    for (mood, words) in [
        (Mood::Resets, "does not answer"),
        (Mood::Slow(Duration::from_secs(20)), "no answer in time"),
        (Mood::Says(503, r#"{"code":"unavailable","message":"shutting down"}"#), "503 shutting down"),
        (Mood::Recorded(recorded::UNKNOWN_TOKEN), "does not know the token in influxdb.read_token"),
        (Mood::Recorded(recorded::NO_BUCKET_TO_READ), "no such organization or bucket"),
        (Mood::Recorded(recorded::ERROR_IN_THE_MIDDLE), "gave up in the middle of its answer: runtime error"),
        (Mood::Says(200, "<html>a proxy's page</html>\r\n"), "cannot be"),
        (Mood::BreaksOff(rounds(18)), "does not answer"),
        (Mood::Tells(rounds(18).replace("#default,z", "#default,q02")), "ends before the end"),
        (Mood::Tells(rounds(9)), "has 9 of the 18 rounds"),
    ] {
        influx.is(mood.clone());
        let told = patient.read(&mut conn, &queries, now()).await.unwrap();
        assert_eq!((told.store, &told.answers), (Store::Postgres, &ours), "{mood:?}");
        let why = told.instead.unwrap();
        assert!(why.contains(words), "{mood:?}: {why}");
        influx.is(Mood::Tells(rounds(18)));
        assert_eq!(patient.read(&mut conn, &queries, now()).await.unwrap().store, Store::Influx, "after {mood:?}");
    }
    // Left alone after it failed, and asked again later.
    let resting = source(Duration::from_secs(3_600));
    influx.is(Mood::Says(500, "{}"));
    let asked = influx.asked("/api/v2/query");
    for _ in 0..3 {
        assert_eq!(resting.read(&mut conn, &queries, now()).await.unwrap().store, Store::Postgres);
    }
    assert_eq!(influx.asked("/api/v2/query"), asked + 1);
    drop(influx);
    let gone = patient.read(&mut conn, &queries, now()).await.unwrap();
    assert_eq!((gone.store, gone.answers), (Store::Postgres, ours));
    let alone = Source::from_config(&world.config().influxdb).unwrap().read(&mut conn, &queries, now()).await.unwrap();
    assert_eq!((alone.store, alone.instead), (Store::Postgres, None));
}

#[test]
fn reasons_are_sentences() {
    assert_eq!(Instead::Lies("it ends".into()).to_string(), "InfluxDB gave an answer that cannot be: it ends.");
}

proptest! {
    /// Whatever comes, nothing panics, and what is taken for an answer has the shape of one.
    #[test]
    fn no_answer_is_too_odd(cut in 0usize..2_000, at in 0usize..2_000, with in "\\PC{0,8}|,|\r\n|\"|#") {
        let mut text: Vec<char> = told().chars().collect();
        let at = at.min(text.len());
        let until = (at + cut % 40).min(text.len());
        text.splice(at..until, with.chars());
        let text: String = text.into_iter().collect();
        if let Ok(answers) = understood(&text) {
            prop_assert_eq!(answers.len(), 2);
            for found in answers.iter().flat_map(|answer| &answer.found) {
                prop_assert!(found.values.iter().all(|values| values.len() == 3));
                prop_assert!(found.values.iter().flatten().flatten().all(|value| value.is_finite()));
            }
        }
    }
}
