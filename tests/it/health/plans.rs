//! What the sentence costs on a table of many jobs, whatever the planner believes: rows read.

use ratemyderp::health;
use sqlx::{Connection, PgConnection};

use crate::support::{World, rows};

/// 100,000 finished, 20,000 failed long ago, 50,000 that wait for later, 30,000 that are due, eight that run.
const MANY: &str = "
    ALTER TABLE fang_tasks SET (autovacuum_enabled = off);
    ALTER TABLE job_pace SET (autovacuum_enabled = off);
    INSERT INTO fang_tasks (metadata, state, task_type, kind, scheduled_at, updated_at, attempt, lease_owner, lease_until, error_group)
    SELECT '{}', state::fang_task_state, CASE WHEN n % 3 = 0 THEN 'mail' ELSE 'images' END, (ARRAY['send_mail', 'make_thumbnails', 'move_thumbnails'])[n % 3 + 1],
        at, now() - interval '30 days' + n * interval '1 second', 1, CASE WHEN state = 'in_progress' THEN 1 END,
        CASE WHEN state = 'in_progress' THEN now() + interval '30 seconds' END, CASE WHEN state = 'failed' THEN n % 7 END
    FROM (
        SELECT n, CASE WHEN n <= 100000 THEN 'finished' WHEN n <= 120000 THEN 'failed' WHEN n <= 200000 THEN 'new' ELSE 'in_progress' END AS state,
            CASE WHEN n BETWEEN 120001 AND 170000 THEN now() + interval '1 day' ELSE now() - interval '1 second' END AS at
        FROM generate_series(1, 200008) n
    ) made ORDER BY n;
    INSERT INTO job_attempts (job, attempt, worker) SELECT number, 1, 1 FROM fang_tasks;
    DELETE FROM job_count_deltas;
    INSERT INTO job_counts SELECT state, kind, task_type, count(*) FROM fang_tasks GROUP BY 1, 2, 3;
    INSERT INTO job_pace SELECT date_trunc('minute', now()) - m * interval '1 minute', false, k.kind, x.measure, b, 1
    FROM generate_series(0, 2000) m, (VALUES ('send_mail'), ('make_thumbnails')) k (kind), (VALUES ('wait'), ('run')) x (measure), generate_series(10, 20) b;
    INSERT INTO schedules SELECT 'rank_photos', date_trunc('minute', now()) - n * interval '1 minute', n FROM generate_series(0, 20000) n;
    INSERT INTO workers (host, pid, slots) VALUES ('derp', 1, 8)";

/// Three lanes and kinds with at most a thousand counted jobs each, an hour of minutes, and what runs.
const MOST: i64 = 20_000;

#[tokio::test]
async fn the_sentence_reads_little_however_many_jobs_there_are() {
    let world = World::new().await;
    sqlx::raw_sql(MANY).execute(&world.pool).await.unwrap();
    for statistics in ["that were never made", "of what is there"] {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let mut conn = PgConnection::connect(world.url()).await.unwrap();
            sqlx::query(&format!("SET plan_cache_mode = {mode}")).execute(&mut conn).await.unwrap();
            let mut tx = conn.begin().await.unwrap();
            let before = rows::read(&mut tx).await;
            let health = health::assess(&mut tx, &world.config()).await.unwrap();
            let read = rows::read(&mut tx).await - before;
            assert!(health.is_well(), "{health:?}");
            println!("{read} rows read: {mode}, statistics {statistics}");
            assert!(read <= MOST, "{read} rows read: {mode}, statistics {statistics}");
        }
        sqlx::raw_sql("ANALYZE").execute(&world.pool).await.unwrap();
    }
}
