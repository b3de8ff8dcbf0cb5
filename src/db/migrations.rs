//! Bringing the database up to date while people vote.
//!
//! A statement that changes a table waits for everybody who uses the table, and everybody who comes later waits behind it. So a
//! migration waits for a lock no longer than a voter can bear, lets everybody pass, and tries again. `migrations/README.md`
//! says how a change is cut so that this is enough.

mod leftovers;

use std::fmt;
use std::time::{Duration, Instant};

use sqlx::migrate::{Migrate, MigrateError, Migration, Migrator};
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgConnection, PgPool};

pub use leftovers::invalid_indexes;

/// Every migration of `migrations/`, compiled in.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// How long a migration in a transaction waits for a lock, and so how long it may hold up a vote. It is below PostgreSQL's
/// `deadlock_timeout` of a second, so that of a vote and a migration that wait for each other the migration gives way.
const LOCK_TIMEOUT: &str = "500ms";

/// Between two attempts: from the first to the longest it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// After so long without a lock somebody has to look.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// What one migrator holds from beginning to end: "derp" in ASCII.
const ADVISORY_LOCK: i64 = 0x6465_7270;

/// PostgreSQL's codes for a lock that did not come in time, and for a deadlock.
const LOCK_NOT_AVAILABLE: &str = "55P03";
const DEADLOCK_DETECTED: &str = "40P01";

/// Why the database could not be brought up to date.
#[derive(Debug)]
pub enum Failure {
    /// A migration failed, or those in the database are not ours.
    Migration(MigrateError),
    /// What was waited for in vain, in words.
    Waited(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Migration(cause) => cause.fmt(f),
            Failure::Waited(what) => {
                write!(f, "{what} for {} minutes; nothing of it was applied", PATIENCE.as_secs() / 60)
            }
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Failure::Migration(cause) => Some(cause),
            Failure::Waited(_) => None,
        }
    }
}

impl From<MigrateError> for Failure {
    fn from(cause: MigrateError) -> Self {
        Failure::Migration(cause)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(cause: sqlx::Error) -> Self {
        Failure::Migration(cause.into())
    }
}

/// Where a migration says what it does: whole sentences.
pub type Say<'s> = &'s mut (dyn FnMut(String) + Send);

/// Brings the database up to date; safe to repeat, to interrupt, and to run from several processes at once.
pub async fn migrate(pool: &PgPool) -> Result<(), Failure> {
    run(pool, &MIGRATIONS.migrations, &mut |_| {}).await
}

/// The same with these migrations, all that the database has among them. The server and its password are the pool's; the
/// connection is one of its own, without the time limit of pages.
pub async fn run(pool: &PgPool, migrations: &[Migration], say: Say<'_>) -> Result<(), Failure> {
    let options = pool.connect_options().as_ref().clone().application_name("ratemyderp migrate");
    let wait = pool.options().get_acquire_timeout();
    // A pool, since it waits for a server that is just starting.
    let own = PgPoolOptions::new().max_connections(1).acquire_timeout(wait).connect_with(options).await?;
    let mut conn = own.acquire().await?;
    let result = run_on(&mut conn, migrations, say).await;
    // What is locked stays locked no longer than the connection lasts.
    conn.close().await?;
    own.close().await;
    result
}

async fn run_on(conn: &mut PgConnection, migrations: &[Migration], say: Say<'_>) -> Result<(), Failure> {
    sqlx::query("SET statement_timeout = 0").execute(&mut *conn).await?;
    lock(conn, say).await?;
    conn.ensure_migrations_table().await?;
    for migration in pending(conn, migrations).await? {
        apply(conn, migration, say).await?;
    }
    for index in invalid_indexes(conn).await? {
        say(format!(
            "The index {index} is not valid, so that no query uses it. `REINDEX INDEX CONCURRENTLY {index}` makes it anew."
        ));
    }
    Ok(())
}

/// Only one migrator at a time. Asked for again and again, since `CREATE INDEX CONCURRENTLY` waits for every statement that
/// began before it, one that waits for this lock among them.
async fn lock(conn: &mut PgConnection, say: Say<'_>) -> Result<(), Failure> {
    let mut waiting = Waiting::new();
    while !sqlx::query_scalar!(r#"SELECT pg_try_advisory_lock($1) AS "locked!""#, ADVISORY_LOCK)
        .fetch_one(&mut *conn)
        .await?
    {
        if waiting.is_first() {
            say("Another process is migrating; this one waits for its end.".to_owned());
        }
        waiting.pause("Another process has been migrating").await?;
    }
    Ok(())
}

/// Those that the database does not have. An error if it has others, or others under the same number.
async fn pending<'m>(conn: &mut PgConnection, migrations: &'m [Migration]) -> Result<Vec<&'m Migration>, Failure> {
    let applied = conn.list_applied_migrations().await?;
    if let Some(strange) = applied.iter().find(|applied| migrations.iter().all(|ours| ours.version != applied.version))
    {
        return Err(MigrateError::VersionMissing(strange.version).into());
    }
    let mut pending = vec![];
    for ours in migrations.iter().filter(|ours| !ours.migration_type.is_down_migration()) {
        match applied.iter().find(|applied| applied.version == ours.version) {
            None => pending.push(ours),
            Some(applied) if applied.checksum != ours.checksum => {
                return Err(MigrateError::VersionMismatch(ours.version).into());
            }
            Some(_) => {}
        }
    }
    Ok(pending)
}

/// Applies one, however often it has to try.
async fn apply(conn: &mut PgConnection, migration: &Migration, say: Say<'_>) -> Result<(), Failure> {
    let name = format!("{} ({})", migration.version, migration.description);
    // One without a transaction builds or drops an index concurrently. It waits for locks that hold up no vote, and whoever cuts
    // it short leaves half an index.
    let timeout = if migration.no_tx { "0" } else { LOCK_TIMEOUT };
    sqlx::query(&format!("SET lock_timeout = '{timeout}'")).execute(&mut *conn).await?;
    let mut waiting = Waiting::new();
    loop {
        for index in leftovers::remove(conn, migration).await? {
            say(format!("Removed the index {index}, which an interrupted attempt had left half built."));
        }
        match conn.apply(migration).await {
            Ok(took) => {
                say(format!("Applied {name} in {:.1} s.", took.as_secs_f64()));
                return Ok(());
            }
            Err(cause) if is_locked_out(&cause) => {
                let oldest = leftovers::oldest_transaction(conn).await?;
                say(format!("{name} waits for a lock, and lets votes pass meanwhile.{oldest}"));
                waiting.pause(&format!("{name} has waited for a lock")).await?;
            }
            Err(cause) => return Err(cause.into()),
        }
    }
}

fn is_locked_out(cause: &MigrateError) -> bool {
    let (MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _)) = cause else { return false };
    let code = cause.as_database_error().and_then(|cause| cause.code());
    matches!(code.as_deref(), Some(LOCK_NOT_AVAILABLE | DEADLOCK_DETECTED))
}

/// Pauses that grow, and an end to them.
struct Waiting {
    since: Instant,
    pause: Duration,
}

impl Waiting {
    fn new() -> Self {
        Waiting { since: Instant::now(), pause: FIRST_PAUSE }
    }

    fn is_first(&self) -> bool {
        self.pause == FIRST_PAUSE
    }

    async fn pause(&mut self, what: &str) -> Result<(), Failure> {
        if self.since.elapsed() > PATIENCE {
            return Err(Failure::Waited(what.to_owned()));
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}
