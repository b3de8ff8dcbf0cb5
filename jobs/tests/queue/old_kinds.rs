//! Processes from before the kinds of jobs were renamed, beside new ones.

use ratemyderp::queue::{self, Job};
use ratemyderp::storage::Storage;
use ratemyderp_jobs::{Context, drain};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::handlers::{enqueue, mailer, settings};
use crate::support::Database;

const MIGRATION: &str = include_str!("../../../migrations/20261125001100_job_kinds.sql");

#[tokio::test]
async fn the_migration_renames_what_is_not_finished_and_all_of_it_is_run() {
    let database = Database::new().await;
    let pool = &database.pool;
    sqlx::raw_sql(
        "DROP TRIGGER rename_old_job ON fang_tasks;
         DROP FUNCTION rename_old_job(), renamed_job_name(text), renamed_job_kind(text);",
    )
    .execute(pool)
    .await
    .unwrap();
    for kind in ["rank", "prune", "discard", "sweep", "forget", "digests"] {
        old_enqueue(pool, kind, kind, json!({ "kind": kind })).await;
    }
    let erased = old_enqueue(pool, "erase", "erase:404", json!({ "kind": "erase", "submission": 404 })).await;
    let running = old_enqueue(pool, "mail", "mail:404", json!({ "kind": "mail", "mail": 404, "optional": true })).await;
    let failed =
        old_enqueue(pool, "thumbnail", "thumbnail:404", json!({ "kind": "thumbnail", "submission": 404 })).await;
    let finished = old_enqueue(pool, "relocate", "relocate:4", json!({ "kind": "relocate", "submission": 4 })).await;
    sqlx::raw_sql(&format!(
        "UPDATE fang_tasks SET state = 'in_progress', attempt = 1, lease_owner = 9, lease_until = now() WHERE number = {running};
         UPDATE fang_tasks SET state = 'failed' WHERE number = {failed};
         UPDATE fang_tasks SET state = 'finished' WHERE number = {finished};
         INSERT INTO schedules VALUES ('digests', '2026-11-16 06:00Z', 1), ('digests', '2026-11-23 06:00Z', 2);"
    ))
    .execute(pool)
    .await
    .unwrap();

    sqlx::raw_sql(MIGRATION).execute(pool).await.unwrap();

    let row = |number| row(pool, number);
    assert_eq!(row(erased).await, ("delete_votes".into(), "delete_votes:404".into(), "delete_votes".into()));
    assert_eq!(row(running).await, ("send_mail".into(), "send_mail:404".into(), "send_mail".into()));
    assert_eq!(row(failed).await, ("make_thumbnails".into(), "make_thumbnails:404".into(), "make_thumbnails".into()));
    assert_eq!(row(finished).await.0, "relocate", "history stays as it was");
    assert_eq!(database.count("schedules WHERE name = 'queue_digests' AND tick = '2026-11-23 06:00Z'").await, 1);
    // The process that ran the mail gives it back, by what it knows of it.
    sqlx::query("UPDATE fang_tasks SET state = 'retried' WHERE number = $1 AND attempt = 1 AND lease_owner = 9")
        .bind(running)
        .execute(pool)
        .await
        .unwrap();
    drain(&context(&database)).await.unwrap();
    assert_eq!(database.count("fang_tasks WHERE state NOT IN ('finished', 'failed')").await, 0);
}

#[tokio::test]
async fn what_an_old_process_adds_is_run_by_a_new_one_and_joins_what_waits_already() {
    let database = Database::new().await;
    let pool = &database.pool;
    let waiting = enqueue(pool, Job::MakeThumbnails { submission: 7 }).await;
    let arguments = json!({ "kind": "thumbnail", "submission": 7 });
    assert_eq!(old_enqueue(pool, "thumbnail", "thumbnail:7", arguments).await, waiting);
    let mail = json!({ "kind": "mail", "mail": 404, "optional": false });
    let mail = old_enqueue(pool, "mail", "mail:404", mail).await;
    assert_eq!(row(pool, mail).await, ("send_mail".into(), "send_mail:404".into(), "send_mail".into()));
    assert_eq!(enqueue(pool, Job::SendMail { mail: 404, optional: false }).await, mail);
    assert_eq!(
        database.count("fang_tasks WHERE kind IN ('thumbnail', 'mail') AND state IN ('new', 'retried')").await,
        0,
        "nothing that an old worker would look for"
    );
    assert_eq!(drain(&context(&database)).await.unwrap(), 2);
    assert_eq!(database.count("fang_tasks WHERE state = 'finished'").await, 2);
}

/// A job as processes from before the renaming add it.
async fn old_enqueue(pool: &PgPool, kind: &str, unique: &str, job: Value) -> i64 {
    sqlx::query_scalar(
        "INSERT INTO fang_tasks (metadata, task_type, uniq_hash, kind)
         VALUES ($1, 'upkeep', $2, $3)
         ON CONFLICT (uniq_hash) WHERE state IN ('new', 'retried')
         DO UPDATE SET updated_at = now()
         RETURNING number",
    )
    .bind(queue::stored(&job))
    .bind(unique)
    .bind(kind)
    .fetch_one(pool)
    .await
    .unwrap()
}

/// `(kind, name, kind in the arguments)`
async fn row(pool: &PgPool, number: i64) -> (String, String, String) {
    sqlx::query_as("SELECT kind, uniq_hash, metadata -> 'job' ->> 'kind' FROM fang_tasks WHERE number = $1")
        .bind(number)
        .fetch_one(pool)
        .await
        .unwrap()
}

fn context(database: &Database) -> Context {
    Context::new(database.pool.clone(), Storage::memory(), mailer(), settings())
}
