//! Counters of jobs, which nobody reads the jobs for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ratemyderp::queue::counts::{compact, counts};
use ratemyderp::queue::schedules::Schedule;
use ratemyderp::queue::{Job, JobState, pauses};
use ratemyderp_jobs::schedule;
use sqlx::{Connection, PgConnection};

use crate::handlers::enqueue;
use crate::support::Database;

type Counted = BTreeMap<(JobState, String, String), i64>;

/// What the counters and a recount say, in one snapshot.
async fn both(database: &Database) -> (Counted, Counted) {
    let mut conn = PgConnection::connect(&database.url).await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut *tx).await.unwrap();
    let counters = counts(&mut tx).await.unwrap();
    let counters = counters.into_iter().map(|row| ((row.state, row.kind, row.lane), row.count)).collect();
    let recount: Vec<(String, String, String, i64)> =
        sqlx::query_as("SELECT state::text, kind, task_type, count(*) FROM fang_tasks GROUP BY 1, 2, 3")
            .fetch_all(&mut *tx)
            .await
            .unwrap();
    let recount = recount.into_iter().map(|(state, kind, lane, n)| ((JobState::from(state), kind, lane), n)).collect();
    (counters, recount)
}

/// Anything that is done to jobs; `#` is a number. Skips what somebody else is at, as claims do.
const ACTS: [&str; 7] = [
    "INSERT INTO fang_tasks (metadata, kind, task_type)
     SELECT '{}', 'kind' || (n + #) % 3, 'lane' || (n + #) % 2 FROM generate_series(1, # % 20) n",
    "UPDATE fang_tasks t SET state = 'in_progress', attempt = attempt + 1, lease_owner = 1, lease_until = now()
     FROM (SELECT id FROM fang_tasks WHERE state IN ('new', 'retried') AND number % 7 = # % 7 LIMIT 9
         FOR UPDATE SKIP LOCKED) AS due WHERE t.id = due.id",
    "UPDATE fang_tasks t SET lease_until = now()
     FROM (SELECT id FROM fang_tasks WHERE state = 'in_progress' FOR UPDATE SKIP LOCKED) AS held WHERE t.id = held.id",
    "UPDATE fang_tasks t SET state = (ARRAY['finished', 'failed', 'retried'])[1 + number % 3]::fang_task_state,
         lease_owner = NULL, lease_until = NULL
     FROM (SELECT id FROM fang_tasks WHERE state = 'in_progress' AND number % 5 = # % 5 FOR UPDATE SKIP LOCKED) AS held
     WHERE t.id = held.id",
    "UPDATE fang_tasks t SET state = 'retried', retries = 0
     FROM (SELECT id FROM fang_tasks WHERE state = 'failed' LIMIT 5 FOR UPDATE SKIP LOCKED) AS failed WHERE t.id = failed.id",
    "UPDATE fang_tasks t SET task_type = 'lane' || # % 2
     FROM (SELECT id FROM fang_tasks WHERE state = 'new' LIMIT 3 FOR UPDATE SKIP LOCKED) AS moved WHERE t.id = moved.id",
    "DELETE FROM fang_tasks USING (
         SELECT id AS gone FROM fang_tasks WHERE state = 'finished' AND number % 3 = # % 3 LIMIT 8 FOR UPDATE SKIP LOCKED
     ) AS old WHERE id = gone",
];

/// Does random things in transactions of a few statements, some of which are rolled back.
async fn meddle(database: &Database) {
    let mut conn = PgConnection::connect(&database.url).await.unwrap();
    for _ in 0..60 {
        let mut tx = conn.begin().await.unwrap();
        for _ in 0..1 + rand::random::<u32>() % 4 {
            let act = ACTS[rand::random::<u32>() as usize % ACTS.len()];
            let act = act.replace('#', &(rand::random::<u32>() % 1000).to_string());
            sqlx::raw_sql(&act).execute(&mut *tx).await.unwrap_or_else(|error| panic!("{act}: {error}"));
        }
        if rand::random::<u32>().is_multiple_of(5) { tx.rollback().await.unwrap() } else { tx.commit().await.unwrap() }
    }
}

#[tokio::test]
async fn counters_say_at_every_moment_what_a_recount_says() {
    let database = Database::new().await;
    let over = AtomicBool::new(false);
    let meddling = async {
        tokio::join!(meddle(&database), meddle(&database), meddle(&database), meddle(&database));
        over.store(true, Ordering::SeqCst);
    };
    let compacting = async || {
        let mut conn = PgConnection::connect(&database.url).await.unwrap();
        while !over.load(Ordering::SeqCst) {
            compact(&mut conn).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let comparing = async {
        let mut looks = 0;
        while !over.load(Ordering::SeqCst) {
            let (counters, recount) = both(&database).await;
            assert_eq!(counters, recount, "look {looks}");
            looks += 1;
        }
        looks
    };
    let ((), (), (), looks) = tokio::join!(meddling, compacting(), compacting(), comparing);
    assert!(looks > 5, "only {looks} looks");
    let mut conn = database.pool.acquire().await.unwrap();
    compact(&mut conn).await.unwrap();
    assert_eq!(database.count("job_count_deltas").await, 0);
    let (counters, recount) = both(&database).await;
    assert_eq!(counters, recount);
    assert!(recount.len() > 6, "{recount:?}");
}

#[tokio::test]
async fn a_renewed_lease_counts_nothing() {
    let database = Database::new().await;
    enqueue(&database.pool, Job::RankPhotos).await;
    let before = database.count("job_count_deltas").await;
    sqlx::query("UPDATE fang_tasks SET lease_until = now()").execute(&database.pool).await.unwrap();
    assert_eq!(database.count("job_count_deltas").await, before);
}

#[tokio::test]
async fn pauses_end_by_themselves_when_their_time_has_come() {
    let database = Database::new().await;
    sqlx::raw_sql(
        "UPDATE lanes SET paused_at = now(), paused_by = 'anna', reason = 'the server is down',
             resume_at = now() + CASE name WHEN 'mail' THEN interval '0' WHEN 'images' THEN interval '1 hour' END
         WHERE name IN ('mail', 'images', 'ranking');
         INSERT INTO paused_kinds VALUES ('send_mail', now(), 'anna', 'why not', now()), ('rank_photos', now(), 'anna', '', NULL);
         INSERT INTO paused_schedules VALUES ('rank_photos', now(), 'anna', '', now() - interval '1 hour')",
    )
    .execute(&database.pool)
    .await
    .unwrap();
    let mut conn = database.pool.acquire().await.unwrap();
    let ended = pauses::end_due(&mut conn).await.unwrap();
    assert_eq!(ended, ["kind send_mail", "lane mail", "schedule rank_photos"]);
    assert_eq!(pauses::end_due(&mut conn).await.unwrap(), [""; 0]);
    let of_mail = "lanes WHERE name = 'mail' AND paused_at IS NULL AND paused_by IS NULL AND reason IS NULL AND resume_at IS NULL";
    assert_eq!(database.count(of_mail).await, 1);
    assert_eq!(database.count("lanes WHERE paused_at IS NOT NULL").await, 2);
    assert_eq!(database.count("paused_kinds").await, 1);
}

#[tokio::test]
async fn a_paused_schedule_does_not_tick_until_it_goes_on() {
    let database = Database::new().await;
    let ranking = Schedule { job: Job::RankPhotos, every: Duration::from_secs(1), from: Duration::ZERO };
    sqlx::query("INSERT INTO paused_schedules (name, paused_by, reason) VALUES ('rank_photos', 'anna', 'a test')")
        .execute(&database.pool)
        .await
        .unwrap();
    assert!(!schedule::tick(&database.pool, &ranking).await.unwrap());
    assert_eq!(database.count("schedules").await, 0);
    sqlx::query("DELETE FROM paused_schedules").execute(&database.pool).await.unwrap();
    assert!(schedule::tick(&database.pool, &ranking).await.unwrap());
    assert_eq!(database.count("fang_tasks").await, 1);
}
