//! The same figures from both stores in every chart of every range, whatever is missing: hours without any process, processes, hosts
//! and lanes that come and go.

use std::time::{Duration, Instant};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use ratemyderp::charts::Series;
use ratemyderp::config::Config;
use ratemyderp::dashboards::{Board, Sheet};
use ratemyderp::metrics::influx::reader::Reader;
use ratemyderp::metrics::influx::{Client, Token, backfill};
use ratemyderp::metrics::query::Range;
use ratemyderp::metrics::rollup;
use ratemyderp::metrics::source::{Source, Store};
use rocket::figment::Figment;

use super::shipper::with;
use crate::support::World;
use crate::support::influx::Influx;

/// A table, between two rows of it, and from when to when it has any.
pub type Level = (&'static str, TimeDelta, DateTime<Utc>, DateTime<Utc>);

/// Figures of all that charts show, in this table. With `{most}` gauges have their largest beside their mean.
const FIGURES: &str = "
    WITH grid AS (SELECT at, row_number() OVER (ORDER BY at)::int AS n FROM generate_series($1::timestamptz, $2, $3::interval) AS at),
    counted AS (SELECT m AS measurement, at, t::jsonb AS tags, f AS fields, false AS gauge FROM grid, LATERAL (VALUES
        ('up', '{\"instance\": \"web-0\"}', jsonb_build_object('up', 6), n % 50 > 4),
        ('up', '{\"instance\": \"jobs-0\"}', jsonb_build_object('up', 6), n % 70 > 9),
        ('vote', '{\"via\": \"form\", \"by\": \"visitor\"}', jsonb_build_object('n', 3 + n % 7, 'first', n % 3, 's04', 3 + n % 7), n % 50 > 6),
        ('vote', '{\"via\": \"htmx\", \"by\": \"member\"}', jsonb_build_object('n', 8 + n % 5, 's08', 8, 's10', n % 5), n % 50 > 4),
        ('visit', '{\"event\": \"first_card\"}', jsonb_build_object('n', 1 + n % 4), n % 50 > 4),
        ('visit', '{\"event\": \"share\"}', jsonb_build_object('n', n % 11), n % 50 > 30),
        ('visit', '{\"event\": \"arrival\"}', jsonb_build_object('n', n % 13), n % 50 > 20),
        ('visit', '{\"event\": \"report\"}', jsonb_build_object('n', 1), n % 50 = 20),
        ('photo', '{\"event\": \"submitted\"}', jsonb_build_object('n', n % 3), n % 50 > 9),
        ('photo', '{\"event\": \"refused\"}', jsonb_build_object('n', 1), n % 17 = 16),
        ('photo', '{\"event\": \"ready\"}', jsonb_build_object('n', 2, 'b10', 1, 'b13', n % 4), n % 50 > 9),
        ('refusal', '{\"reason\": \"too_large\"}', jsonb_build_object('n', 2), n % 17 = 16),
        ('refusal', '{\"reason\": \"duplicate\"}', jsonb_build_object('n', n % 5), n % 19 > 16),
        ('answer', '{\"part\": \"vote\", \"status\": \"2xx\"}', jsonb_build_object('n', 90, 'b03', 60, 'b07', 25, 'b09', n % 6), n % 50 > 4),
        ('answer', '{\"part\": \"rest\", \"status\": \"4xx\"}', jsonb_build_object('n', 7, 'b01', 7), n % 50 > 24),
        ('answer', '{\"part\": \"rest\", \"status\": \"5xx\"}', jsonb_build_object('n', n % 3, 'b11', n % 3), n % 50 > 40),
        ('account', '{\"event\": \"joined\"}', jsonb_build_object('n', 2), n % 50 > 14), ('account', '{\"event\": \"verified\"}', jsonb_build_object('n', 1), n % 50 > 19),
        ('account', '{\"event\": \"merged\"}', jsonb_build_object('n', 1), n % 23 = 7),
        ('job', '{\"kind\": \"send_mail\", \"outcome\": \"finished\"}', jsonb_build_object('n', n % 9), n % 70 > 9),
        ('job', '{\"kind\": \"send_mail\", \"outcome\": \"failed\"}', jsonb_build_object('n', 1), n % 29 = 28)) AS all_of (m, t, f, there) WHERE there),
    measured AS (SELECT m AS measurement, at, t::jsonb AS tags, name, (v + of * 0.37)::numeric(20, 6) AS v FROM grid, LATERAL (VALUES
        ('active', '{}', 'h24', 40, n % 60, true), ('active', '{}', 'h1', 3, n % 7, true), ('active', '{}', 'm5', 1, n % 9, true), ('active', '{}', 'returning', 9, n % 5, true),
        ('total', '{}', 'photos', 900, n % 99, true), ('total', '{}', 'described', 300, n % 9, true), ('total', '{}', 'rated10', 500, n % 49, true),
        ('standings', '{}', 'age_s', 30, n % 40, n % 70 > 9),
        ('cpu', '{\"host\": \"derp\"}', 'usage_idle', 40, n % 60, n % 50 > 4), ('cpu', '{\"host\": \"derp\"}', 'usage_system', 4, n % 6, n % 50 > 4),
        ('cpu', '{\"host\": \"noodle\"}', 'usage_idle', 70, n % 20, n % 7 > 2), ('mem', '{\"host\": \"derp\"}', 'used_percent', 60, n % 30, true),
        ('pressure', '{\"host\": \"derp\", \"resource\": \"cpu\"}', 'some_avg10', 2, n % 25, true), ('pressure', '{\"host\": \"derp\", \"resource\": \"io\"}', 'some_avg10', 1, n % 3, n % 5 > 1),
        ('disk', '{\"host\": \"derp\", \"path\": \"/\"}', 'used_percent', 40, n % 3, true), ('disk', '{\"host\": \"noodle\", \"path\": \"/\"}', 'used_percent', 41, n % 5, n % 4 > 1),
        ('net', '{\"host\": \"derp\", \"interface\": \"all\"}', 'recv_per_s', 4000, n % 900, true), ('net', '{\"host\": \"noodle\", \"interface\": \"all\"}', 'recv_per_s', 100, n % 9, n % 4 > 1),
        ('procstat', '{\"instance\": \"web-0\"}', 'memory_rss', 90000000, n % 999, n % 50 > 4), ('procstat', '{\"instance\": \"web-0\"}', 'cpu_usage', 9, n % 90, n % 50 > 4),
        ('procstat', '{\"instance\": \"jobs-0\"}', 'memory_rss', 70000000, n % 777, n % 70 > 9), ('procstat', '{\"instance\": \"web-1\"}', 'memory_rss', 80000000, n % 5, n % 9 > 6),
        ('cgroup', '{\"instance\": \"web-0\"}', 'memory_current', 90000000, n % 999, n % 50 > 4), ('cgroup', '{\"instance\": \"web-0\"}', 'memory_max', 256000000, 0, n % 50 > 4),
        ('postgresql', '{}', 'numbackends', 20, n % 17, n % 70 > 9), ('postgresql', '{}', 'active', 2, n % 3, n % 70 > 9), ('postgresql', '{}', 'hit_percent', 96, n % 4, n % 70 > 9),
        ('postgresql', '{}', 'commits_per_s', 50, n % 77, n % 70 > 9), ('postgresql', '{}', 'oldest_xact_s', 0, n % 31, n % 70 > 9),
        ('queue', '{\"lane\": \"mail\", \"state\": \"new\"}', 'depth', 2, n % 27, n % 70 > 9), ('queue', '{\"lane\": \"mail\", \"state\": \"retried\"}', 'depth', 1, n % 3, n % 8 > 5),
        ('queue', '{\"lane\": \"mail\", \"state\": \"new\"}', 'oldest_s', 4, n % 60, n % 70 > 12), ('queue', '{\"lane\": \"images\", \"state\": \"new\"}', 'depth', 3, n % 8, n % 11 > 4)
        ) AS all_of (m, t, name, v, of, there) WHERE there)
    INSERT INTO {table} (measurement, at, tags, fields, gauge)
    SELECT measurement, at, tags, fields, gauge FROM counted
    UNION ALL
    SELECT measurement, at, tags, jsonb_object_agg(f.name, f.v), true FROM measured, LATERAL
        (SELECT measured.name, measured.v UNION ALL SELECT measured.name || '_max', measured.v * 1.5 WHERE {most}) AS f (name, v) GROUP BY 1, 2, 3";

/// Writes figures of a level.
pub async fn figures(world: &World, (table, step, from, to): Level) {
    let most = if table == "metric_points" { "false" } else { "true" };
    let sql = FIGURES.replace("{table}", table).replace("{most}", most);
    let query = sqlx::query(&sql).bind(from).bind(to).bind(step);
    query.execute(&world.pool).await.unwrap_or_else(|cause| panic!("{table}: {cause}"));
}

/// The same figures, but for how the last of their digits came about.
fn same(theirs: &Series, ours: &Series, what: &str) {
    assert_eq!((&theirs.name, theirs.values.len()), (&ours.name, ours.values.len()), "{what}");
    for (step, pair) in theirs.values.iter().zip(&ours.values).enumerate() {
        let equal = match pair {
            (Some(theirs), Some(ours)) => (theirs - ours).abs() <= 1e-9 * ours.abs().max(1.0),
            (None, None) => true,
            _ => false,
        };
        assert!(equal, "{what}, {}, step {step}: {pair:?}", ours.name);
    }
}

/// Reads every chart of this range from both stores.
pub async fn compare(world: &World, influx: &Figment, range: Range) {
    let source = |figment: &Figment| {
        let config: Config = figment.extract().unwrap();
        let reader = Reader::from_config(&config.influxdb).unwrap();
        Source::new(reader.map(|reader| reader.resting(Duration::ZERO)))
    };
    let sources = [source(influx), source(&world.figment())];
    for board in [Board::Kpis, Board::System] {
        let read = async |source| Sheet::read(source, world.pool.acquire(), board, range).await.unwrap();
        let begun = Instant::now();
        let [mut theirs, mut ours] = [read(&sources[0]).await, read(&sources[1]).await];
        // A step may have ended in between, and a machine that does much else may be too slow once.
        let late = |theirs: &Sheet| theirs.instead.as_ref().is_some_and(|why| why.contains("no answer in time"));
        while theirs.span != ours.span || late(&theirs) && begun.elapsed() < Duration::from_secs(60) {
            [theirs, ours] = [read(&sources[0]).await, read(&sources[1]).await];
        }
        println!("{board:?} {range}: both within {:?}", begun.elapsed());
        assert_eq!((theirs.store, ours.store), (Store::Influx, Store::Postgres), "{:?}", theirs.instead);
        for (theirs, ours) in theirs.figures.iter().zip(&ours.figures) {
            let what = format!("{} {range}", ours.panel.id);
            assert_eq!(theirs.chart.series.len(), ours.chart.series.len(), "{what}");
            for (theirs, ours) in theirs.chart.series.iter().zip(&ours.chart.series) {
                same(theirs, ours, &what);
            }
            assert_eq!((&theirs.headline, &theirs.change), (&ours.headline, &ours.change), "{what}");
            let known = ours.chart.series.iter().flat_map(|series| &series.values).flatten().count();
            assert!(known > 0, "{what} has no figure to compare");
        }
    }
}

/// Three hours that have begun stand as far as they have come, in both stores.
#[tokio::test]
async fn a_month_has_the_same_figures_from_both_stores() {
    let world = World::new().await;
    let influx = Influx::start().await;
    let settings = with(&world, &influx);
    let now = Utc::now().duration_trunc(TimeDelta::hours(1)).unwrap();
    let (from, to) = (now - TimeDelta::days(61), now - TimeDelta::hours(1));
    figures(&world, ("metric_hours", TimeDelta::hours(1), from, to)).await;
    let mut conn = world.pool.acquire().await.unwrap();
    rollup::three_hours(&mut conn, from, now).await.unwrap();
    let config: Config = settings.extract().unwrap();
    let client = Client::from_config(&config.influxdb, Token::Write, Duration::from_secs(30)).unwrap().unwrap();
    let sent = backfill::send(&mut conn, &client, from, now, &mut |_| {}).await.unwrap();
    assert!(sent.hours > 30_000 && sent.refused == 0, "{sent:?}");
    drop(conn);
    compare(&world, &settings, Range::Month).await;
}
