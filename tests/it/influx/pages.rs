//! Both dashboards on a site that has an InfluxDB, which is well, absent, slow, lying and refusing.

use std::time::{Duration, Instant};

use ratemyderp::accounts::Role;
use ratemyderp::dashboards::{Board, Sheet};
use ratemyderp::metrics::query::Range;
use ratemyderp::metrics::recorder;
use ratemyderp::metrics::source::{Source, Store};
use rocket::http::Status;
use rocket::local::asynchronous::Client;

use super::shipper::{shipper, with};
use crate::support::World;
use crate::support::influx::{Influx, Mood, recorded};
use crate::web::dashboard::figures;
use crate::web::page::{get, log_in};

/// A world whose figures are in both stores.
async fn both() -> (World, Influx) {
    let world = World::new().await;
    figures(&world.pool).await;
    let influx = Influx::start().await;
    shipper(&world, &with(&world, &influx)).round().await;
    let observer = world.member("noodle").await;
    world.grant(observer, Role::Observer).await;
    (world, influx)
}

/// An observer's browser at a web process that has just begun, and asks this InfluxDB.
async fn browser(world: &World, influx: &Influx) -> Client {
    let client = world.client_with(with(world, influx).merge(("accounts.two_factor_required", false))).await;
    assert_eq!(log_in(&client, "noodle").await.status, Status::SeeOther);
    client
}

#[tokio::test]
async fn every_chart_has_the_same_figures_from_both_stores() {
    let (world, influx) = both().await;
    let sources = [with(&world, &influx), world.figment()].map(|figment| {
        let config: ratemyderp::config::Config = figment.extract().unwrap();
        Source::from_config(&config.influxdb).unwrap()
    });
    for (board, range) in
        [(Board::Kpis, Range::QuarterHour), (Board::System, Range::QuarterHour), (Board::Kpis, Range::Hour)]
    {
        let read = async |source| Sheet::read(source, world.pool.acquire(), board, range).await.unwrap();
        let [mut theirs, mut ours] = [read(&sources[0]).await, read(&sources[1]).await];
        // Ten seconds may have ended in between.
        while theirs.span != ours.span {
            [theirs, ours] = [read(&sources[0]).await, read(&sources[1]).await];
        }
        assert_eq!((theirs.store, ours.store), (Store::Influx, Store::Postgres), "{:?}", theirs.instead);
        for (theirs, ours) in theirs.figures.iter().zip(&ours.figures) {
            assert_eq!(theirs.chart.csv(), ours.chart.csv(), "{} {range}", ours.panel.id);
            assert_eq!((&theirs.headline, &theirs.change), (&ours.headline, &ours.change), "{}", ours.panel.id);
        }
        assert!(ours.figures.iter().filter(|figure| figure.headline.is_some()).count() > 5);
    }
}

#[tokio::test]
async fn pages_show_what_influxdb_says_and_whose_figures_they_are() {
    let (world, influx) = both().await;
    // What only PostgreSQL has is seen on no page.
    let other = "UPDATE metric_points SET fields = '{\"n\": 77}' WHERE measurement = 'vote'";
    sqlx::raw_sql(other).execute(&world.pool).await.unwrap();
    let client = browser(&world, &influx).await;
    let text = get(&client, "/dashboard?range=15m").await.text();
    assert!(text.contains("Votes a minute 60 votes a minute"), "{text}");
    assert!(text.contains("They come from InfluxDB."), "{text}");
    let chart = get(&client, "/dashboard/votes?range=15m").await.text();
    assert!(chart.contains("These figures come from InfluxDB."), "{chart}");
    let text = get(&client, "/ops/system?range=15m").await.text();
    assert!(text.contains("The figures of these charts come from InfluxDB."), "{text}");
    assert_eq!(influx.asked("/api/v2/query"), 2, "one request a page, and none for its charts");
}

#[tokio::test]
async fn whatever_is_wrong_with_influxdb_pages_have_figures_and_operators_know_why() {
    let (world, influx) = both().await;
    let told = |name| {
        recorder()
            .totals()
            .iter()
            .flat_map(|total| total.fields.clone())
            .filter(|(field, _)| *field == name)
            .map(|(_, n)| n)
            .sum::<u64>()
    };
    let end = "#datatype,string,long,dateTime:RFC3339,long,string\r\n#group,false,false,false,false,false\r\n\
               #default,z,,,,\r\n,result,table,_time,_value,_field\r\n,,0,1970-01-01T00:00:00Z,1,end\r\n\r\n";
    for (mood, lie, words) in [
        (Mood::Resets, false, "InfluxDB does not answer"),
        (Mood::Slow(Duration::from_secs(20)), false, "no answer in time"),
        (Mood::Says(503, r#"{"code":"unavailable","message":"shutting down"}"#), false, "503 shutting down"),
        (Mood::Recorded(recorded::UNKNOWN_TOKEN), false, "does not know the token in influxdb.read_token"),
        (Mood::Recorded(recorded::NO_BUCKET_TO_READ), false, "no such organization or bucket"),
        (Mood::Recorded(recorded::PROXY_REFUSES), false, "refuses: with 403 Forbidden, which are not its own words"),
        (Mood::Recorded(recorded::ERROR_IN_THE_MIDDLE), true, "gave up in the middle of its answer: runtime error"),
        (Mood::Says(200, "<html>a page of a proxy</html>\r\n"), true, "an answer that cannot be"),
        (Mood::Says(200, "error,reference\r\nengine closed,897\r\n"), true, "an answer that cannot be"),
        (Mood::Tells(end.to_owned()), true, "it ends before the end"),
        (Mood::BreaksOff(end.to_owned()), false, "does not answer"),
    ] {
        influx.is(mood.clone());
        let client = browser(&world, &influx).await;
        let name = if lie { "n_lies" } else { "n_unanswered" };
        let before = told(name);
        let begun = Instant::now();
        let text = get(&client, "/ops/system?range=15m").await.text();
        assert!(begun.elapsed() < Duration::from_secs(4), "{mood:?} kept the page for {:?}", begun.elapsed());
        assert!(text.contains("The figures of these charts come from PostgreSQL."), "{mood:?}: {text}");
        assert!(text.contains(words), "{mood:?}: {text}");
        assert!(text.contains("Processors 30 % busy"), "{mood:?}: {text}");
        assert!(told(name) > before, "{mood:?} is not counted");
        let asked = influx.asked("/api/v2/query");
        let public = get(&client, "/dashboard?range=15m").await.text();
        assert!(public.contains("Votes a minute 60 votes a minute"), "{mood:?}: {public}");
        assert!(public.contains("They come from PostgreSQL.") && !public.contains("InfluxDB"), "{mood:?}: {public}");
        assert_eq!(influx.asked("/api/v2/query"), asked, "{mood:?}: it is left alone for a while");
    }
}

#[tokio::test]
async fn half_of_the_series_is_no_answer() {
    let (world, influx) = both().await;
    // Rounds that were never sent.
    let more = "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
        SELECT measurement, at, '{\"instance\": \"web-1\"}', fields, gauge FROM metric_points WHERE measurement = 'up' AND tags ->> 'instance' = 'web-0'";
    sqlx::raw_sql(more).execute(&world.pool).await.unwrap();
    let client = browser(&world, &influx).await;
    let text = get(&client, "/ops/system?range=15m").await.text();
    assert!(text.contains("come from PostgreSQL. InfluxDB has ") && text.contains("metrics backfill"), "{text}");
}

#[tokio::test]
async fn what_influxdb_did_is_counted_where_operators_look_first() {
    let (world, influx) = both().await;
    let lies = "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
        SELECT 'metrics', max(at) - interval '1 minute', '{\"instance\": \"web-0\"}', '{\"n_lies\": 3, \"n_unanswered\": 1}', false
        FROM metric_points WHERE measurement = 'up'";
    sqlx::raw_sql(lies).execute(&world.pool).await.unwrap();
    let client = browser(&world, &influx).await;
    let page = get(&client, "/ops/system?range=15m").await;
    let words = "<a href=\"#store\">InfluxDB gave 3 answers within the last hour that cannot be</a>. \
                 <a href=\"#store\">InfluxDB did not answer pages 1 time within the last hour</a>.";
    assert!(page.html.contains(words), "{}", page.html);
}
