//! Questions about figures, beside what is counted by hand.

use chrono::{DateTime, TimeDelta, Utc};
use ratemyderp::metrics::query::{Aggregate, Answer, Query, Range, Resolution, Span, Stands, sql};
use ratemyderp::metrics::rollup;
use sqlx::PgPool;

use crate::support::{World, rows};

fn noon() -> DateTime<Utc> {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

fn at(seconds: i64) -> DateTime<Utc> {
    noon() + TimeDelta::seconds(seconds)
}

fn votes(span: Span) -> Query {
    Query { measurement: "vote", fields: vec!["n", "first"], only: vec![], by: None, aggregate: Aggregate::Sum, span }
}

async fn point(pool: &PgPool, at: DateTime<Utc>, measurement: &str, tags: &str, fields: &str, gauge: bool) {
    sqlx::query(
        "INSERT INTO metric_points (measurement, at, tags, fields, gauge) VALUES ($1, $2, $3::jsonb, $4::jsonb, $5)",
    )
    .bind(measurement)
    .bind(at)
    .bind(tags)
    .bind(fields)
    .bind(gauge)
    .execute(pool)
    .await
    .unwrap();
}

async fn up(pool: &PgPool, at: DateTime<Utc>, slot: &str) {
    point(pool, at, "up", &format!("{{\"instance\": \"{slot}\"}}"), "{\"up\": 1}", false).await;
}

async fn ask(world: &World, query: Query) -> Answer {
    let mut answers = sql::read(&mut world.pool.acquire().await.unwrap(), &[query]).await.unwrap();
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

fn span(seconds: i64, steps: i32) -> Span {
    Span { start: noon(), step: TimeDelta::seconds(seconds), steps, resolution: Resolution::Points }
}

#[tokio::test]
async fn nothing_counted_is_zero_while_a_process_was_there_and_a_gap_while_none_was() {
    let world = World::new().await;
    let pool = &world.pool;
    for seconds in [0, 10, 30] {
        up(pool, at(seconds), "web-0").await;
    }
    // Those who work off the queue count no votes.
    up(pool, at(20), "jobs-0").await;
    point(pool, at(0), "vote", r#"{"via": "form", "instance": "web-0"}"#, r#"{"n": 3, "first": 1}"#, false).await;
    point(pool, at(0), "vote", r#"{"via": "htmx", "instance": "web-0"}"#, r#"{"n": 4}"#, false).await;
    // A process that ends writes what is left off the grid.
    point(pool, at(43), "vote", r#"{"via": "htmx", "instance": "web-0"}"#, r#"{"n": 2}"#, false).await;
    // Before and after.
    point(pool, at(-10), "vote", r#"{"via": "htmx", "instance": "web-0"}"#, r#"{"n": 99}"#, false).await;
    point(pool, at(50), "vote", r#"{"via": "htmx", "instance": "web-0"}"#, r#"{"n": 99}"#, false).await;
    let answer = ask(&world, votes(span(10, 5))).await;
    assert_eq!(answer.field(0), [Some(7.0), Some(0.0), None, Some(0.0), Some(2.0)]);
    assert_eq!(answer.field(1), [Some(1.0), Some(0.0), None, Some(0.0), Some(0.0)]);
    let whole = ask(&world, votes(span(10, 5).whole())).await;
    assert_eq!(whole.field(0), [Some(9.0)]);
    assert_eq!(ask(&world, votes(span(25, 2))).await.field(0), [Some(7.0), Some(2.0)]);
    let form = Query { only: vec![("via", vec!["form"])], ..votes(span(25, 2)) };
    assert_eq!(ask(&world, form).await.field(0), [Some(3.0), Some(0.0)]);
    let by = ask(&world, Query { by: Some("via"), ..votes(span(50, 1)) }).await;
    assert_eq!((by.of(Some("form"), 0), by.of(Some("htmx"), 0)), (vec![Some(3.0)], vec![Some(6.0)]));
    assert_eq!(by.of(Some("pigeon"), 0), [Some(0.0)], "nobody sent one, and somebody counted");
    let before = span(10, 5).before();
    assert_eq!((before.start, before.end()), (at(-50), noon()));
    assert_eq!(ask(&world, votes(before)).await.field(0), [Some(99.0)]);
}

#[tokio::test]
async fn gauges_stand_until_they_are_measured_again_and_no_longer() {
    let world = World::new().await;
    let pool = &world.pool;
    for (seconds, lane, depth) in [(0, "mail", 10), (0, "images", 5), (10, "mail", 20), (10, "images", 5)] {
        let tags = format!("{{\"lane\": \"{lane}\", \"state\": \"new\"}}");
        point(pool, at(seconds), "queue", &tags, &format!("{{\"depth\": {depth}}}"), true).await;
    }
    point(pool, at(-60), "total", "{}", "{\"photos\": 40}", true).await;
    point(pool, at(240), "total", "{}", "{\"photos\": 44}", true).await;
    let depth = |aggregate| Query { measurement: "queue", fields: vec!["depth"], aggregate, ..votes(span(20, 3)) };
    let mean = depth(Aggregate::Mean { stands: Stands::Tick });
    assert_eq!(ask(&world, mean.clone()).await.field(0), [Some(20.0), None, None], "the mean of 15 and 25");
    let most = depth(Aggregate::Max { stands: Stands::Tick });
    assert_eq!(ask(&world, most.clone()).await.field(0), [Some(20.0), None, None]);
    let lanes = ask(&world, Query { by: Some("lane"), ..mean.clone() }).await;
    assert_eq!(lanes.found.iter().map(|found| found.of.as_deref()).collect::<Vec<_>>(), [Some("images"), Some("mail")]);
    assert_eq!(lanes.of(Some("mail"), 0), [Some(15.0), None, None]);
    let photos = Query {
        measurement: "total",
        fields: vec!["photos"],
        aggregate: Aggregate::Mean { stands: Stands::Minute },
        ..votes(span(60, 6))
    };
    let expected = [Some(40.0), Some(40.0), None, None, Some(44.0), Some(44.0)];
    assert_eq!(ask(&world, photos).await.field(0), expected);
    // The same from minutes, where the largest is kept beside the mean.
    rollup::minutes(&mut world.pool.acquire().await.unwrap(), noon(), at(300)).await.unwrap();
    let minute = Span { resolution: Resolution::Minutes, ..span(60, 2) };
    assert_eq!(ask(&world, Query { span: minute, ..mean }).await.field(0), [Some(20.0), None]);
    assert_eq!(ask(&world, Query { span: minute, ..most }).await.field(0), [Some(20.0), None]);
}

/// The same range from points, minutes and hours, and from a statement that somebody else wrote.
#[tokio::test]
async fn every_resolution_gives_what_is_counted_by_hand() {
    let world = World::new().await;
    let mut conn = world.pool.acquire().await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         SELECT 'vote', '2026-11-25T12:00:00Z'::timestamptz + n * interval '10 seconds',
             jsonb_build_object('via', CASE n % 2 WHEN 0 THEN 'form' ELSE 'htmx' END, 'instance', 'web-0'),
             jsonb_build_object('n', n % 7 + 1), false
         FROM generate_series(0, 1079) n WHERE n % 5 > 0;
         INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         SELECT 'up', '2026-11-25T12:00:00Z'::timestamptz + n * interval '10 seconds', '{\"instance\": \"web-0\"}', '{\"up\": 1}', false
         FROM generate_series(0, 1079) n",
    )
    .execute(&mut *conn)
    .await
    .unwrap();
    let end = noon() + TimeDelta::hours(3);
    rollup::minutes(&mut conn, noon(), end).await.unwrap();
    rollup::hours(&mut conn, noon(), end).await.unwrap();
    rollup::three_hours(&mut conn, noon(), end).await.unwrap();
    let by_hand: Vec<f64> = sqlx::query_scalar(
        "SELECT sum((fields ->> 'n')::integer)::float8 FROM metric_points
         WHERE measurement = 'vote' AND tags ->> 'via' = 'form'
         GROUP BY date_trunc('hour', at) ORDER BY date_trunc('hour', at)",
    )
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    let by_hand: Vec<Option<f64>> = by_hand.into_iter().map(Some).collect();
    assert_eq!(by_hand.len(), 3);
    for resolution in [Resolution::Points, Resolution::Minutes, Resolution::Hours] {
        let hours = Span { resolution, ..span(3600, 3) };
        let query = Query { only: vec![("via", vec!["form"])], ..votes(hours) };
        assert_eq!(ask(&world, query).await.field(0), by_hand, "{resolution:?}");
    }
    let all = Span { resolution: Resolution::ThreeHours, ..span(3 * 3600, 1) };
    let query = Query { only: vec![("via", vec!["form"])], ..votes(all) };
    let sum: f64 = by_hand.iter().flatten().sum();
    assert_eq!(ask(&world, query).await.field(0), [Some(sum)]);
}

#[tokio::test]
async fn several_questions_are_one_statement_and_keep_their_order() {
    let world = World::new().await;
    up(&world.pool, noon(), "web-1").await;
    point(&world.pool, noon(), "vote", r#"{"instance": "web-1"}"#, r#"{"n": 3}"#, false).await;
    let queries = [votes(span(10, 1).before()), votes(span(10, 1)), votes(span(20, 1)), votes(span(10, 1))];
    let answers = sql::read(&mut world.pool.acquire().await.unwrap(), &queries).await.unwrap();
    let first: Vec<_> = answers.iter().map(|answer| answer.field(0)[0]).collect();
    assert_eq!(first, [None, Some(3.0), Some(3.0), Some(3.0)]);
    assert_eq!(sql::read(&mut world.pool.acquire().await.unwrap(), &[]).await.unwrap(), []);
}

/// A year of figures besides costs nothing.
#[tokio::test]
async fn what_is_read_follows_from_the_range_and_not_from_what_is_kept() {
    let world = World::new().await;
    let now = noon();
    let fill = |days: i32| {
        format!(
            "INSERT INTO metric_hours (measurement, at, tags, fields, gauge)
             SELECT m, '2026-11-25T12:00:00Z'::timestamptz - n * interval '1 hour', '{{\"via\": \"form\"}}', '{{\"n\": 1}}', false
             FROM generate_series(1, 24 * {days}) n, unnest(ARRAY['up', 'vote', 'http', 'visit']) m
             ON CONFLICT DO NOTHING;
             INSERT INTO metric_three_hours SELECT measurement, at, tags, fields, gauge FROM metric_hours WHERE extract(hour FROM at)::integer % 3 = 0
             ON CONFLICT DO NOTHING; ANALYZE metric_hours, metric_three_hours"
        )
    };
    let mut read = vec![];
    for days in [70, 1000] {
        sqlx::raw_sql(&fill(days)).execute(&world.pool).await.unwrap();
        for range in [Range::Week, Range::Month] {
            let mut tx = world.pool.begin().await.unwrap();
            let before = rows::read(&mut tx).await;
            let span = range.span(now);
            sql::read(&mut tx, &[votes(span), votes(span.before())]).await.unwrap();
            read.push(rows::read(&mut tx).await - before);
        }
    }
    assert!(read[2] <= 4 * 2 * 168 + 100 && read[3] <= 4 * 2 * 240 + 100, "{read:?}");
}
