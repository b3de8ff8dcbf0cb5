//! What operators do to the queue: races of two, and what reading about it costs.

use std::time::Duration;

use ratemyderp::accounts::audit::Actor;
use ratemyderp::error::Error;
use ratemyderp::queue::board::{self, Measure, Span};
use ratemyderp::queue::schedules;
use ratemyderp::steering::{self, Reason, Target};
use sqlx::{Connection, PgConnection};

use crate::support::{World, rows};

fn actor(name: &str) -> Actor {
    Actor { account: None, name: name.to_owned() }
}

#[tokio::test]
async fn of_two_who_pause_at_once_the_second_learns_of_the_first() {
    let world = World::new().await;
    let reason = |text| Reason::parse(text).unwrap();
    for target in [
        Target::Lane("mail".into()),
        Target::Kind("send_mail".into()),
        Target::schedule(&schedules::all(&world.config().jobs), "rank_photos").unwrap(),
    ] {
        let mut first = world.pool.begin().await.unwrap();
        steering::pause(&mut first, &actor("anna"), &target, &reason("the server is down"), None).await.unwrap();
        let second = async {
            let mut second = world.pool.begin().await.unwrap();
            steering::pause(&mut second, &actor("bert"), &target, &reason("so do I"), None).await
        };
        let first = async {
            world.until_blocked(1).await;
            first.commit().await.unwrap();
        };
        let (second, ()) = tokio::join!(second, first);
        let Err(Error::Conflict(words)) = second else { panic!("{target}: {second:?}") };
        assert!(words.contains("by anna: “the server is down”"), "{words}");
        assert_eq!(world.count(&format!("audit_log WHERE starts_with(detail, '{target}')")).await, 1);
    }
}

#[tokio::test]
async fn a_pause_whose_time_has_come_is_in_nobodys_way() {
    let world = World::new().await;
    let target = Target::Kind("send_mail".into());
    let soon = chrono::Utc::now() + Duration::from_millis(50);
    for until in [Some(soon), None] {
        let mut tx = world.pool.begin().await.unwrap();
        let reason = Reason::parse("why not").unwrap();
        let done = steering::pause(&mut tx, &actor("anna"), &target, &reason, until).await.unwrap();
        assert!(done.new);
        tx.commit().await.unwrap();
        sqlx::query("SELECT pg_sleep(0.1)").execute(&world.pool).await.unwrap();
    }
}

/// Much of everything: 200,000 jobs, of which 80,000 wait and 8 run; two days of minutes; 20,000 ticks.
const MANY: &str = "
    ALTER TABLE fang_tasks SET (autovacuum_enabled = off);
    ALTER TABLE job_attempts SET (autovacuum_enabled = off);
    ALTER TABLE job_pace SET (autovacuum_enabled = off);
    ALTER TABLE schedules SET (autovacuum_enabled = off);
    INSERT INTO fang_tasks (metadata, state, task_type, kind, scheduled_at, attempt, lease_owner, lease_until)
    SELECT '{}', state::fang_task_state, CASE WHEN n % 3 = 0 THEN 'mail' ELSE 'images' END, (ARRAY['send_mail', 'make_thumbnails', 'rank_photos'])[n % 3 + 1],
        now() - interval '1 second', 1, CASE WHEN state = 'in_progress' THEN 1 END, CASE WHEN state = 'in_progress' THEN now() + interval '30 seconds' END
    FROM (
        SELECT n, CASE WHEN n <= 100000 THEN 'finished' WHEN n <= 120000 THEN 'failed' WHEN n <= 200000 THEN 'new' ELSE 'in_progress' END AS state
        FROM generate_series(1, 200008) n
    ) made ORDER BY n;
    INSERT INTO job_attempts (job, attempt, worker) SELECT number, 1, 1 FROM fang_tasks;
    DELETE FROM job_count_deltas;
    INSERT INTO job_counts SELECT state, kind, task_type, count(*) FROM fang_tasks GROUP BY 1, 2, 3;
    INSERT INTO job_pace SELECT date_trunc('minute', now()) - m * interval '1 minute', false, k.kind, x.measure, b, 1
    FROM generate_series(0, 2880) m, (VALUES ('send_mail'), ('make_thumbnails')) k (kind), (VALUES ('wait'), ('run')) x (measure), generate_series(10, 14) b;
    INSERT INTO job_pace SELECT date_trunc('hour', now()) - m * interval '1 hour', true, k.kind, x.measure, b, 1
    FROM generate_series(0, 2000) m, (VALUES ('send_mail'), ('make_thumbnails')) k (kind), (VALUES ('wait'), ('run')) x (measure), generate_series(10, 14) b;
    INSERT INTO schedules SELECT 'rank_photos', date_trunc('minute', now()) - n * interval '1 minute', n FROM generate_series(0, 20000) n;
    INSERT INTO workers (host, pid, slots) VALUES ('derp', 1, 8)";

/// Index entries and rows: what the windows hold, twice.
const LANES: i64 = 2 * 20 * 20 + 500;
const KINDS: i64 = 2 * (120 + 48) * 20 + 500;
const CREW: i64 = KINDS;
const SCHEDULES: i64 = 6 * 400;
const HISTORY: i64 = 2 * 2880 * 6 + 500;

#[tokio::test]
async fn pages_read_as_much_however_many_jobs_there_are() {
    let world = World::new().await;
    sqlx::raw_sql(MANY).execute(&world.pool).await.unwrap();
    let schedules = schedules::all(&world.config().jobs);
    for statistics in ["that were never made", "of what is there"] {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            for (what, most) in
                [("lanes", LANES), ("kinds", KINDS), ("crew", CREW), ("schedules", SCHEDULES), ("history", HISTORY)]
            {
                let mut conn = PgConnection::connect(world.url()).await.unwrap();
                sqlx::query(&format!("SET plan_cache_mode = {mode}")).execute(&mut conn).await.unwrap();
                let mut tx = conn.begin().await.unwrap();
                let before = rows::read(&mut tx).await;
                match what {
                    "lanes" => assert_eq!(
                        board::lane_rows(&mut tx, 60).await.unwrap().iter().map(|l| l.waiting).sum::<i64>(),
                        80_000
                    ),
                    "kinds" => assert!(
                        board::kind_rows(&mut tx).await.unwrap().iter().any(|kind| kind
                            .pace
                            .run_day
                            .change()
                            .is_some())
                    ),
                    "crew" => assert_eq!(board::crew(&mut tx, 60, None).await.unwrap()[0].holds.len(), 8),
                    "schedules" => {
                        assert_eq!(board::schedule_rows(&mut tx, &schedules).await.unwrap()[0].runs.len(), 10)
                    }
                    _ => {
                        let history = board::pace_history(&mut tx, "send_mail", Measure::Run, Span::Day).await.unwrap();
                        assert_eq!(history.intervals[0].total(), 150);
                    }
                }
                let read = rows::read(&mut tx).await - before;
                println!("{what}: {read} rows read: {mode}, statistics {statistics}");
                assert!(read <= most, "{what}: {read} rows read: {mode}, statistics {statistics}");
            }
        }
        sqlx::raw_sql("ANALYZE").execute(&world.pool).await.unwrap();
    }
}
