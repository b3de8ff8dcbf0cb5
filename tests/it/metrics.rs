//! Figures, from what is counted to what is kept of it.

mod pages;
mod query;

use chrono::{DateTime, TimeDelta, Utc};
use ratemyderp::metrics::flusher::{BATCHES, Flusher, Role, grid};
use ratemyderp::metrics::{
    AccountEvent, By, Ending, Letter, PhotoEvent, Recorder, Refusal, Via, VisitEvent, Voted, gauges, point, rollup,
};
use ratemyderp::queue::{Job, JobKind};
use ratemyderp::submissions;
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use std::time::Duration;
use strum::VariantArray;

use crate::support::{World, rows, someone};

fn process() -> &'static Recorder {
    Box::leak(Box::new(Recorder::new()))
}

fn flusher(world: &World, role: Role, recorder: &'static Recorder) -> Flusher {
    Flusher::new(world.url().parse().unwrap(), role, recorder)
}

fn vote(recorder: &Recorder, score: u8) {
    recorder.voted(By::Visitor, Via::Form, Voted::Counted { score, changed: false, first: false });
}

fn noon() -> DateTime<Utc> {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

async fn points(pool: &PgPool, measurement: &str) -> Vec<(DateTime<Utc>, Value, Value)> {
    sqlx::query_as("SELECT at, tags, fields FROM metric_points WHERE measurement = $1 ORDER BY at, tags")
        .bind(measurement)
        .fetch_all(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn only_what_moved_is_written_and_only_what_was_added_since() {
    let world = World::new().await;
    let recorder = process();
    let mut web = flusher(&world, Role::Web, recorder);
    vote(recorder, 7);
    vote(recorder, 7);
    web.tick(noon()).await;
    web.tick(noon() + TimeDelta::seconds(10)).await;
    vote(recorder, 1);
    web.last(noon() + TimeDelta::seconds(23)).await;
    let tags = json!({ "by": "visitor", "via": "form", "instance": "web-0" });
    assert_eq!(
        points(&world.pool, "vote").await,
        [
            (noon(), tags.clone(), json!({ "n": 2, "s07": 2 })),
            (noon() + TimeDelta::seconds(23), tags, json!({ "n": 1, "s01": 1 })),
        ]
    );
    assert_eq!(points(&world.pool, "up").await.len(), 2, "a window with a process and no vote is zero, not a gap");
}

#[tokio::test]
async fn processes_have_slots_of_their_own_and_the_next_one_takes_a_free_one() {
    let world = World::new().await;
    let (one, other, third) = (process(), process(), process());
    let mut first = flusher(&world, Role::Web, one);
    let mut second = flusher(&world, Role::Web, other);
    first.tick(noon()).await;
    second.tick(noon()).await;
    first.last(noon() + TimeDelta::seconds(12)).await;
    // The server frees the slot a moment after the connection has ended.
    while world.count("pg_stat_activity WHERE datname = current_database() AND query LIKE '%metric_points%' AND pid <> pg_backend_pid()").await > 1 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut next = flusher(&world, Role::Web, third);
    next.tick(noon() + TimeDelta::seconds(10)).await;
    let slots: Vec<_> =
        points(&world.pool, "up").await.into_iter().map(|(_, tags, _)| tags["instance"].clone()).collect();
    assert_eq!(slots, ["web-0", "web-1", "web-0"]);
}

#[tokio::test]
async fn figures_wait_for_a_database_that_is_away_and_then_stand_where_they_belong() {
    let world = World::new().await;
    let recorder = process();
    // Nobody listens there.
    let away = PgConnectOptions::new().host("127.0.0.1").port(1);
    let mut lonely = Flusher::new(away, Role::Web, recorder);
    for tick in 0..i32::try_from(BATCHES).unwrap() + 5 {
        vote(recorder, 5);
        lonely.tick(noon() + TimeDelta::seconds(10) * tick).await;
    }
    assert_eq!(lonely.waiting(), BATCHES, "memory is bounded");
    lonely.connect_to(world.url().parse().unwrap());
    lonely.tick(noon() + TimeDelta::minutes(11)).await;
    assert_eq!(lonely.waiting(), 0);
    let votes = points(&world.pool, "vote").await;
    assert_eq!(votes.len(), BATCHES - 1);
    assert_eq!(votes[0].0, noon() + TimeDelta::seconds(60));
    let lost: Vec<_> = points(&world.pool, "metrics").await.into_iter().map(|(_, _, fields)| fields).collect();
    assert!(
        !lost.is_empty() && lost.iter().all(|fields| fields["n_dropped"].is_i64()),
        "what was lost is counted: {lost:?}"
    );
}

#[tokio::test]
async fn minutes_and_hours_are_sums_and_means_however_often_they_are_added_up() {
    let world = World::new().await;
    let mut conn = world.pool.acquire().await.unwrap();
    for (seconds, slot, votes, depth) in
        [(0, "web-0", 2, 10), (10, "web-1", 3, 20), (50, "web-0", 5, 60), (60, "web-0", 7, 2)]
    {
        sqlx::query(
            "INSERT INTO metric_points (measurement, at, tags, fields, gauge) VALUES
             ('vote', $1, jsonb_build_object('by', 'member', 'instance', $2::text), jsonb_build_object('n', $3::integer), false),
             ('queue', $1, '{\"lane\": \"mail\"}', jsonb_build_object('depth', $4::integer), true)",
        )
        .bind(noon() + TimeDelta::seconds(seconds))
        .bind(slot)
        .bind(votes)
        .bind(depth)
        .execute(&mut *conn)
        .await
        .unwrap();
    }
    let end = noon() + TimeDelta::seconds(130);
    for (minutes, hours) in [(4, 2), (0, 0)] {
        assert_eq!(rollup::minutes(&mut conn, noon(), end).await.unwrap(), minutes);
        assert_eq!(rollup::hours(&mut conn, noon(), end).await.unwrap(), hours);
    }
    let minutes: Vec<(String, Value, f64)> = sqlx::query_as(
        "SELECT measurement, tags, coalesce(fields -> 'n', fields -> 'depth')::float8 FROM metric_minutes ORDER BY 1, at",
    )
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    let (lane, by) = (json!({ "lane": "mail" }), json!({ "by": "member" }));
    let row = |name: &str, tags: &Value, value| (name.to_owned(), tags.clone(), value);
    assert_eq!(
        minutes,
        [row("queue", &lane, 30.0), row("queue", &lane, 2.0), row("vote", &by, 10.0), row("vote", &by, 7.0)]
    );
    let most: f64 =
        sqlx::query_scalar("SELECT (fields -> 'depth_max')::float8 FROM metric_hours WHERE measurement = 'queue'")
            .fetch_one(&mut *conn)
            .await
            .unwrap();
    let votes: f64 = sqlx::query_scalar("SELECT (fields -> 'n')::float8 FROM metric_hours WHERE measurement = 'vote'")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert_eq!((most, votes), (60.0, 17.0));
}

#[tokio::test]
async fn gauges_are_measured_by_one_process_and_what_is_old_is_forgotten() {
    let world = World::new().await;
    let mut one = flusher(&world, Role::Jobs, process());
    let mut other = flusher(&world, Role::Jobs, process());
    let old = grid(Utc::now()) - TimeDelta::hours(49);
    for flusher in [&mut one, &mut other] {
        flusher.tick(noon()).await;
        flusher.tick(old).await;
    }
    assert_eq!(points(&world.pool, "total").await.iter().filter(|(at, ..)| *at == noon()).count(), 1);
    assert_eq!(points(&world.pool, "active").await.iter().filter(|(at, ..)| *at == noon()).count(), 1);
    rollup::run(&mut world.pool.acquire().await.unwrap(), Utc::now()).await.unwrap();
    assert!(points(&world.pool, "active").await.iter().all(|(at, ..)| *at != old));
}

#[tokio::test]
async fn what_there_is_altogether_is_known_without_reading_it() {
    let world = World::new().await;
    let owner = world.member("noodle").await;
    let photo = world.photo("Noodle").await;
    world.photo("Marmalade").await;
    let other = "INSERT INTO submissions (owner, title, species, state, ordinal, rendition_key, rendition_sizes)
        SELECT $1, 'n', 'cat', 'ready', n, gen_random_uuid(), '{320}' FROM generate_series(1000, 1499) n";
    sqlx::query(other).bind(owner).execute(&world.pool).await.unwrap();
    let accounts = world.count("accounts WHERE deleted_at IS NULL").await;
    let totals = async || {
        let mut tx = world.pool.begin().await.unwrap();
        let before = rows::read(&mut tx).await;
        let totals = gauges::totals(&mut tx).await.unwrap();
        let read = rows::read(&mut tx).await - before;
        tx.commit().await.unwrap();
        let figure = |name: &str| totals.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
        (["photos", "described", "accounts", "rated10"].map(|name| figure(name).unwrap()), read)
    };
    let whole = point::Value::Whole;
    let (known, _) = totals().await;
    assert_eq!(known, [whole(502), whole(2), whole(accounts), whole(0)]);
    world.hide(photo).await;
    for rater in 0..10 {
        world.rate(someone(rater), photo + 1, 7).await;
    }
    world.enqueue(Job::RankPhotos).await;
    world.drain().await;
    let (known, read) = totals().await;
    assert_eq!(known, [whole(501), whole(1), whole(accounts), whole(1)]);
    assert!(read <= 60, "{read} rows");
    let wrong = submissions::check::check(&mut world.pool.acquire().await.unwrap()).await.unwrap();
    assert!(wrong.iter().all(|what| !what.contains("the site counts")), "{wrong:?}");
}

/// Two web processes and one for jobs, in which everything happens that can.
#[tokio::test]
async fn there_are_never_more_than_two_thousand_series() {
    let world = World::new().await;
    let site = world.client().await;
    let routes = site.rocket().routes().count();
    let (web, jobs) = (Recorder::new(), Recorder::new());
    web.know_routes((0..routes).map(|route| format!("GET /{route}")).collect());
    for (route, status) in (0..=routes).flat_map(|route| [200, 303, 404, 500].map(|status| (route, status))) {
        web.answered((route < routes).then_some(route), status, Duration::ZERO);
    }
    for (by, via) in By::VARIANTS.iter().flat_map(|by| Via::VARIANTS.iter().map(|via| (*by, *via))) {
        web.voted(by, via, Voted::Refused);
    }
    AccountEvent::VARIANTS.iter().for_each(|event| web.account(*event));
    VisitEvent::VARIANTS.iter().for_each(|event| web.visit(*event));
    for recorder in [&web, &jobs] {
        PhotoEvent::VARIANTS.iter().for_each(|event| recorder.photo(*event, None));
        Refusal::VARIANTS.iter().for_each(|reason| recorder.upload_refused(*reason));
        JobKind::VARIANTS.iter().for_each(|kind| recorder.enqueued(kind.name()));
    }
    for ending in Ending::VARIANTS {
        JobKind::VARIANTS.iter().for_each(|kind| jobs.job(kind.name(), *ending, None, Duration::ZERO));
    }
    for (letter, outcome) in (0..25).flat_map(|letter| Letter::VARIANTS.iter().map(move |outcome| (letter, *outcome))) {
        jobs.mail(format!("letter {letter}").leak(), outcome);
    }
    let series = 2 * web.drain(noon()).len() + jobs.drain(noon()).len();
    assert!(routes > 50 && series <= 2_000 - 200, "{series} series; gauges and the host need 200 at most");
}
