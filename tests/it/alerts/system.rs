//! What is wrong with pages, hosts and the database: each rule, firing and not.

use std::time::Duration;

use chrono::Utc;
use ratemyderp::alerts::{self, Outlets};
use ratemyderp::dashboards::verdict;

use crate::health::WELL;
use crate::support::World;
use crate::web::dashboard::figures;

/// What is done to good figures, the rule that fires of it, what it says of what; and what is done that does not suffice.
const BAD: [(&str, &str, &str, &str); 14] = [
    (
        "UPDATE metric_points SET fields = '{\"n\": 11, \"b01\": 11}' WHERE measurement = 'answer' AND tags ->> 'status' = '5xx'",
        "answers_fail",
        "10 % of the answers of the last 5 minutes failed",
        "",
    ),
    (
        "DELETE FROM metric_points WHERE measurement = 'vote'; INSERT INTO metric_minutes (measurement, at, tags, fields, gauge)
         SELECT m, date_trunc('minute', now() - interval '7 days 10 minutes'), t::jsonb, f::jsonb, false
         FROM (VALUES ('up', '{\"instance\": \"web-0\"}', '{\"up\": 6}'), ('vote', '{}', '{\"n\": 3}')) AS all_of (m, t, f)",
        "nobody_votes",
        "Nobody has voted for 30 minutes, though photos were shown",
        "",
    ),
    (
        "UPDATE metric_points SET fields = '{\"n\": 99, \"b09\": 99}' WHERE measurement = 'answer' AND tags ->> 'part' = 'vote'",
        "votes_slow",
        "Votes are slow: 95 of 100 are answered within 975 ms, not within 100 ms",
        "",
    ),
    (
        "UPDATE metric_points SET fields = '{\"used_percent\": 86}' WHERE measurement = 'disk'",
        "disk",
        "The disk of / is 86 % full",
        "/",
    ),
    (
        "INSERT INTO metric_minutes (measurement, at, tags, fields, gauge)
         SELECT 'disk', date_trunc('minute', now()) - n * interval '30 minutes' - interval '1 minute', '{\"path\": \"/\"}',
             jsonb_build_object('used_percent', 60 - 4 * n, 'used_percent_max', 60 - 4 * n), true FROM generate_series(0, 11) n",
        "disk",
        "The disk of / will be full in 5 h",
        "/",
    ),
    (
        "UPDATE metric_points SET tags = '{\"host\": \"derp\", \"resource\": \"memory\"}', fields = '{\"full_avg60\": 11}' WHERE measurement = 'pressure'",
        "memory",
        "A host is short of memory: everything waited for it 11 % of the time",
        "",
    ),
    (
        "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         SELECT 'cgroup', at, '{\"instance\": \"jobs-0\"}', jsonb_build_object('oom_kill', CASE WHEN at > now() - interval '3 minutes' THEN 8 ELSE 7 END), true
         FROM metric_points WHERE measurement = 'cpu'",
        "memory",
        "Where jobs-0 runs a process was killed for want of memory within a quarter of an hour",
        "jobs-0",
    ),
    (
        "UPDATE metric_points SET fields = '{\"numbackends\": 81, \"max_connections\": 100, \"slot_lag_bytes\": 0}' WHERE measurement = 'postgresql'",
        "connections",
        "81 of 100 database connections are in use",
        "",
    ),
    (
        "UPDATE metric_points SET fields = '{\"oldest_xact_s\": 900}' WHERE measurement = 'postgresql'",
        "transaction",
        "A transaction has been open for 15 min",
        "",
    ),
    (
        "UPDATE metric_points SET fields = '{\"xid_percent\": 51}' WHERE measurement = 'postgresql'",
        "transaction_ids",
        "51 % of the transaction numbers are used up: vacuum does not keep up",
        "",
    ),
    (
        "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         SELECT 'backup', at, '{\"host\": \"derp\"}', '{\"missing\": 0, \"age_s\": 97200}', true FROM metric_points WHERE measurement = 'cpu'",
        "backup",
        "The newest backup of derp is 1 day 3 h old",
        "derp",
    ),
    (
        "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         SELECT 'backup', at, '{\"host\": \"derp\"}', '{\"missing\": 1}', true FROM metric_points WHERE measurement = 'cpu'",
        "backup",
        "derp has no sign of a backup: the file that it touches is not there",
        "derp",
    ),
    (
        "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         SELECT 'certificate', at, '{\"address\": \"derp.example:443\"}', '{\"days_left\": 12.3}', true FROM metric_points WHERE measurement = 'cpu'",
        "certificate",
        "The certificate of derp.example:443 is good for 13 days only",
        "derp.example:443",
    ),
    (
        "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         SELECT 'certificate', at, '{\"address\": \"derp.example:443\"}', '{\"days_left\": -1}', true FROM metric_points WHERE measurement = 'cpu'",
        "certificate",
        "The certificate of derp.example:443 is not good any more",
        "derp.example:443",
    ),
];

/// What is not quite wrong.
const GOOD: [&str; 9] = [
    // As many as in every hour of the day before.
    "UPDATE metric_points SET fields = '{\"n\": 2}' WHERE measurement = 'photo' AND tags ->> 'event' = 'submitted';
     INSERT INTO metric_hours (measurement, at, tags, fields, gauge)
     SELECT m, date_trunc('hour', now()) - n * interval '1 hour', t::jsonb, f::jsonb, false FROM generate_series(1, 24) n,
     (VALUES ('up', '{\"instance\": \"web-0\"}', '{\"up\": 360}'), ('photo', '{\"event\": \"submitted\"}', '{\"n\": 200}')) AS all_of (m, t, f)",
    "UPDATE metric_points SET fields = '{\"n\": 1, \"b01\": 1}' WHERE measurement = 'answer' AND tags ->> 'status' = '5xx'",
    // Nobody votes at this time of the week.
    "DELETE FROM metric_points WHERE measurement = 'vote'; INSERT INTO metric_minutes (measurement, at, tags, fields, gauge)
     SELECT 'up', date_trunc('minute', now() - interval '7 days 10 minutes'), '{\"instance\": \"web-0\"}', '{\"up\": 6}', false",
    "UPDATE metric_points SET fields = '{\"used_percent\": 84}' WHERE measurement = 'disk'",
    "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
     SELECT 'cgroup', at, '{\"instance\": \"jobs-0\"}', '{\"oom_kill\": 7}', true FROM metric_points WHERE measurement = 'cpu'",
    "UPDATE metric_points SET fields = '{\"numbackends\": 79, \"max_connections\": 100, \"oldest_xact_s\": 299, \"xid_percent\": 49, \"replica_lag_bytes\": 1000000}' WHERE measurement = 'postgresql'",
    "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
     SELECT 'backup', at, '{\"host\": \"derp\"}', '{\"missing\": 0, \"age_s\": 93000}', true FROM metric_points WHERE measurement = 'cpu'",
    "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
     SELECT 'certificate', at, '{\"address\": \"derp.example:443\"}', '{\"days_left\": 14.1}', true FROM metric_points WHERE measurement = 'cpu'",
    "INSERT INTO metric_points (measurement, at, tags, fields, gauge) SELECT 'metrics', max(at), '{}', '{\"ship_lag_ms\": 299000}', true FROM metric_points WHERE measurement = 'cpu'",
];

async fn world() -> World {
    let world = World::new().await;
    figures(&world.pool).await;
    let well =
        "UPDATE metric_points SET fields = '{\"n\": 1}' WHERE measurement = 'answer' AND tags ->> 'status' = '5xx'";
    sqlx::raw_sql(&format!("{WELL}; {well}")).execute(&world.pool).await.unwrap();
    world
}

async fn told(world: &World, sql: &str) -> Vec<(String, String, String)> {
    let mut tx = world.pool.begin().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut *tx).await.unwrap();
    let verdict = verdict::assess(&mut tx, &world.config().alerts.system, Utc::now()).await.unwrap();
    let told = verdict.troubles.into_iter();
    told.filter_map(|trouble| Some((trouble.rule?.name().to_owned(), trouble.words, trouble.subject))).collect()
}

#[tokio::test]
async fn each_rule_fires_alone_and_says_what_is_wrong() {
    let world = world().await;
    assert_eq!(told(&world, "SELECT 1").await, []);
    for (sql, rule, words, subject) in BAD {
        assert_eq!(told(&world, sql).await, [(rule.to_owned(), words.to_owned(), subject.to_owned())], "{sql}");
    }
    for (field, words) in [
        ("\"replica_lag_bytes\": 2e9", "A replica or a replication slot is"),
        ("\"replica_lag_s\": 90", "A replica is 1 min 30 s behind"),
        ("\"slot_lag_bytes\": 2e9", "A replica or a replication slot is"),
    ] {
        let sql = format!("UPDATE metric_points SET fields = '{{{field}}}' WHERE measurement = 'postgresql'");
        let told = told(&world, &sql).await;
        assert!(told.len() == 1 && told[0].0 == "replication" && told[0].1.starts_with(words), "{told:?}");
    }
    for (fields, gauge, words) in [
        ("\"n_dropped\": 4", false, "4 figures were lost while PostgreSQL was away"),
        ("\"ship_lag_ms\": 301000", true, "InfluxDB is 5 min 1 s behind"),
    ] {
        let sql = format!(
            "INSERT INTO metric_points (measurement, at, tags, fields, gauge) SELECT 'metrics', max(at) - interval '1 minute', '{{}}', '{{{fields}}}', {gauge} FROM metric_points WHERE measurement = 'cpu'"
        );
        let told = told(&world, &sql).await;
        assert!(told.len() == 1 && told[0].0 == "figures" && told[0].1 == words, "{told:?}");
    }
}

#[tokio::test]
async fn a_flood_of_uploads_is_told_with_its_beginning_and_what_is_usual() {
    let world = world().await;
    let flood =
        "UPDATE metric_points SET fields = '{\"n\": 2}' WHERE measurement = 'photo' AND tags ->> 'event' = 'submitted'
        AND at > now() - interval '15 minutes'";
    let usual = "INSERT INTO metric_hours (measurement, at, tags, fields, gauge)
        SELECT m, date_trunc('hour', now()) - interval '1 hour', t::jsonb, f::jsonb, false
        FROM (VALUES ('up', '{\"instance\": \"web-0\"}', '{\"up\": 360}'), ('photo', '{\"event\": \"refused\"}', '{\"n\": 24}')) AS all_of (m, t, f)";
    for (sql, uploads) in [(flood.to_owned(), "0 uploads"), (format!("{flood}; {usual}"), "2 uploads")] {
        let told = told(&world, &sql).await;
        let [(rule, words, _)] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(rule, "uploads_flood");
        let (since, rest) =
            words.strip_prefix("Uploads flood in since ").and_then(|rest| rest.split_once(" UTC: ")).unwrap();
        assert_eq!(rest, format!("60 within the last 5 minutes, where {uploads} would be usual"));
        let minutes = (10..=17).map(|ago| (Utc::now() - chrono::TimeDelta::minutes(ago)).format("%H:%M").to_string());
        assert!(minutes.into_iter().any(|minute| minute == since), "{since}");
    }
}

#[tokio::test]
async fn what_is_not_quite_wrong_is_not_told() {
    let world = world().await;
    for sql in GOOD {
        assert_eq!(told(&world, sql).await, [], "{sql}");
    }
}

#[tokio::test]
async fn alerts_tell_of_the_system_with_a_link_to_its_chart() {
    let world = world().await;
    let full = "UPDATE metric_points SET fields = '{\"used_percent\": 91}' WHERE measurement = 'disk'";
    sqlx::raw_sql(full).execute(&world.pool).await.unwrap();
    let config = world.config();
    let outlets = Outlets::from_config(&config).unwrap();
    for _ in 0..2 {
        assert!(alerts::look(&world.pool, &config, &outlets, Duration::ZERO).await.unwrap());
    }
    let open: Vec<(String, String, String, String)> =
        sqlx::query_as("SELECT rule, subject, words, link FROM alerts WHERE fired_at IS NOT NULL")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    let expected = ["disk", "/", "The disk of / is 91 % full.", "/ops/system#disks"].map(str::to_owned);
    assert_eq!(open, [expected.into()]);
}
