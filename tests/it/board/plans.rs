//! What lists cost on a table whose newest rows are all alike, whatever the planner believes: rows read, and blocks looked at.

use chrono::{Duration, Utc};
use ratemyderp::queue::JobState;
use ratemyderp::queue::board::{self, By, JobFilter, Path, Sort};
use sqlx::{Connection, PgConnection};

use crate::support::{World, rows};

/// 100,000 older jobs of four kinds, of which every hundredth failed, and the newest 100,000 of another kind.
const SKEWED: &str = "
    ALTER TABLE fang_tasks SET (autovacuum_enabled = off);
    ALTER TABLE job_attempts SET (autovacuum_enabled = off);
    INSERT INTO fang_tasks (metadata, state, task_type, kind, attempt, submission, account, created_at, scheduled_at, updated_at,
        error_message, error_group)
    SELECT '{}', (CASE WHEN n > 100000 THEN 'finished' WHEN n % 100 = 0 THEN 'failed' WHEN n % 100 = 1 THEN 'new' ELSE 'finished' END)::fang_task_state,
        CASE WHEN n > 100000 THEN 'mail' ELSE 'images' END,
        CASE WHEN n > 100000 THEN 'send_mail' ELSE (ARRAY['make_thumbnails', 'make_preview', 'move_thumbnails', 'delete_votes'])[n / 100 % 4 + 1] END,
        1, n % 1000, n % 900, at, at, at + interval '1 second',
        CASE WHEN n <= 100000 AND n % 100 = 0 THEN 'no space' END, CASE WHEN n <= 100000 AND n % 100 = 0 THEN n / 100 % 5 END
    FROM (SELECT n, now() - interval '200000 seconds' + n * interval '1 second' AS at FROM generate_series(1, 200000) n) made
    ORDER BY n;
    INSERT INTO job_attempts (job, attempt, worker, started_at, ended_at, outcome)
    SELECT number, 1, CASE WHEN number % 1000 = 0 THEN 7 ELSE 1 END, scheduled_at, updated_at, 'finished' FROM fang_tasks ORDER BY number;
    ANALYZE job_attempts;
    SELECT brin_summarize_new_values('job_attempts_started');
    INSERT INTO job_hours SELECT date_trunc('hour', created_at), min(number), max(number) FROM fang_tasks GROUP BY 1;
    DELETE FROM job_count_deltas;
    INSERT INTO job_counts SELECT state, kind, task_type, count(*) FROM fang_tasks GROUP BY 1, 2, 3";

/// On each page.
const LIMIT: i64 = 50;

/// A filter, its path, and the most rows and index entries that its first page may read.
fn cases() -> Vec<(JobFilter, Path, i64)> {
    let filter = JobFilter::default;
    let failed = Some(JobState::Failed);
    let finished = Some(JobState::Finished);
    let ago = |seconds| Some(Utc::now() - Duration::seconds(seconds));
    let thumbnails = Some("make_thumbnails".to_owned());
    let pair = |state| vec![(state, "make_thumbnails".to_owned())];
    // Without statistics the planner may take all that failed, or all of a worker within the window, and sort it.
    let few = 10 * LIMIT;
    vec![
        (filter(), Path::Number, few),
        (
            JobFilter { state: finished, kind: thumbnails.clone(), ..filter() },
            Path::Groups(pair(JobState::Finished)),
            few,
        ),
        (JobFilter { state: failed, kind: thumbnails.clone(), ..filter() }, Path::Groups(pair(JobState::Failed)), few),
        (JobFilter { error: Some(3), ..filter() }, Path::Alike(3), 2 * 2_000),
        (JobFilter { state: failed, since: ago(150_000), by: By::Ended, ..filter() }, Path::FailedLately, 2 * 2_000),
        (
            JobFilter { state: Some(JobState::Queued), kind: thumbnails, sort: Sort::Next, ..filter() },
            Path::Waiting(vec![("images".into(), "make_thumbnails".into())]),
            few,
        ),
        (JobFilter { submission: Some(5), ..filter() }, Path::Submission(5), few),
        (JobFilter { account: Some(5), ..filter() }, Path::Account(5), few),
        (JobFilter { worker: Some(7), ..filter() }, Path::Worker(7), 2 * few),
        (JobFilter { since: ago(150_000), until: ago(149_000), ..filter() }, Path::Number, 4 * 20_000),
        (
            JobFilter { since: ago(150_000), until: ago(149_900), by: By::Started, ..filter() },
            Path::Attempts,
            2 * 20_000,
        ),
    ]
}

async fn read(world: &World, mode: &str, filter: &JobFilter) -> (usize, i64, i64) {
    let mut conn = PgConnection::connect(world.url()).await.unwrap();
    sqlx::query(&format!("SET plan_cache_mode = {mode}")).execute(&mut conn).await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    let before = (rows::read(&mut tx).await, rows::blocks(&mut tx).await);
    // However slow this machine is.
    let walk = board::walk_for(&mut tx, filter, LIMIT, std::time::Duration::from_secs(60)).await.unwrap();
    let (read, blocks) = (rows::read(&mut tx).await - before.0, rows::blocks(&mut tx).await - before.1);
    tx.commit().await.unwrap();
    (walk.jobs.len(), read, blocks)
}

#[tokio::test]
async fn no_list_reads_more_than_its_page_although_the_newest_jobs_are_all_alike() {
    let world = World::new().await;
    sqlx::raw_sql(SKEWED).execute(&world.pool).await.unwrap();
    for statistics in ["that were never made", "of what is there"] {
        for (filter, path, most) in cases() {
            let mut conn = world.pool.acquire().await.unwrap();
            assert_eq!(Path::choose(&mut conn, &filter).await.unwrap(), path);
            for mode in ["force_generic_plan", "force_custom_plan"] {
                let (found, read, blocks) = read(&world, mode, &filter).await;
                assert_eq!(found, LIMIT as usize, "{filter:?}");
                assert!(read <= most, "{read} rows read for {filter:?}: {mode}, statistics {statistics}");
                assert!(blocks <= 2 * most, "{blocks} blocks for {filter:?}: {mode}, statistics {statistics}");
            }
        }
        sqlx::raw_sql("ANALYZE fang_tasks, job_attempts").execute(&world.pool).await.unwrap();
    }
}
