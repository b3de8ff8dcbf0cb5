//! Which jobs are taken, and what taking them costs.

use std::time::Duration;

use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::support::{Database, until};
use crate::test_worker::Worker;

const KINDS: [&str; 3] = ["effect", "held", "other"];

async fn claim(conn: &mut PgConnection, limit: i64) -> Vec<i64> {
    let kinds = KINDS.map(str::to_owned);
    ratemyderp_jobs::claim(conn, 1, &kinds, "test", limit).await.unwrap()
}

async fn sql(db: &Database, statement: &str) {
    sqlx::raw_sql(statement).execute(&db.pool).await.unwrap();
}

const WORKER: &str = "INSERT INTO workers (host, pid, slots) VALUES ('here', 1, 8)";

#[tokio::test]
async fn jobs_go_by_priority_then_by_due_time_whatever_their_kinds() {
    let db = Database::new().await;
    sql(&db, WORKER).await;
    let first = db.add(1, "other", 1, json!({})).await[0];
    let second = db.add(1, "effect", 1, json!({})).await[0];
    let urgent = db.add(1, "held", 1, json!({})).await[0];
    let later = db.add(1, "effect", 1, json!({})).await[0];
    sql(&db, &format!("UPDATE fang_tasks SET priority = -1 WHERE number = {urgent}")).await;
    sql(&db, &format!("UPDATE fang_tasks SET scheduled_at = now() + interval '1 hour' WHERE number = {later}")).await;
    let mut conn = db.pool.acquire().await.unwrap();
    assert_eq!(claim(&mut conn, 2).await, [urgent, first]);
    assert_eq!(claim(&mut conn, 2).await, [second], "what is not due yet waits");
}

#[tokio::test]
async fn what_is_paused_waits_and_goes_on_afterwards() {
    let db = Database::new().await;
    sql(&db, WORKER).await;
    let held = db.add(1, "held", 1, json!({})).await;
    let free = db.add(1, "effect", 1, json!({})).await;
    let mut conn = db.pool.acquire().await.unwrap();
    sql(&db, "INSERT INTO paused_kinds (kind, paused_by, reason) VALUES ('held', 'anna', 'why not')").await;
    sql(&db, "UPDATE workers SET quiet_at = now()").await;
    assert_eq!(claim(&mut conn, 9).await, [0i64; 0], "a quiet worker takes nothing");
    sql(&db, "UPDATE workers SET quiet_at = NULL; UPDATE lanes SET paused_at = now() WHERE name = 'test'").await;
    assert_eq!(claim(&mut conn, 9).await, [0i64; 0], "nor does anybody from a paused lane");
    sql(&db, "UPDATE lanes SET paused_at = NULL").await;
    assert_eq!(claim(&mut conn, 9).await, free);
    sql(&db, "DELETE FROM paused_kinds").await;
    assert_eq!(claim(&mut conn, 9).await, held);
}

#[tokio::test]
async fn no_more_of_a_lane_run_at_once_than_it_may() {
    let db = Database::new().await;
    sql(&db, WORKER).await;
    db.add(40, "effect", 1, json!({})).await;
    sql(&db, "UPDATE lanes SET concurrency = 3 WHERE name = 'test'").await;
    let mut claims = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let pool = db.pool.clone();
        claims.spawn(async move { claim(&mut pool.acquire().await.unwrap(), 2).await.len() });
    }
    assert_eq!(claims.join_all().await.iter().sum::<usize>(), 3);
    sql(&db, "UPDATE fang_tasks SET state = 'finished', lease_owner = NULL WHERE number = (SELECT min(number) FROM fang_tasks WHERE state = 'in_progress')").await;
    assert_eq!(claim(&mut db.pool.acquire().await.unwrap(), 9).await.len(), 1);
}

/// Rows and index entries read by one claim, and blocks looked at: an entry that is walked over without a match is no row.
async fn cost(db: &Database, mode: &str) -> i64 {
    const READ: &str =
        "SELECT sum(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid) + pg_stat_get_xact_blocks_fetched(oid))::bigint
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')";
    // A connection of its own: a plan from when the table was empty would last until a slow look or the next autoanalyze.
    let mut conn = PgConnection::connect(&db.url).await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    sqlx::query(&format!("SET LOCAL plan_cache_mode = {mode}")).execute(&mut *tx).await.unwrap();
    let before: i64 = sqlx::query_scalar(READ).fetch_one(&mut *tx).await.unwrap();
    assert_eq!(claim(&mut tx, 4).await.len(), 4);
    sqlx::query_scalar::<_, i64>(READ).fetch_one(&mut *tx).await.unwrap() - before
}

#[tokio::test]
async fn a_claim_costs_the_same_however_many_wait_for_what_it_cannot_take() {
    let db = Database::new().await;
    sql(&db, WORKER).await;
    sql(&db, "ALTER TABLE fang_tasks SET (autovacuum_enabled = off)").await;
    let mut read = vec![];
    for many in [0, 20_000] {
        for kind in ["held", "unknown"] {
            db.add(many, kind, 1, json!({})).await;
        }
        sql(&db, "UPDATE fang_tasks SET priority = -1, scheduled_at = now() - interval '1 hour' WHERE kind IN ('held', 'unknown')").await;
        sql(
            &db,
            "INSERT INTO paused_kinds (kind, paused_by, reason) VALUES ('held', 'anna', 'x') ON CONFLICT DO NOTHING",
        )
        .await;
        // Of its own kind too, but not due yet.
        let later = format!(
            "INSERT INTO fang_tasks (metadata, task_type, kind, scheduled_at)
             SELECT '{{}}', 'test', 'effect', now() + interval '1 hour' FROM generate_series(1, {many})"
        );
        sql(&db, &later).await;
        db.add(10, "effect", 1, json!({})).await;
        for statistics in ["stale", "fresh"] {
            if statistics == "fresh" {
                sql(&db, "ANALYZE").await;
            }
            for mode in ["force_generic_plan", "force_custom_plan"] {
                read.push(cost(&db, mode).await);
            }
        }
    }
    let few = read[..4].iter().max().unwrap();
    assert!(read[4..].iter().all(|rows| *rows <= few + 200), "{read:?}");
}

#[tokio::test]
async fn a_plan_from_when_there_were_few_jobs_does_not_last() {
    let db = Database::new().await;
    sql(&db, "ALTER TABLE fang_tasks SET (autovacuum_enabled = off)").await;
    let _process = Worker::default().start(&db);
    db.add(100, "effect", 1, json!({ "ms": 0 })).await;
    db.until_settled().await;
    const MANY: i64 = 200_000;
    db.add(MANY as i32, "unknown", 1, json!({})).await;
    db.add(2000, "effect", 1, json!({ "ms": 0 })).await;
    until("all that can be done is done", async || db.count("effects").await == 2100).await;
    // Statistics are told within a second or so of the end of a transaction.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let read: i64 = sqlx::query_scalar("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'fang_tasks'")
        .fetch_one(&db.pool)
        .await
        .unwrap();
    // Once for each connection, as each has plans of its own. It was some 250 times.
    assert!(read < 40 * MANY, "{} times all of them", read / MANY);
}

#[tokio::test]
async fn a_flood_in_one_lane_leaves_another_its_turns_whatever_stands_empty_between_them() {
    let db = Database::new().await;
    sql(&db, "INSERT INTO lanes (name) VALUES ('empty'), ('vacant'), ('zebra')").await;
    db.add(400, "effect", 1, json!({ "ms": 0 })).await;
    sql(&db, "UPDATE fang_tasks SET task_type = 'zebra' WHERE number % 2 = 0").await;
    let _process = Worker { slots: 1, ..Worker::default() }.start(&db);
    db.until_settled().await;
    let lanes: Vec<String> = sqlx::query_scalar(
        "SELECT t.task_type FROM job_attempts a JOIN fang_tasks t ON t.number = a.job ORDER BY a.started_at, a.job LIMIT 100",
    )
    .fetch_all(&db.pool)
    .await
    .unwrap();
    let zebra = lanes.iter().filter(|lane| *lane == "zebra").count();
    assert!((40..=60).contains(&zebra), "{zebra} of the first hundred");
}

#[tokio::test]
async fn where_nothing_waits_the_lane_that_got_a_job_comes_first() {
    let db = Database::new().await;
    sql(&db, "INSERT INTO lanes (name) VALUES ('empty'), ('vacant'), ('zebra')").await;
    let _process = Worker { slots: 1, ..Worker::default() }.start(&db);
    let listening = "pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %' AND state = 'idle'";
    until("the worker listens", async || db.count(listening).await == 1).await;
    db.add(1, "effect", 1, json!({ "ms": 0 })).await;
    db.until_settled().await;
    // Until no lane is left out for having been empty.
    tokio::time::sleep(Duration::from_millis(200)).await;
    sql(
        &db,
        "INSERT INTO fang_tasks (metadata, task_type, kind, max_attempts)
         SELECT metadata, lane, kind, max_attempts FROM fang_tasks, unnest('{zebra, test}'::text[]) AS lane;
         SELECT pg_notify('ratemyderp_jobs', 'test')",
    )
    .await;
    db.until_settled().await;
    let lanes: Vec<String> = sqlx::query_scalar(
        "SELECT t.task_type FROM job_attempts a JOIN fang_tasks t ON t.number = a.job ORDER BY a.started_at",
    )
    .fetch_all(&db.pool)
    .await
    .unwrap();
    assert_eq!(lanes, ["test", "test", "zebra"], "though it was the turn of the other, which has had none");
}
