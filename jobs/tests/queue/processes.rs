//! Several processes on one queue, and how they stop.

use std::time::Duration;

use ratemyderp::queue::{self, board};
use serde_json::json;

use crate::support::{Database, Process, until};
use crate::test_worker::Worker;

#[tokio::test]
async fn two_processes_share_the_work_and_double_none() {
    let database = Database::new().await;
    let processes = [Worker::default().start(&database), Worker::default().start(&database)];
    let mut conn = database.pool.acquire().await.unwrap();
    until("both are there", async || board::workers(&mut conn).await.unwrap().len() == 2).await;
    let jobs = database.add(300, "effect", 5, json!({ "ms": 15 })).await;
    database.until_settled().await;
    let effects: Vec<(i64, i32)> =
        sqlx::query_as("SELECT job, attempt FROM effects ORDER BY job").fetch_all(&database.pool).await.unwrap();
    assert_eq!(effects, jobs.iter().map(|&job| (job, 1)).collect::<Vec<_>>());
    assert_eq!(database.count("job_attempts").await, 300);
    assert_eq!(database.count("(SELECT DISTINCT worker FROM job_attempts) AS both_").await, 2, "both worked");
    drop(processes);
}

#[tokio::test]
async fn of_a_lane_with_a_limit_one_job_follows_the_other() {
    let database = Database::new().await;
    sqlx::query("UPDATE lanes SET concurrency = 2 WHERE name = 'test'").execute(&database.pool).await.unwrap();
    database.add(40, "effect", 1, json!({ "ms": 5 })).await;
    let _process = Worker::default().start(&database);
    // A look that nothing asks for comes every 30 s.
    database.until_settled().await;
    assert_eq!(database.count("effects").await, 40);
}

#[tokio::test]
async fn a_process_that_is_told_to_stop_finishes_what_it_holds_and_takes_no_more() {
    let database = Database::new().await;
    let held = database.add(2, "hold", 5, json!({ "ms": 1200 })).await;
    let mut process = Worker { slots: 2, ..Worker::default() }.start(&database);
    for &job in &held {
        database.until_state(job, "in_progress").await;
    }
    let later = database.add(1, "effect", 5, json!({ "ms": 0 })).await[0];
    process.signal("TERM");
    assert_eq!(process.ended().await.code(), Some(0));
    for job in held {
        assert_eq!(database.state(job).await.0, "finished");
    }
    assert_eq!(database.state(later).await.0, "new");
    assert_eq!(database.count("workers WHERE stopped_at IS NULL").await, 0);
}

#[tokio::test]
async fn what_cannot_be_finished_in_time_is_given_back_and_does_not_count_as_failed() {
    let database = Database::new().await;
    let job = database.add(1, "hold", 5, json!({ "ms": 600_000 })).await[0];
    let mut process = Worker { grace_ms: 200, ..Worker::default() }.start(&database);
    database.until_state(job, "in_progress").await;
    process.signal("TERM");
    assert_eq!(process.ended().await.code(), Some(3));
    assert_eq!(database.state(job).await.0, "retried");
    assert_eq!(database.outcomes(job).await, ["returned"]);
    let mut conn = database.pool.acquire().await.unwrap();
    let job = board::job(&mut conn, job).await.unwrap().unwrap();
    assert_eq!((job.attempt, job.failures, job.worker), (1, 0, None));
    assert_eq!(queue::check::check(&mut conn).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_second_signal_does_not_wait() {
    let database = Database::new().await;
    let job = database.add(1, "hold", 5, json!({ "ms": 600_000 })).await[0];
    let mut process = Worker { grace_ms: 600_000, ..Worker::default() }.start(&database);
    database.until_state(job, "in_progress").await;
    process.signal("TERM");
    tokio::time::sleep(Duration::from_millis(300)).await; // signals of one moment are one signal
    process.signal("TERM");
    assert_eq!(process.ended().await.code(), Some(3));
    assert_eq!(database.outcomes(job).await, ["returned"]);
}

#[tokio::test]
async fn a_schedule_ticks_once_however_many_processes_tick() {
    let database = Database::new().await;
    let start = || Process::start(database.program(&[]).env("ROCKET_JOBS", "{rank_every_seconds=1,poll_seconds=1}"));
    let mut processes = [start(), start()];
    until("there were some ticks", async || {
        database
            .count(
                "schedules s JOIN fang_tasks t ON t.number = s.job AND t.state = 'finished' WHERE name = 'rank_photos'",
            )
            .await
            >= 4
    })
    .await;
    for process in &mut processes {
        process.signal("TERM");
        assert_eq!(process.ended().await.code(), Some(0));
    }
    let ticks = database.count("schedules WHERE name = 'rank_photos'").await;
    let generations =
        database.count("job_attempts a JOIN fang_tasks t ON t.number = a.job WHERE t.kind = 'rank_photos' AND a.outcome IS DISTINCT FROM 'postponed'").await;
    assert!(generations <= ticks, "{generations} runs for {ticks} ticks");
    assert_eq!(database.count("schedules WHERE job IS NULL").await, 0);
}

#[tokio::test]
async fn a_process_waits_for_a_database_that_is_not_there_yet() {
    let database = Database::new().await;
    let job = database.add(1, "effect", 5, json!({ "ms": 0 })).await[0];
    let away = database.away(Duration::from_millis(1500));
    let start = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        Worker::default().start(&database)
    };
    let ((), mut process) = tokio::join!(away, start);
    database.until_state(job, "finished").await;
    assert!(process.0.try_wait().unwrap().is_none());
}
