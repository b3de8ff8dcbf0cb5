//! Attempts that an operator ends, and what jobs say meanwhile.

use std::collections::BTreeSet;
use std::time::Instant;

use ratemyderp::accounts::audit::Actor;
use ratemyderp::operations::{Request, Selection, single};
use ratemyderp::queue::board;
use serde_json::json;

use crate::support::{Database, until};
use crate::test_worker::{LONG, Worker};

/// Anna asks for the end of a running job.
async fn ask(database: &Database, job: i64) {
    let anna = Actor { account: None, name: "anna".to_owned() };
    let jobs = Selection::Numbers(BTreeSet::from([job]));
    let request = Request::parse("stop", "", "it hangs", jobs).unwrap();
    let mut tx = database.pool.begin().await.unwrap();
    single::act(&mut tx, &anna, &request, None, false).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_running_attempt_ends_within_seconds_when_somebody_asks_for_that() {
    let database = Database::new().await;
    let job = database.add(1, "hold", 5, json!({ "ms": LONG })).await[0];
    let _process = Worker { slots: 1, ..Worker::default() }.start(&database);
    database.until_state(job, "in_progress").await;
    ask(&database, job).await;
    let asked = Instant::now();
    database.until_state(job, "failed").await;
    println!("ended after {:.1?}", asked.elapsed());
    assert_eq!(database.state(job).await.1, "stopped by anna: it hangs");
    assert_eq!(database.outcomes(job).await, ["stopped"]);
    assert_eq!(database.count("fang_tasks WHERE discarded_at IS NOT NULL AND error_group IS NULL").await, 1);
    assert_eq!(database.count("given_up").await, 1, "the domain is told");
    // The slot is free, and the next attempt of the same job is not stopped by the old wish.
    let next = database.add(1, "effect", 5, json!({ "ms": 0 })).await[0];
    database.until_state(next, "finished").await;
    database.until_settled().await;
}

#[tokio::test]
async fn a_wish_ends_the_attempt_that_it_was_about_and_no_other() {
    let database = Database::new().await;
    let job = database.add(1, "effect", 5, json!({ "ms": 0 })).await[0];
    sqlx::query("UPDATE fang_tasks SET stop_requested_at = now()").execute(&database.pool).await.unwrap();
    let _process = Worker::default().start(&database);
    database.until_state(job, "finished").await;
}

#[tokio::test]
async fn a_job_of_a_dead_worker_that_was_to_stop_does_not_begin_again() {
    let database = Database::new().await;
    let job = database.add(1, "hold", 5, json!({ "ms": LONG })).await[0];
    let mut process = Worker { lease_ms: 3_000, ..Worker::default() }.start(&database);
    database.until_state(job, "in_progress").await;
    process.kill();
    ask(&database, job).await;
    let _process = Worker { lease_ms: 3_000, ..Worker::default() }.start(&database);
    database.until_state(job, "failed").await;
    assert_eq!(database.state(job).await.1, "stopped by anna: it hangs");
    assert_eq!(database.outcomes(job).await, ["stopped"]);
}

#[tokio::test]
async fn what_a_job_says_is_there_while_it_runs_and_after_it() {
    let database = Database::new().await;
    let long = database.add(1, "talk", 5, json!({ "ms": LONG })).await[0];
    let short = database.add(1, "talk", 5, json!({ "ms": 0 })).await[0];
    let _process = Worker { lease_ms: 3_000, ..Worker::default() }.start(&database);
    database.until_state(short, "finished").await;
    let mut conn = database.pool.acquire().await.unwrap();
    until("the running one is heard", async || board::lines(&mut conn, long).await.unwrap().len() == 2).await;
    let lines: Vec<_> = board::lines(&mut conn, short).await.unwrap().into_iter().map(|line| line.text).collect();
    assert_eq!(lines, ["begins", "writes to <address>", "ends"]);
    assert_eq!(database.state(long).await.0, "in_progress");
}
