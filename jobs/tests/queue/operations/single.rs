//! One job, done at once, and whoever comes second.

use ratemyderp::accounts::audit::Actor;
use ratemyderp::error::Error;
use ratemyderp::operations::single::{self, Fence};
use ratemyderp::queue::{Job, JobState};

use super::{act, agrees, anna, failed, request, valued, votes};
use crate::handlers::enqueue;
use crate::support::Database;

#[tokio::test]
async fn of_two_operators_who_retry_a_job_the_second_is_told_of_the_first() {
    let database = Database::new().await;
    let job = failed(&database, votes(1..2)).await[0];
    let fence = Some(Fence { attempt: 20, state: JobState::Failed });
    let retry = request("retry", [job]);
    let mut tx = database.pool.begin().await.unwrap();
    let first = single::act(&mut tx, &anna(), &retry, fence, false).await.unwrap();
    tx.commit().await.unwrap();

    let bert = Actor { account: None, name: "bert".to_owned() };
    let mut tx = database.pool.begin().await.unwrap();
    let refused = single::act(&mut tx, &bert, &retry, fence, false).await.unwrap_err();
    let Error::Conflict(why) = refused else { panic!("{refused}") };
    assert!(
        why.starts_with(&format!("Job {job} has changed since you looked: it is retrying by now, at attempt 20.")),
        "{why}"
    );
    assert!(why.contains(&format!("Operation {} of anna was the last to touch it, at ", first.number)), "{why}");
    tx.rollback().await.unwrap();

    // The same form of the same person, sent twice.
    let mut tx = database.pool.begin().await.unwrap();
    let again = single::act(&mut tx, &anna(), &retry, fence, false).await.unwrap();
    assert_eq!(again.number, first.number);
    tx.commit().await.unwrap();
    assert_eq!(database.count("audit_log WHERE action = 'operation started'").await, 1);
    agrees(&database).await;
}

#[tokio::test]
async fn each_act_does_what_it_says_and_only_where_it_can() {
    let database = Database::new().await;
    let job = failed(&database, votes(1..2)).await[0];
    let refused = async |verb: &str, job: i64| {
        let error = act(&database.pool, verb, job).await.unwrap_err();
        assert!(matches!(error, Error::Conflict(_)), "{error}");
        error.to_string()
    };
    act(&database.pool, "discard", job).await.unwrap();
    assert_eq!(database.count("fang_tasks WHERE discarded_at IS NOT NULL").await, 1);
    assert!(refused("discard", job).await.contains("It has been put aside"));
    act(&database.pool, "restore", job).await.unwrap();
    assert!(refused("restore", job).await.contains("only what was put aside"));
    assert!(refused("run_now", job).await.contains("only waiting jobs"));
    assert!(refused("stop", job).await.contains("only running jobs"));
    act(&database.pool, "retry", job).await.unwrap();
    assert_eq!(database.count("fang_tasks WHERE retries = 0 AND error_message IS NULL").await, 1);
    assert!(refused("run_now", job).await.contains("It is due already"));
    sqlx::query("UPDATE fang_tasks SET scheduled_at = now() + interval '1 hour'")
        .execute(&database.pool)
        .await
        .unwrap();
    act(&database.pool, "run_now", job).await.unwrap();
    assert_eq!(database.count("fang_tasks WHERE scheduled_at <= now()").await, 1);
    for (verb, value) in [("move_lane", "mail"), ("set_priority", "-5")] {
        let mut tx = database.pool.begin().await.unwrap();
        single::act(&mut tx, &anna(), &valued(verb, value, [job]), None, true).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(database.count("fang_tasks WHERE task_type = 'mail' AND priority = -5").await, 1);
    sqlx::query("UPDATE fang_tasks SET state = 'in_progress', attempt = 21, lease_owner = 1, lease_until = now()")
        .execute(&database.pool)
        .await
        .unwrap();
    assert!(refused("cancel", job).await.contains("running ones can be asked to stop"));
    act(&database.pool, "stop", job).await.unwrap();
    assert_eq!(database.count("fang_tasks WHERE stop_requested_at IS NOT NULL").await, 1);
    assert!(refused("retry", 404).await.contains("Job 404 is not there any more"));
}

#[tokio::test]
async fn a_job_is_not_retried_beside_one_that_waits_and_does_the_same() {
    let database = Database::new().await;
    let old = failed(&database, votes(1..2)).await[0];
    let waits = enqueue(&database.pool, Job::DeleteVotes { submission: 1 }).await;
    let why = act(&database.pool, "retry", old).await.unwrap_err().to_string();
    assert!(why.contains(&format!("Job {waits} waits already and does the same.")), "{why}");
    assert_eq!(database.state(old).await.0, "failed");
}

#[tokio::test]
async fn an_unknown_lane_is_refused_with_those_that_there_are() {
    let database = Database::new().await;
    let job = enqueue(&database.pool, Job::DeleteVotes { submission: 1 }).await;
    let mut tx = database.pool.begin().await.unwrap();
    let error = single::act(&mut tx, &anna(), &valued("move_lane", "fast", [job]), None, true).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid(wrong) if wrong[0].message.contains("There are: images, mail")), "{error}");
}
