//! When photos are ranked again.

use ratemyderp::config::JobsConfig;
use ratemyderp::queue::Job;
use ratemyderp::storage::Storage;
use ratemyderp_jobs::{Context, drain};
use sqlx::PgPool;

use crate::handlers::{enqueue, mailer, settings};
use crate::support::Database;

#[tokio::test]
async fn photos_rest_after_a_run_that_took_long_and_are_ranked_when_that_is_over() {
    let database = Database::new().await;
    history(&database.pool, 20.0, 30, "finished").await; // rests for 80 s, of which 30 are over
    let job = enqueue(&database.pool, Job::RankPhotos).await;
    assert_eq!(drain(&context(&database, 4)).await.unwrap(), 1);

    assert_eq!(generations(&database).await, 0, "nothing was worked out");
    assert_eq!(database.outcomes(job).await, ["postponed"]);
    let (state, failures, error, wait): (String, i32, Option<String>, f64) = sqlx::query_as(
        "SELECT state::text, retries, error_message, extract(epoch FROM scheduled_at - now())::float8
         FROM fang_tasks WHERE number = $1",
    )
    .bind(job)
    .fetch_one(&database.pool)
    .await
    .unwrap();
    assert_eq!((state.as_str(), failures, error), ("retried", 0, None), "it is no failure");
    assert!((40.0..=50.0).contains(&wait), "{wait}");
    assert_eq!(enqueue(&database.pool, Job::RankPhotos).await, job, "other requests join it");
    let shown = database.output(&["show", &job.to_string()]);
    assert!(shown.contains("postponed  the last run took 20 s, "), "{shown}");

    sqlx::raw_sql(
        "UPDATE job_attempts SET started_at = started_at - interval '51 seconds', ended_at = ended_at - interval '51 seconds';
         UPDATE fang_tasks SET scheduled_at = now() WHERE state = 'retried';",
    )
    .execute(&database.pool)
    .await
    .unwrap();
    assert_eq!(drain(&context(&database, 4)).await.unwrap(), 1);
    assert_eq!(generations(&database).await, 1);
    assert_eq!(database.outcomes(job).await, ["postponed", "finished"]);
}

#[tokio::test]
async fn a_run_that_failed_or_died_late_counts_too_and_short_ones_do_not() {
    for (seconds, outcome, ranked) in
        [(20.0, "failed", 0), (20.0, "lost", 0), (20.0, "returned", 1), (20.0, "postponed", 1), (0.9, "finished", 1)]
    {
        let database = Database::new().await;
        history(&database.pool, seconds, 0, outcome).await;
        enqueue(&database.pool, Job::RankPhotos).await;
        assert_eq!(drain(&context(&database, 4)).await.unwrap(), 1);
        assert_eq!(generations(&database).await, ranked, "{outcome} after {seconds} s");
    }
}

#[tokio::test]
async fn a_long_run_is_found_behind_many_newer_jobs_and_the_rest_can_be_switched_off() {
    let database = Database::new().await;
    history(&database.pool, 20.0, 0, "finished").await;
    sqlx::query(
        "INSERT INTO fang_tasks (metadata, kind, state) SELECT '{}', 'send_mail', 'finished' FROM generate_series(1, 20000)",
    )
    .execute(&database.pool)
    .await
    .unwrap();
    enqueue(&database.pool, Job::RankPhotos).await;
    assert_eq!(drain(&context(&database, 4)).await.unwrap(), 1);
    assert_eq!(generations(&database).await, 0);
    sqlx::query("UPDATE fang_tasks SET scheduled_at = now()").execute(&database.pool).await.unwrap();
    assert_eq!(drain(&context(&database, 0)).await.unwrap(), 1);
    assert_eq!(generations(&database).await, 1);
}

#[tokio::test]
async fn photos_are_never_ranked_by_two_at_once() {
    let database = Database::new().await;
    let mut other = database.pool.begin().await.unwrap();
    assert!(ratemyderp::ratings::standings::try_lock(&mut other).await.unwrap());
    let job = enqueue(&database.pool, Job::RankPhotos).await;
    assert_eq!(drain(&context(&database, 4)).await.unwrap(), 1);
    assert_eq!(database.outcomes(job).await, ["postponed"]);
    other.commit().await.unwrap();
    sqlx::query("UPDATE fang_tasks SET scheduled_at = now()").execute(&database.pool).await.unwrap();
    assert_eq!(drain(&context(&database, 4)).await.unwrap(), 1);
    assert_eq!(generations(&database).await, 1);
}

/// A run that took so long, and ended so many seconds ago.
async fn history(pool: &PgPool, took: f64, ended_ago: i32, outcome: &str) {
    sqlx::query(
        "WITH job AS (
             INSERT INTO fang_tasks (metadata, kind, state, attempt) VALUES ('{}', 'rank_photos', 'finished', 1) RETURNING number
         )
         INSERT INTO job_attempts (job, attempt, worker, started_at, ended_at, outcome)
         SELECT number, 1, 1, now() - make_interval(secs => $1 + $2), now() - make_interval(secs => $2), $3 FROM job",
    )
    .bind(took)
    .bind(f64::from(ended_ago))
    .bind(outcome)
    .execute(pool)
    .await
    .unwrap();
}

async fn generations(database: &Database) -> i64 {
    sqlx::query_scalar("SELECT number FROM generation").fetch_one(&database.pool).await.unwrap()
}

fn context(database: &Database, rank_rest_factor: u32) -> Context {
    let config = JobsConfig { rank_rest_factor, ..settings() };
    Context::new(database.pool.clone(), Storage::memory(), mailer(), config)
}
