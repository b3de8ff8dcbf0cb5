//! Servers that are not ours: Debian's VictoriaMetrics for the socket, and an InfluxDB 2 where somebody names one.

mod influxdb;
mod recorded;

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DurationRound, TimeDelta, Utc};

use super::shipper::shipper;
use crate::support::{World, tool};

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Points of every sort for some minutes that lie behind us, in PostgreSQL.
async fn points(world: &World, start: chrono::DateTime<Utc>) {
    sqlx::query(
        "INSERT INTO metric_points (measurement, at, tags, fields, gauge)
         SELECT m, $1 + make_interval(secs => 10 * n), t, f, g
         FROM generate_series(0, 59) AS n, LATERAL (VALUES
             ('up', '{\"instance\": \"web-0\"}'::jsonb, '{\"up\": 1}'::jsonb, false),
             ('vote', '{\"by\": \"member\", \"via\": \"form\", \"instance\": \"web-0\"}', jsonb_build_object('n', n, 's07', 1), false),
             ('vote', '{\"by\": \"visitor\", \"via\": \"htmx\", \"instance\": \"web-1\"}', jsonb_build_object('n', 1), false),
             ('http', '{\"route\": \"GET /submissions/<id>, and = more\", \"status\": \"2xx\", \"instance\": \"web-0\"}', jsonb_build_object('n', 2, 'b03', 2), false),
             ('queue', '{\"lane\": \"mail\", \"state\": \"new\"}', jsonb_build_object('depth', n, 'oldest_s', n + 0.5), true),
             ('queue', '{\"lane\": \"images\", \"state\": \"new\"}', jsonb_build_object('depth', 2 * n), true)
         ) AS all_of (m, t, f, g)",
    )
    .bind(start)
    .execute(&world.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn victoria_metrics_has_every_point_that_was_sent() {
    let Some(program) = tool("victoria-metrics") else { return };
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let _server = Server(
        Command::new(program)
            .arg(format!("-httpListenAddr=127.0.0.1:{port}"))
            .arg(format!("-storageDataPath={}", folder.path().display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let start = (Utc::now() - TimeDelta::minutes(30)).duration_trunc(TimeDelta::minutes(1)).unwrap();
    points(&world, start).await;
    let url = format!("http://127.0.0.1:{port}");
    let figment = world.figment().merge(("influxdb.url", &url)).merge(("influxdb.write_token", "any"));
    let mut shipper = shipper(&world, &figment);
    let sent = || async {
        let pool = world.pool.clone();
        sqlx::query_scalar::<_, i64>("SELECT coalesce(max(number), 0) FROM metric_cursors")
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    while sent().await == 0 {
        assert!(Instant::now() < deadline, "it was not sent");
        shipper.round().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let stored = |name: &'static str| {
        let url = format!("{url}/api/v1/export?match[]={name}&start={}", start.timestamp());
        move || ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap()
    };
    let votes = || stored("vote_n");
    let mut text = String::new();
    while text.lines().count() < 2 {
        assert!(Instant::now() < deadline, "it is not there: {text}");
        let ask = votes();
        text = tokio::task::spawn_blocking(ask).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let mut sums = vec![];
    for line in text.lines() {
        let series: serde_json::Value = serde_json::from_str(line).unwrap();
        let values: Vec<f64> =
            series["values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
        assert_eq!(values.len(), 60, "{series}");
        sums.push(values.iter().sum::<f64>());
    }
    sums.sort_by(f64::total_cmp);
    assert_eq!(sums, [60.0, 1_770.0]);
    let routes = tokio::task::spawn_blocking(stored("http_n")).await.unwrap();
    let routes: serde_json::Value = serde_json::from_str(routes.trim()).unwrap();
    assert_eq!(routes["metric"]["route"], "GET /submissions/<id>, and = more");
}
