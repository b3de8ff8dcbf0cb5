//! Migrating while people vote, twice at once, and after an interruption.

use std::time::Duration;

use ratemyderp::db::migrations::{self, Failure, MIGRATIONS};
use sqlx::migrate::{Migration, MigrationType};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::support::{World, someone};

/// Only ends a test that would hang.
const LONG: Duration = Duration::from_secs(60);

/// What the program has, and these.
fn with(new: &[(&'static str, bool)]) -> Vec<Migration> {
    let new = new.iter().zip(99_990_101_000_000..).map(|(&(sql, no_tx), version)| {
        Migration::new(version, "of a test".into(), MigrationType::Simple, sql.into(), no_tx)
    });
    MIGRATIONS.iter().cloned().chain(new).collect()
}

async fn run(pool: &PgPool, migrations: &[Migration], said: &mpsc::UnboundedSender<String>) -> Result<(), Failure> {
    migrations::run(pool, migrations, &mut |what| said.send(what).expect("somebody listens")).await
}

async fn holding(world: &World, sql: &str) -> PgConnection {
    let mut conn = PgConnection::connect(world.url()).await.unwrap();
    sqlx::raw_sql(&format!("BEGIN; {sql}")).execute(&mut conn).await.unwrap();
    conn
}

async fn until_said(heard: &mut mpsc::UnboundedReceiver<String>, words: &str) {
    while !heard.recv().await.expect("it is said before the end").contains(words) {}
}

#[tokio::test]
async fn votes_go_on_while_a_migration_waits_for_their_table() {
    let world = World::new().await;
    let photo = world.photo("Marmalade").await;
    let migrations = with(&[("ALTER TABLE tallies ADD note text", false)]);
    let mut reader = holding(&world, "SELECT count(*) FROM tallies").await;
    let (said, mut heard) = mpsc::unbounded_channel();
    let meanwhile = async {
        until_said(&mut heard, "waits for a lock").await;
        for rater in 1..=20 {
            world.rate(someone(rater), photo, 7).await;
        }
        assert_eq!(world.ratings().await, 20, "counted although somebody else still holds the table");
        sqlx::raw_sql("COMMIT").execute(&mut reader).await.unwrap();
        until_said(&mut heard, "Applied 99990101000000 (of a test)").await;
    };
    let (result, ()) =
        timeout(LONG, async { tokio::join!(run(&world.pool, &migrations, &said), meanwhile) }).await.expect("an end");
    result.unwrap();
    assert_eq!(world.count("tallies WHERE note IS NULL").await, 1);
    assert_eq!(world.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn two_that_migrate_at_once_do_it_once_and_wait_for_no_index_of_each_other() {
    let world = World::new().await;
    let migrations = with(&[
        ("CREATE TABLE once (id bigint)", false),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS once_score ON ratings (score)", true),
    ]);
    // Keeps the first of the two at its index until the second one is waiting for the first.
    let mut voter = holding(&world, "LOCK TABLE ratings IN ROW EXCLUSIVE MODE").await;
    let (said, mut heard) = mpsc::unbounded_channel();
    let meanwhile = async {
        until_said(&mut heard, "Another process is migrating").await;
        sqlx::raw_sql("COMMIT").execute(&mut voter).await.unwrap();
    };
    let both =
        async { tokio::join!(run(&world.pool, &migrations, &said), run(&world.pool, &migrations, &said), meanwhile) };
    let (one, other, ()) = timeout(LONG, both).await.expect("an end");
    one.unwrap();
    other.unwrap();
    assert_eq!(world.count("pg_index WHERE indexrelid = 'once_score'::regclass AND indisvalid").await, 1);
    assert_eq!(world.count("_sqlx_migrations WHERE version >= 99990101000000").await, 2);
}

#[tokio::test]
async fn an_index_that_was_left_half_built_is_made_anew() {
    let world = World::new().await;
    let migrations = with(&[("CREATE INDEX CONCURRENTLY IF NOT EXISTS half ON ratings (score)", true)]);
    let mut voter = holding(&world, "UPDATE deck SET size = size; LOCK TABLE ratings IN ROW EXCLUSIVE MODE").await;
    let (said, mut heard) = mpsc::unbounded_channel();
    let interrupt = async {
        let half = "pg_index WHERE indexrelid = to_regclass('half') AND NOT indisvalid";
        while world.count(half).await == 0 {
            tokio::task::yield_now().await;
        }
        let terminated = world.count(
            "(SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND application_name = 'ratemyderp migrate') AS gone",
        );
        assert_eq!(terminated.await, 1);
    };
    let (result, ()) =
        timeout(LONG, async { tokio::join!(run(&world.pool, &migrations, &said), interrupt) }).await.expect("an end");
    result.unwrap_err();
    assert_eq!(world.count("pg_index WHERE indexrelid = 'half'::regclass AND NOT indisvalid").await, 1);
    sqlx::raw_sql("ROLLBACK").execute(&mut voter).await.unwrap();
    timeout(LONG, run(&world.pool, &migrations, &said)).await.expect("an end").unwrap();
    assert_eq!(world.count("pg_index WHERE indexrelid = 'half'::regclass AND indisvalid").await, 1);
    until_said(&mut heard, "Removed the index half").await;
}

#[tokio::test]
async fn a_migration_may_take_longer_than_a_page() {
    let world = World::new().await;
    let hasty = world.pool.connect_options().as_ref().clone().options([("statement_timeout", "50ms")]);
    let pool = PgPoolOptions::new().connect_lazy_with(hasty);
    let (said, _heard) = mpsc::unbounded_channel();
    run(&pool, &with(&[("SELECT pg_sleep(0.2)", false)]), &said).await.unwrap();
}

#[tokio::test]
async fn a_database_of_another_program_is_left_alone() {
    let world = World::new().await;
    let (said, _heard) = mpsc::unbounded_channel();
    run(&world.pool, &with(&[("SELECT 1", false)]), &said).await.unwrap();
    let newer = run(&world.pool, &MIGRATIONS.migrations, &said).await.unwrap_err();
    assert!(newer.to_string().contains("missing in the resolved migrations"), "{newer}");
    let edited = run(&world.pool, &with(&[("SELECT 2", false)]), &said).await.unwrap_err();
    assert!(edited.to_string().contains("has been modified"), "{edited}");
}

#[test]
fn what_runs_without_a_transaction_can_be_repeated_and_locks_nobody_out() {
    for migration in MIGRATIONS.iter().filter(|migration| migration.no_tx) {
        let sql: String = migration.sql.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join(" ");
        let repeatable = [
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS ",
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ",
            "DROP INDEX CONCURRENTLY IF EXISTS ",
        ];
        assert!(repeatable.iter().any(|start| sql.starts_with(start)), "{sql}");
        assert_eq!(sql.matches(';').count(), 1, "one statement a file, or they are one transaction: {sql}");
    }
}
