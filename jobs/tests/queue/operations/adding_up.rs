//! Whatever happens, every job of an operation is done, moved, refused or was skipped, and none runs twice.

use std::time::{Duration, Instant};

use rand::RngExt;
use ratemyderp::accounts::audit::Actor;
use ratemyderp::error::Error;
use ratemyderp::operations::single::{self, Fence};
use ratemyderp::operations::{OperationState, Request, Selection, steer};
use ratemyderp::queue::JobState;
use ratemyderp::queue::board::JobFilter;

use super::{act, agrees, anna, failed, find, request, start, votes};
use crate::support::{Database, Process, until};

const WORKER: &str = "{workers=4,lease_seconds=1,poll_seconds=1,grace_seconds=1,rank_every_seconds=3600}";

fn worker(database: &Database) -> Process {
    Process::start(database.program(&["work"]).env("ROCKET_JOBS", WORKER).env("RUST_LOG", "error"))
}

/// Failed jobs that do next to nothing, in one statement.
async fn many(database: &Database, count: i64) -> (i64, i64) {
    sqlx::query(
        "INSERT INTO fang_tasks (metadata, task_type, kind, uniq_hash, max_attempts, submission, state, attempt, retries, error_message)
         SELECT jsonb_build_object('type', 'Work', 'job', jsonb_build_object('kind', 'delete_votes', 'submission', n)),
                'upkeep', 'delete_votes', 'delete_votes:' || n, 20, n, 'failed', 20, 20, 'no luck'
         FROM generate_series(1, $1) AS n",
    )
    .bind(count)
    .execute(&database.pool)
    .await
    .unwrap();
    sqlx::query("ANALYZE fang_tasks").execute(&database.pool).await.unwrap();
    sqlx::query_as("SELECT min(number), max(number) FROM fang_tasks WHERE kind = 'delete_votes'")
        .fetch_one(&database.pool)
        .await
        .unwrap()
}

fn all_failed() -> Request {
    let filter = JobFilter { kind: Some("delete_votes".to_owned()), ..JobFilter::default() };
    Request::parse("retry", "", "", Selection::Filter(filter)).unwrap()
}

#[tokio::test]
async fn an_operation_adds_up_whoever_is_killed_and_whoever_meddles_meanwhile() {
    let database = Database::new().await;
    let (first, last) = many(&database, 6_000).await;
    let number = start(&database.pool, &all_failed(), true).await;
    let mut processes = [worker(&database), worker(&database)];
    let mut kills = 0;
    let begun = Instant::now();
    while find(&database.pool, number).await.state.is_open() {
        let operation = find(&database.pool, number).await;
        assert!(begun.elapsed() < Duration::from_secs(120), "{operation:?}");
        if operation.state == OperationState::Held {
            // Those that it tried first have died with their workers.
            let mut tx = database.pool.begin().await.unwrap();
            steer::resume(&mut tx, &anna(), number).await.unwrap();
            tx.commit().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(rand::rng().random_range(50..600))).await;
        for _ in 0..20 {
            let job = rand::rng().random_range(first..=last);
            let verb = ["retry", "discard", "restore", "run_now", "set_priority"][rand::rng().random_range(0..4)];
            // Mostly refused, and sometimes faster than the operation.
            let _ = act(&database.pool, verb, job).await;
        }
        let one = rand::rng().random_range(0..2);
        processes[one].kill();
        processes[one] = worker(&database);
        kills += 1;
    }
    let done = find(&database.pool, number).await;
    println!(
        "{kills} kills in {:.1?}: {} done, {} moved, {} refused",
        begun.elapsed(),
        done.done,
        done.moved,
        done.refused
    );
    assert_eq!(done.state, OperationState::Done);
    assert_eq!(done.done + done.moved + done.refused, 6_000);
    until("every job has ended", async || {
        database.count("fang_tasks WHERE kind = 'delete_votes' AND state NOT IN ('finished', 'failed')").await == 0
    })
    .await;
    let twice = "(SELECT job FROM job_attempts a JOIN fang_tasks t ON t.number = a.job
        WHERE t.kind = 'delete_votes' AND outcome = 'finished' GROUP BY job HAVING count(*) > 1) AS twice";
    assert_eq!(database.count(twice).await, 0, "none has finished twice");
    for mut process in processes {
        process.signal("TERM");
        process.ended().await;
    }
    sqlx::query("UPDATE lanes SET paused_at = now()").execute(&database.pool).await.unwrap();
    until("no lease is left over", async || database.count("fang_tasks WHERE state = 'in_progress'").await == 0).await;
    agrees(&database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_operators_at_once_one_acts_on_each_job_and_the_other_is_told() {
    let database = Database::new().await;
    let jobs = failed(&database, votes(1..201)).await;
    let process = worker(&database);
    let fence = Fence { attempt: 20, state: JobState::Failed };
    let operator = async |name: &str| {
        let actor = Actor { account: None, name: name.to_owned() };
        let (mut won, mut told) = (Vec::new(), 0);
        for &job in &jobs {
            let mut tx = database.pool.begin().await.unwrap();
            match single::act(&mut tx, &actor, &request("retry", [job]), Some(fence), false).await {
                Ok(_) => {
                    tx.commit().await.unwrap();
                    won.push(job);
                }
                Err(Error::Conflict(why)) => {
                    assert!(why.starts_with(&format!("Job {job} ")), "{why}");
                    told += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
        (won, told)
    };
    let ((one, one_told), (other, other_told)) = tokio::join!(operator("anna"), operator("bert"));
    let mut won: Vec<i64> = one.iter().chain(&other).copied().collect();
    won.sort_unstable();
    assert_eq!(won, jobs, "each once");
    assert_eq!(one_told + other_told, jobs.len());
    until("every job has finished", async || {
        database.count("fang_tasks WHERE kind = 'delete_votes' AND state = 'finished'").await == 200
    })
    .await;
    assert_eq!(
        database.count("job_attempts a JOIN fang_tasks t ON t.number = a.job AND t.kind = 'delete_votes'").await,
        200
    );
    drop(process);
}

#[tokio::test]
#[ignore = "measures: 100,000 jobs"]
async fn a_hundred_thousand_jobs_are_retried_in_two_minutes() {
    let database = Database::new().await;
    many(&database, 100_000).await;
    let begun = Instant::now();
    let number = start(&database.pool, &all_failed(), false).await;
    println!("snapshot of 100,000: {:.2?}", begun.elapsed());
    let _process = worker(&database);
    let begun = Instant::now();
    while find(&database.pool, number).await.state.is_open() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!("retried while a worker runs them: {:.1?}", begun.elapsed());
    assert_eq!(find(&database.pool, number).await.done, 100_000);
    assert!(begun.elapsed() < Duration::from_secs(120));
}
