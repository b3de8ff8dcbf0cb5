//! Many jobs: snapshot, canary, chunks, hold, stop, undo.

use ratemyderp::error::Error;
use ratemyderp::operations::run::{self, Next};
use ratemyderp::operations::{
    Operation, OperationState, Request, Selection, preview, snapshot, steer, undo as taking_back,
};
use ratemyderp::queue::Job;
use ratemyderp::queue::board::{JobFilter, JobState};
use ratemyderp_jobs::drain;
use sqlx::PgPool;

use super::{act, agrees, anna, context, failed, find, finish, request, start, votes};
use crate::handlers::enqueue;
use crate::support::Database;

/// Takes an operation back, and waits for it.
pub async fn undo(pool: &PgPool, number: i64) -> Operation {
    let mut tx = pool.begin().await.unwrap();
    let undo = taking_back::prepare(&mut tx, &anna(), number).await.unwrap();
    steer::start(&mut tx, &anna(), undo.number, false).await.unwrap();
    tx.commit().await.unwrap();
    let undone = finish(pool, undo.number).await;
    assert_eq!(undone.state, OperationState::Done);
    undone
}

#[tokio::test]
async fn a_snapshot_is_what_is_done_and_what_changed_meanwhile_is_listed_as_moved() {
    let database = Database::new().await;
    let jobs = failed(&database, votes(1..31)).await;
    let waits = enqueue(&database.pool, Job::DeleteVotes { submission: 30 }).await;
    let mut tx = database.pool.begin().await.unwrap();
    let number = snapshot::prepare(&mut tx, &anna(), &request("retry", jobs.clone()), true).await.unwrap().number;
    let prepared = super::find_in(&mut tx, number).await;
    let shown = preview::preview(&mut tx, &prepared).await.unwrap();
    assert_eq!((shown.groups.len(), shown.groups[0].count, shown.clashes), (1, 30, 1));
    assert_eq!(shown.samples.len(), 10);
    assert_eq!((shown.samples[0].job, shown.samples[9].job), (jobs[0], jobs[29]), "the oldest and the newest");
    steer::start(&mut tx, &anna(), number, false).await.unwrap();
    tx.commit().await.unwrap();
    // Somebody else is faster with one of them.
    act(&database.pool, "retry", jobs[3]).await.unwrap();

    let done = finish(&database.pool, number).await;
    assert_eq!(done.state, OperationState::Done);
    assert_eq!((done.counted, done.done, done.moved, done.refused), (30, 28, 1, 1));
    let notes: Vec<(i64, String, String)> = sqlx::query_as(
        "SELECT job, outcome, note FROM operation_jobs WHERE outcome <> 'done' AND operation = $1 ORDER BY job",
    )
    .bind(number)
    .fetch_all(&database.pool)
    .await
    .unwrap();
    assert!(notes[0].0 == jobs[3] && notes[0].1 == "moved" && notes[0].2.contains("retrying, attempt 20"), "{notes:?}");
    assert_eq!(notes[1].2, format!("Job {waits} waits already and does the same."));
    agrees(&database).await;
}

#[tokio::test]
async fn a_canary_tries_one_then_ten_and_the_rest_only_when_these_have_succeeded() {
    let database = Database::new().await;
    let jobs = failed(&database, votes(1..41)).await;
    let number = start(&database.pool, &request("retry", jobs), true).await;
    let waiting = async || database.count("fang_tasks WHERE state = 'retried' AND kind = 'delete_votes'").await;
    for (step, all) in [(1, 1), (10, 11)] {
        assert!(matches!(run::advance(&database.pool, number).await.unwrap(), Next::More));
        assert!(matches!(run::advance(&database.pool, number).await.unwrap(), Next::Wait(_)));
        assert_eq!(waiting().await, step);
        drain_votes(&database).await;
        assert_eq!(database.count("fang_tasks WHERE state = 'finished' AND kind = 'delete_votes'").await, all);
        assert!(matches!(run::advance(&database.pool, number).await.unwrap(), Next::More));
    }
    let done = finish(&database.pool, number).await;
    assert_eq!((done.state, done.done), (OperationState::Done, 40));
    assert_eq!(waiting().await, 29);
}

/// What waits of that kind is run.
async fn drain_votes(database: &Database) {
    sqlx::query("UPDATE lanes SET paused_at = now() WHERE name = 'operations'").execute(&database.pool).await.unwrap();
    drain(&context(database)).await.unwrap();
    sqlx::query("UPDATE lanes SET paused_at = NULL WHERE name = 'operations'").execute(&database.pool).await.unwrap();
}

#[tokio::test]
async fn a_canary_that_fails_as_before_holds_the_rest_until_somebody_decides() {
    let database = Database::new().await;
    let jobs = failed(&database, votes(1..41)).await;
    let number = start(&database.pool, &request("retry", jobs.clone()), true).await;
    run::advance(&database.pool, number).await.unwrap();
    fail_attempt(&database, jobs[0]).await;
    assert_eq!(run::advance(&database.pool, number).await.unwrap(), Next::Nothing);
    let held = find(&database.pool, number).await;
    assert_eq!((held.state, held.done), (OperationState::Held, 1));
    assert!(held.note.contains(&format!("such as job {}", jobs[0])), "{}", held.note);
    assert_eq!(run::advance(&database.pool, number).await.unwrap(), Next::Nothing, "held is held");

    let mut tx = database.pool.begin().await.unwrap();
    steer::resume(&mut tx, &anna(), number).await.unwrap();
    tx.commit().await.unwrap();
    run::advance(&database.pool, number).await.unwrap();
    assert_eq!(find(&database.pool, number).await.done, 11, "the next step");
    let mut tx = database.pool.begin().await.unwrap();
    let stopped = steer::stop(&mut tx, &anna(), number).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((stopped.state, stopped.done, stopped.skipped), (OperationState::Stopped, 11, 29));
    assert_eq!(database.count("fang_tasks WHERE state = 'failed'").await, 30);
    agrees(&database).await;
}

/// An attempt that fails for good.
async fn fail_attempt(database: &Database, job: i64) {
    sqlx::query(
        "WITH failed AS (
             UPDATE fang_tasks SET state = 'failed', attempt = attempt + 1, error_message = 'no luck' WHERE number = $1
             RETURNING number, attempt)
         INSERT INTO job_attempts (job, attempt, worker, ended_at, outcome) SELECT number, attempt, 1, now(), 'failed' FROM failed",
    )
    .bind(job)
    .execute(&database.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn what_has_not_begun_is_taken_back_and_what_has_is_listed() {
    let database = Database::new().await;
    let jobs = failed(&database, votes(1..6)).await;
    let number = start(&database.pool, &request("retry", jobs.clone()), false).await;
    assert_eq!(finish(&database.pool, number).await.done, 5);
    fail_attempt(&database, jobs[1]).await;
    let undone = undo(&database.pool, number).await;
    assert_eq!((undone.counted, undone.done, undone.moved), (5, 4, 1));
    assert_eq!(database.count("fang_tasks WHERE state = 'failed' AND error_message = 'no luck'").await, 5);
    assert_eq!(database.count("fang_tasks WHERE kind = 'delete_votes' AND retries = max_attempts").await, 4);
    // Once is enough.
    let mut conn = database.pool.acquire().await.unwrap();
    let first = find(&database.pool, number).await;
    let why = taking_back::offered(&mut conn, &first).await.unwrap().unwrap_err();
    assert_eq!(why, format!("It was undone by operation {}.", undone.number));
    agrees(&database).await;
}

#[tokio::test]
async fn an_operation_is_started_once_and_whoever_comes_second_is_told() {
    let database = Database::new().await;
    let jobs = failed(&database, votes(1..4)).await;
    let number = start(&database.pool, &request("retry", jobs), false).await;
    let mut tx = database.pool.begin().await.unwrap();
    steer::start(&mut tx, &anna(), number, false).await.expect("a doubled form finds it started");
    let bert = ratemyderp::accounts::audit::Actor { account: None, name: "bert".to_owned() };
    let error = steer::start(&mut tx, &bert, number, false).await.unwrap_err();
    assert!(matches!(&error, Error::Conflict(why) if why.contains("was started already")), "{error}");
    tx.commit().await.unwrap();
    assert_eq!(database.count("fang_tasks WHERE kind = 'run_operation'").await, 1);
    assert_eq!(database.count("audit_log").await, 1);
    drain(&context(&database)).await.unwrap();
    assert_eq!(find(&database.pool, number).await.state, OperationState::Done);
    let mut tx = database.pool.begin().await.unwrap();
    let error = steer::hold(&mut tx, &bert, number).await.unwrap_err();
    assert!(error.to_string().contains("is done: there is nothing to hold"), "{error}");
}

#[tokio::test]
async fn what_was_put_aside_is_retried_when_it_is_named_and_not_with_all_that_failed() {
    let database = Database::new().await;
    let jobs = failed(&database, votes(1..6)).await;
    act(&database.pool, "discard", jobs[2]).await.unwrap();
    let filter = JobFilter { state: Some(JobState::Failed), ..JobFilter::default() };
    let all = Request::parse("retry", "", "", Selection::Filter(filter)).unwrap();
    let number = start(&database.pool, &all, false).await;
    let done = finish(&database.pool, number).await;
    assert_eq!((done.counted, done.done), (4, 4));
    assert_eq!(database.state(jobs[2]).await.0, "failed");
    act(&database.pool, "retry", jobs[2]).await.unwrap();
    assert_eq!(database.state(jobs[2]).await.0, "retried");
    agrees(&database).await;
}
