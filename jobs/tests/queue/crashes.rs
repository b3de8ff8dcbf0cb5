//! Processes that die, and a database that goes away.

use std::time::Duration;

use serde_json::json;

use crate::support::{Database, until};
use crate::test_worker::Worker;

#[tokio::test]
async fn killed_processes_lose_and_double_nothing() {
    let database = Database::new().await;
    let jobs = database.add(500, "effect", 10, json!({ "ms": 25 })).await;
    let worker = Worker { lease_ms: 2_500, ..Worker::default() };
    for done in [100, 250] {
        let mut process = worker.start(&database);
        until("a good part is done", async || database.count("effects").await >= done).await;
        process.kill();
    }
    let process = worker.start(&database);
    database.until_settled().await;

    assert_eq!(database.count("fang_tasks WHERE state = 'finished'").await, 500);
    let effects: Vec<i64> =
        sqlx::query_scalar("SELECT job FROM effects ORDER BY job").fetch_all(&database.pool).await.unwrap();
    assert_eq!(effects, jobs, "each job has taken effect exactly once");
    let starts = database.count("job_attempts").await;
    assert!(starts > 500, "the killed processes held jobs, which were started again: {starts} starts");
    let lost: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT w.number, count(*) FROM job_attempts a JOIN workers w ON w.number = a.worker
         WHERE a.outcome = 'lost' AND a.error = format('worker %s stopped without ending it', w.number) GROUP BY 1 ORDER BY 1",
    )
    .fetch_all(&database.pool)
    .await
    .unwrap();
    let workers: Vec<i64> = lost.iter().map(|(worker, _)| *worker).collect();
    assert!(workers.starts_with(&[1, 2]), "both killed processes are named: {lost:?}");
    assert_eq!(database.count("job_attempts WHERE outcome = 'finished'").await, 500);
    println!("500 jobs, 2 kills: {starts} starts, lost by worker: {lost:?}");
    drop(process);
}

#[tokio::test]
async fn a_job_that_kills_its_process_ends_as_failed() {
    let database = Database::new().await;
    let job = database.add(1, "fatal", 2, json!({ "ms": 7 })).await[0];
    let worker = Worker { lease_ms: 600, ..Worker::default() };
    for _ in 0..2 {
        worker.start(&database).ended().await;
    }
    let _process = worker.start(&database);
    database.until_state(job, "failed").await;
    assert_eq!(database.outcomes(job).await, ["lost", "lost"]);
    assert_eq!(database.state(job).await.1, "worker 2 stopped without ending it");
    assert_eq!(database.count("given_up").await, 1, "the domain was told");
}

#[tokio::test]
async fn a_database_that_goes_away_ends_no_process_and_doubles_nothing() {
    let database = Database::new().await;
    let jobs = database.add(300, "effect", 20, json!({ "ms": 20 })).await;
    let mut process = Worker { lease_ms: 2_500, ..Worker::default() }.start(&database);
    for done in [50, 150] {
        until("a part is done", async || database.count("effects").await >= done).await;
        database.away(Duration::from_millis(700)).await;
    }
    database.until_settled().await;
    let effects: Vec<i64> =
        sqlx::query_scalar("SELECT job FROM effects ORDER BY job").fetch_all(&database.pool).await.unwrap();
    assert_eq!(effects, jobs);
    // Still woken, although its connection for that was cut.
    let job = database.add(1, "effect", 1, json!({ "ms": 0 })).await[0];
    database.until_state(job, "finished").await;
    assert!(process.0.try_wait().unwrap().is_none(), "the process lives");
}
