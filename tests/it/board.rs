//! Lists of jobs: every filter along its own index.

mod plans;

use chrono::{Duration, Utc};
use ratemyderp::queue::board::{self, By, JobFilter, Known, Sort, Walk};
use ratemyderp::queue::{self, JobState};
use sqlx::PgConnection;

use crate::support::World;

/// Six jobs an hour for a hundred hours, of two kinds in turn; every tenth failed, with one of two errors; the last twelve wait.
const JOBS: &str = "
    INSERT INTO fang_tasks (metadata, state, task_type, kind, attempt, max_attempts, submission, account, created_at, scheduled_at,
        updated_at, error_message, error_group)
    SELECT '{\"type\": \"Work\", \"job\": {}}', (CASE WHEN n > 588 THEN 'new' WHEN n % 10 = 0 THEN 'failed' ELSE 'finished' END)::fang_task_state,
        CASE WHEN n % 2 = 0 THEN 'images' ELSE 'mail' END, CASE WHEN n % 2 = 0 THEN 'make_thumbnails' ELSE 'send_mail' END,
        CASE WHEN n > 588 THEN 0 WHEN n % 10 = 0 THEN 3 ELSE 1 END, 3, n % 7, n % 5, at, at, at + interval '1 minute',
        CASE WHEN n <= 588 AND n % 10 = 0 THEN 'no 100% of ' || n END, CASE WHEN n <= 588 AND n % 10 = 0 THEN n % 20 END
    FROM (SELECT n, now() - interval '100 hours' + n * interval '10 minutes' - interval '5 minutes' AS at FROM generate_series(1, 600) n) made
    ORDER BY n;
    INSERT INTO job_attempts (job, attempt, worker, started_at, ended_at, outcome)
    SELECT number, attempt, number % 3 + 1, scheduled_at, updated_at, CASE state WHEN 'failed' THEN 'failed' ELSE 'finished' END
    FROM fang_tasks WHERE state <> 'new'";

async fn world() -> World {
    let world = World::new().await;
    sqlx::raw_sql(JOBS).execute(&world.pool).await.unwrap();
    world
}

/// All pages of a filter, as numbers.
async fn all(conn: &mut PgConnection, filter: &JobFilter, limit: i64) -> Vec<i64> {
    let mut filter = filter.clone();
    let mut numbers = Vec::new();
    loop {
        let Walk { jobs, next, .. } = board::walk(conn, &filter, limit).await.unwrap();
        numbers.extend(jobs.iter().map(|job| job.number));
        match next {
            Some(next) => filter.before = Some(next),
            None => return numbers,
        }
    }
}

fn filters() -> Vec<(JobFilter, &'static str)> {
    let ago = |hours| Some(Utc::now() - Duration::hours(hours));
    let filter = JobFilter::default;
    let failed = Some(JobState::Failed);
    vec![
        (filter(), "true"),
        (JobFilter { attempts: Some(2), ..filter() }, "attempt >= 2"),
        (JobFilter { state: failed, ..filter() }, "state = 'failed'"),
        (JobFilter { kind: Some("send_mail".into()), ..filter() }, "kind = 'send_mail'"),
        (
            JobFilter { lane: Some("images".into()), state: failed, ..filter() },
            "task_type = 'images' AND state = 'failed'",
        ),
        (JobFilter { error: Some(10), ..filter() }, "error_group = 10"),
        (JobFilter { q: Some("100% OF 5".into()), ..filter() }, "error_message ILIKE '%100\\% of 5%'"),
        (JobFilter { submission: Some(3), state: failed, ..filter() }, "submission = 3 AND state = 'failed'"),
        (JobFilter { account: Some(4), ..filter() }, "account = 4"),
        (JobFilter { worker: Some(2), ..filter() }, "number % 3 = 1 AND state <> 'new'"),
        (JobFilter { worker: Some(2), error: Some(0), ..filter() }, "number % 3 = 1 AND error_group = 0"),
        (
            JobFilter { since: ago(50), until: ago(20), ..filter() },
            "created_at >= now() - interval '50 h' AND created_at < now() - interval '20 h'",
        ),
        (
            JobFilter { since: ago(50), until: ago(20), by: By::Started, kind: Some("send_mail".into()), ..filter() },
            "scheduled_at >= now() - interval '50 h' AND scheduled_at < now() - interval '20 h' AND kind = 'send_mail'",
        ),
        (
            JobFilter { since: ago(50), until: ago(20), by: By::Ended, ..filter() },
            "updated_at >= now() - interval '50 h' AND updated_at < now() - interval '20 h'",
        ),
        (
            JobFilter { since: ago(50), state: failed, by: By::Ended, ..filter() },
            "updated_at >= now() - interval '50 h' AND state = 'failed'",
        ),
    ]
}

#[tokio::test]
async fn every_filter_finds_what_a_scan_would_find_page_by_page() {
    let world = world().await;
    let mut conn = world.pool.acquire().await.unwrap();
    for hours in [
        "",
        "INSERT INTO job_hours SELECT date_trunc('hour', created_at), min(number), max(number) FROM fang_tasks GROUP BY 1",
    ] {
        sqlx::raw_sql(hours).execute(&mut *conn).await.unwrap();
        for (filter, sql) in filters() {
            let sql = format!("SELECT number FROM fang_tasks WHERE {sql} ORDER BY number DESC");
            let expected: Vec<i64> = sqlx::query_scalar(&sql).fetch_all(&mut *conn).await.unwrap();
            assert!(!expected.is_empty(), "{sql}");
            assert_eq!(all(&mut conn, &filter, 7).await, expected, "{filter:?}");
            assert_eq!(all(&mut conn, &filter, 1000).await, expected, "{filter:?}");
        }
    }
}

#[tokio::test]
async fn what_waits_is_listed_as_it_is_taken() {
    let world = world().await;
    let mut conn = world.pool.acquire().await.unwrap();
    sqlx::query("UPDATE fang_tasks SET priority = -1 WHERE number = 597").execute(&mut *conn).await.unwrap();
    let filter = JobFilter { state: Some(JobState::Queued), sort: Sort::Next, ..JobFilter::default() };
    let mut expected = vec![597];
    expected.extend((589..=600).filter(|&number| number != 597));
    assert_eq!(all(&mut conn, &filter, 5).await, expected);
    let mail = JobFilter { lane: Some("mail".into()), ..filter };
    assert_eq!(all(&mut conn, &mail, 5).await, [597, 589, 591, 593, 595, 599]);
}

#[tokio::test]
async fn a_page_for_which_the_time_is_up_says_how_far_it_came() {
    let world = World::new().await;
    let mut conn = world.pool.acquire().await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO fang_tasks (metadata, state, task_type, kind, attempt)
         SELECT '{}', 'finished', 'images', 'make_thumbnails', CASE WHEN n = 1 THEN 2 ELSE 1 END FROM generate_series(1, 3000) n",
    )
    .execute(&mut *conn)
    .await
    .unwrap();
    let mut filter = JobFilter { attempts: Some(2), ..JobFilter::default() };
    let first = board::walk_for(&mut conn, &filter, 10, std::time::Duration::ZERO).await.unwrap();
    assert!(first.jobs.is_empty());
    assert_eq!(first.searched_to, Some(2_990));
    let (mut pages, mut found) = (1, Vec::new());
    let mut next = first.next;
    while next.is_some() {
        filter.before = next;
        let walk = board::walk_for(&mut conn, &filter, 10, std::time::Duration::ZERO).await.unwrap();
        found.extend(walk.jobs.iter().map(|job| job.number));
        (pages, next) = (pages + 1, walk.next);
    }
    assert_eq!(found, [1]);
    assert!(pages > 2);
}

#[tokio::test]
async fn only_names_that_are_there_can_be_asked_for() {
    let world = world().await;
    let mut conn = world.pool.acquire().await.unwrap();
    let known = Known::load(&mut conn).await.unwrap();
    assert!(known.kinds.contains("rank_photos") && known.lanes.contains("upkeep"));
    assert!(JobFilter::parse([("kind", "from_the_future")], &known).is_err());
    sqlx::query("INSERT INTO fang_tasks (metadata, task_type, kind) VALUES ('{}', 'images', 'from_the_future')")
        .execute(&mut *conn)
        .await
        .unwrap();
    let known = Known::load(&mut conn).await.unwrap();
    assert!(JobFilter::parse([("kind", "from_the_future")], &known).is_ok());
}

#[tokio::test]
async fn what_the_ticker_notes_of_numbers_never_hides_a_job() {
    let world = World::new().await;
    let mut conn = world.pool.acquire().await.unwrap();
    queue::hours::note(&mut conn).await.unwrap();
    assert_eq!(world.count("job_hours").await, 0, "there are no jobs yet");
    // The ticker was away from four hours ago until now; a job was made meanwhile.
    let add = "INSERT INTO fang_tasks (metadata, kind, task_type, created_at) VALUES ('{}', 'send_mail', 'mail', now() - interval";
    sqlx::raw_sql(&format!("{add} '5 hours')")).execute(&mut *conn).await.unwrap();
    queue::hours::note(&mut conn).await.unwrap();
    sqlx::raw_sql("UPDATE job_hours SET hour = hour - interval '4 hours'").execute(&mut *conn).await.unwrap();
    sqlx::raw_sql(&format!("{add} '3 hours')")).execute(&mut *conn).await.unwrap();
    queue::hours::note(&mut conn).await.unwrap();
    sqlx::raw_sql(&format!("{add} '0')")).execute(&mut *conn).await.unwrap();
    queue::hours::note(&mut conn).await.unwrap();
    let now = Utc::now();
    let hours = Duration::hours;
    for (since, until, found) in [(None, Some(2), 2), (Some(4), Some(2), 1), (Some(2), None, 1), (Some(6), None, 3)] {
        let ago = |ago: Option<i64>| ago.map(|ago| now - hours(ago));
        let filter = JobFilter { since: ago(since), until: ago(until), ..JobFilter::default() };
        assert_eq!(all(&mut conn, &filter, 10).await.len(), found, "{since:?} {until:?}");
    }
    queue::hours::delete_old(&mut conn).await.unwrap();
    assert_eq!(world.count("job_hours").await, 2);
}
