//! How attempts end.

use std::time::Duration;

use serde_json::json;

use crate::support::{Database, until};
use crate::test_worker::Worker;

#[tokio::test]
async fn arguments_that_nobody_can_read_are_parked_and_hold_up_nobody() {
    let database = Database::new().await;
    let bad = database.add(3, "effect", 5, json!({ "minutes": 1 })).await;
    let good = database.add(1, "effect", 5, json!({ "ms": 0 })).await[0];
    let worker = Worker { slots: 1, ..Worker::default() };
    let _process = worker.start(&database);
    database.until_state(good, "finished").await;
    for job in bad {
        database.until_state(job, "failed").await;
        assert_eq!(database.state(job).await.1, "its arguments cannot be read: missing field `ms`");
        assert_eq!(database.outcomes(job).await, ["failed"]);
    }
}

#[tokio::test]
async fn arguments_are_read_once_for_each_attempt() {
    let database = Database::new().await;
    database.add(3, "decodings", 5, json!({ "ms": 0 })).await;
    let _process = Worker { slots: 1, ..Worker::default() }.start(&database);
    database.until_settled().await;
    let decodings: Vec<i32> =
        sqlx::query_scalar("SELECT attempt FROM effects ORDER BY job").fetch_all(&database.pool).await.unwrap();
    assert_eq!(decodings, [1, 2, 3]);
}

#[tokio::test]
async fn a_kind_that_the_process_does_not_know_is_left_to_one_that_does() {
    let database = Database::new().await;
    let newer = database.add(1, "from_the_future", 5, json!({})).await[0];
    let known = database.add(1, "effect", 5, json!({ "ms": 0 })).await[0];
    let _process = Worker::default().start(&database);
    database.until_state(known, "finished").await;
    assert_eq!(database.state(newer).await.0, "new");
    assert_eq!(database.outcomes(newer).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_panic_is_a_failed_attempt_and_the_worker_goes_on() {
    let database = Database::new().await;
    let job = database.add(1, "panic", 3, json!({ "ms": 0 })).await[0];
    let _process = Worker { slots: 1, ..Worker::default() }.start(&database);
    database.until_state(job, "failed").await;
    let next = database.add(1, "effect", 5, json!({ "ms": 0 })).await[0];
    database.until_state(next, "finished").await;
    assert_eq!(database.outcomes(job).await, ["failed", "failed", "failed"]);
    assert_eq!(database.state(job).await.1, "it panicked: the cat sat on the keyboard");
    assert_eq!(database.count("given_up").await, 1);
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_ended() {
    let database = Database::new().await;
    let job = database.add(1, "hold", 1, json!({ "ms": 600_000 })).await[0];
    let _process = Worker::default().start(&database);
    database.until_state(job, "failed").await;
    assert_eq!(database.state(job).await.1, "it took longer than 3 s");
}

#[tokio::test]
async fn a_failure_is_tried_again_and_a_hopeless_one_is_not() {
    let database = Database::new().await;
    let failing = database.add(1, "fail", 5, json!({ "ms": 0 })).await[0];
    let hopeless = database.add(1, "hopeless", 5, json!({ "ms": 0 })).await[0];
    let _process = Worker::default().start(&database);
    database.until_state(failing, "finished").await;
    database.until_state(hopeless, "failed").await;
    assert_eq!(database.outcomes(failing).await, ["failed", "failed", "finished"]);
    assert_eq!(database.state(failing).await.1, "", "an error that was overcome is only in the history");
    assert_eq!(database.state(hopeless).await, ("failed".to_owned(), "never".to_owned()));
    assert_eq!(database.outcomes(hopeless).await, ["failed"]);
}

#[tokio::test]
async fn a_retry_gives_way_to_a_waiting_job_of_the_same_name() {
    let database = Database::new().await;
    let job = database.add(1, "hold", 5, json!({ "ms": 600_000 })).await[0];
    name(&database, job).await;
    let _process = Worker::default().start(&database);
    database.until_state(job, "in_progress").await;
    sqlx::query("UPDATE lanes SET paused_at = now() WHERE name = 'test'").execute(&database.pool).await.unwrap();
    let other = database.add(1, "hold", 5, json!({ "ms": 0 })).await[0];
    name(&database, other).await;
    // Its time limit fails the first one, and the second already waits.
    database.until_state(job, "finished").await;
    let error = format!("superseded by {other}: it took longer than 3 s");
    assert_eq!(database.state(job).await.1, error);
    assert_eq!(database.outcomes(job).await, ["failed"]);
    assert_eq!(database.state(other).await.0, "new", "it waits, since its lane is paused");
}

async fn name(database: &Database, job: i64) {
    sqlx::query("UPDATE fang_tasks SET uniq_hash = 'one' WHERE number = $1")
        .bind(job)
        .execute(&database.pool)
        .await
        .unwrap();
}

#[tokio::test]
async fn failures_of_a_sort_are_one_group_and_what_they_took_is_kept() {
    let database = Database::new().await;
    let jobs = database.add(2, "hopeless", 5, json!({ "ms": 0 })).await;
    let mut process = Worker { slots: 1, ..Worker::default() }.start(&database);
    for &job in &jobs {
        database.until_state(job, "failed").await;
    }
    process.signal("TERM");
    process.ended().await;
    assert_eq!(database.count("error_groups").await, 1);
    assert_eq!(database.count("fang_tasks t JOIN error_groups g ON g.id = t.error_group").await, 2);
    assert_eq!(database.count("job_attempts WHERE error_group IS NOT NULL AND due_at <= started_at").await, 2);
    for hourly in ["", "NOT"] {
        let runs = format!("job_pace WHERE {hourly} hourly AND kind = 'hopeless' AND measure = 'run' AND n > 0");
        assert!(database.count(&runs).await > 0, "a stop loses no figure");
    }
    assert_eq!(
        database.count("workers WHERE version IS NOT NULL AND 'hopeless' = ANY(kinds) AND rss_bytes > 0").await,
        1
    );
}

#[tokio::test]
async fn a_process_that_cannot_end_its_jobs_takes_no_more() {
    let database = Database::new().await;
    let jobs = database.add(30, "hopeless", 5, json!({ "ms": 0 })).await;
    // Nobody can write down what failed, and so none of them ends.
    let mut holding = database.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE error_groups IN EXCLUSIVE MODE").execute(&mut *holding).await.unwrap();
    let process = Worker { slots: 1, ..Worker::default() }.start(&database);
    until("it holds eight jobs for its slot", async || {
        database.count("fang_tasks WHERE state = 'in_progress'").await >= 8
    })
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(database.count("fang_tasks WHERE state = 'in_progress'").await, 8);
    holding.rollback().await.unwrap();
    for job in jobs {
        database.until_state(job, "failed").await;
    }
    drop(process);
}

#[tokio::test]
async fn a_kind_whose_attempts_all_fail_rests_until_what_it_needs_is_back() {
    let database = Database::new().await;
    database.add(500, "away", 20, json!({ "ms": 0 })).await;
    let worker = Worker { lease_ms: 900, longest_rest_ms: 1600, ..Worker::default() };
    let _process = worker.start(&database);
    until("it rests", async || database.count("workers WHERE resting = '{away}'").await == 1).await;
    let others = database.add(20, "effect", 5, json!({ "ms": 0 })).await;
    for job in others {
        database.until_state(job, "finished").await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let tried = database.count("fang_tasks WHERE kind = 'away' AND attempt > 0").await;
    assert!((10..100).contains(&tried), "{tried} of 500 were tried");
    let most: i32 = sqlx::query_scalar("SELECT max(retries) FROM fang_tasks WHERE kind = 'away'")
        .fetch_one(&database.pool)
        .await
        .unwrap();
    assert!(most <= 12, "one was tried {most} times");
    sqlx::query("INSERT INTO reachable DEFAULT VALUES").execute(&database.pool).await.unwrap();
    database.until_settled().await;
    assert_eq!(database.count("fang_tasks WHERE kind = 'away' AND state = 'finished'").await, 500);
    until("it is awake", async || database.count("workers WHERE resting = '{}'").await == 1).await;
}
