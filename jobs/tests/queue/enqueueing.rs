//! How jobs enter, wait and are taken.

use std::time::Instant;

use ratemyderp::queue::{self, Job, JobKind, board};
use serde_json::json;
use strum::VariantArray;

use crate::support::Database;
use crate::test_worker::Worker;

#[tokio::test]
async fn a_job_and_its_change_commit_together_or_not_at_all() {
    let database = Database::new().await;
    let mut tx = database.pool.begin().await.unwrap();
    queue::enqueue(&mut tx, Job::RankPhotos).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(database.count("fang_tasks").await, 0);
}

#[tokio::test]
async fn a_second_request_joins_the_waiting_job_but_not_the_running_one() {
    let database = Database::new().await;
    let enqueue = async || {
        let mut tx = database.pool.begin().await.unwrap();
        let enqueued = queue::enqueue(&mut tx, Job::MakeThumbnails { submission: 7 }).await.unwrap();
        tx.commit().await.unwrap();
        enqueued
    };
    let first = enqueue().await;
    assert!(first.new);
    assert_eq!(enqueue().await, queue::Enqueued { number: first.number, new: false });
    sqlx::query("UPDATE fang_tasks SET state = 'in_progress'").execute(&database.pool).await.unwrap();
    let second = enqueue().await;
    assert!(second.new && second.number != first.number);
}

#[tokio::test]
async fn a_job_that_a_request_joins_is_not_taken_before_the_change_is_committed() {
    let database = Database::new().await;
    let job = database.add(1, "effect", 5, json!({ "ms": 0 })).await[0];
    // What `enqueue` does to a waiting job of the same name.
    sqlx::query("UPDATE fang_tasks SET uniq_hash = 'rank_photos' WHERE number = $1")
        .bind(job)
        .execute(&database.pool)
        .await
        .unwrap();
    let mut tx = database.pool.begin().await.unwrap();
    assert_eq!(queue::enqueue(&mut tx, Job::RankPhotos).await.unwrap(), queue::Enqueued { number: job, new: false });
    let _process = Worker::default().start(&database);
    let other = database.add(1, "effect", 5, json!({ "ms": 0 })).await[0];
    database.until_state(other, "finished").await;
    assert_eq!(database.state(job).await.0, "new");
    tx.commit().await.unwrap();
    sqlx::query("SELECT pg_notify($1, 'test')").bind(queue::CHANNEL).execute(&database.pool).await.unwrap();
    database.until_state(job, "finished").await;
}

#[tokio::test]
async fn one_commit_wakes_each_lane_once() {
    let database = Database::new().await;
    let mut listener = sqlx::postgres::PgListener::connect(&database.url).await.unwrap();
    listener.listen(queue::CHANNEL).await.unwrap();
    let mut tx = database.pool.begin().await.unwrap();
    for submission in 1..=50 {
        queue::enqueue(&mut tx, Job::MakeThumbnails { submission }).await.unwrap();
    }
    queue::enqueue(&mut tx, Job::RankPhotos).await.unwrap();
    tx.commit().await.unwrap();
    sqlx::query("SELECT pg_notify($1, 'end')").bind(queue::CHANNEL).execute(&database.pool).await.unwrap();
    let mut heard = Vec::new();
    while heard.last().is_none_or(|lane| lane != "end") {
        heard.push(listener.recv().await.unwrap().payload().to_owned());
    }
    assert_eq!(heard, ["images", "ranking", "end"]);
}

#[tokio::test]
async fn an_idle_process_starts_a_job_long_before_its_next_poll() {
    let database = Database::new().await;
    let _process = Worker::default().start(&database); // polls every 30 s
    let first = database.add(1, "nothing", 5, json!({ "ms": 0 })).await[0];
    database.until_state(first, "finished").await;
    let mut waits = Vec::new();
    for _ in 0..21 {
        let start = Instant::now();
        let job = database.add(1, "nothing", 5, json!({ "ms": 0 })).await[0];
        database.until_state(job, "finished").await;
        assert!(start.elapsed().as_secs() < 10, "woken, not polled");
        waits.push(
            sqlx::query_scalar::<_, f64>(
                "SELECT extract(epoch FROM a.started_at - t.created_at)::float8 * 1000
                 FROM fang_tasks t JOIN job_attempts a ON a.job = t.number WHERE t.number = $1",
            )
            .bind(job)
            .fetch_one(&database.pool)
            .await
            .unwrap(),
        );
    }
    waits.sort_by(f64::total_cmp);
    println!("enqueue to start, idle: p50 {:.1} ms, longest {:.1} ms", waits[10], waits[20]);
}

#[tokio::test]
async fn a_paused_lane_waits_until_it_is_resumed() {
    let database = Database::new().await;
    sqlx::query("UPDATE lanes SET paused_at = now() WHERE name = 'test'").execute(&database.pool).await.unwrap();
    let job = database.add(1, "effect", 5, json!({ "ms": 0 })).await[0];
    let _process = Worker::default().start(&database);
    let mut conn = database.pool.acquire().await.unwrap();
    // It has registered and looked: another look is what a notification makes it do.
    while board::workers(&mut conn).await.unwrap().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    for _ in 0..5 {
        sqlx::query("SELECT pg_notify($1, 'test')").bind(queue::CHANNEL).execute(&mut *conn).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(database.outcomes(job).await, Vec::<String>::new());
    sqlx::query("UPDATE lanes SET paused_at = NULL WHERE name = 'test'").execute(&mut *conn).await.unwrap();
    sqlx::query("SELECT pg_notify($1, 'test')").bind(queue::CHANNEL).execute(&mut *conn).await.unwrap();
    database.until_state(job, "finished").await;
}

#[test]
fn a_job_is_stored_under_the_name_of_its_kind_and_every_kind_says_what_it_does() {
    for job in [Job::MakeThumbnails { submission: 1 }, Job::SendMail { mail: 1, optional: true }, Job::RankPhotos] {
        assert_eq!(serde_json::to_value(&job).unwrap()["kind"], job.kind().name());
    }
    assert_eq!(Job::MakeThumbnails { submission: 7 }.unique(), "make_thumbnails:7");
    assert_eq!(Job::RankPhotos.unique(), "rank_photos");
    for kind in JobKind::VARIANTS {
        let (name, summary) = (kind.name(), kind.definition().summary);
        assert!(name.contains('_'), "{name} is a verb with its object");
        assert!(summary.ends_with('.') && summary.len() > 20, "{name}: {summary}");
    }
}
