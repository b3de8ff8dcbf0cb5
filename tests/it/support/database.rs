//! A database of its own for each test, copied from one that was migrated once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use ratemyderp::db;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use tokio::sync::OnceCell;

const VARIABLE: &str = "RATEMYDERP_TEST_DATABASE_URL";

static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

pub struct Database {
    name: String,
    url: String,
}

impl Database {
    pub async fn create() -> Self {
        Self::copy_of(TEMPLATE.get_or_init(make_template).await).await
    }

    /// Another one with the same content. Whoever is still connected to this one is disconnected.
    pub async fn copy(&self) -> Self {
        let name = &self.name;
        let disconnect = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        execute(&mut admin().await, &disconnect).await;
        Self::copy_of(&self.name).await
    }

    async fn copy_of(template: &str) -> Self {
        let name = format!("derp_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut admin = admin().await;
        execute(&mut admin, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Database { url: url(&name), name }
    }

    /// Returns once so many connections to this database wait for somebody's lock.
    pub async fn until_blocked(&self, connections: i64) {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'";
        let mut admin = admin().await;
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let blocked: i64 =
                sqlx::query_scalar(waiting).bind(&self.name).fetch_one(&mut admin).await.expect("who waits");
            if blocked >= connections {
                return;
            }
            assert!(Instant::now() < deadline, "{blocked} of {connections} wait for a lock");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn pool(&self, connections: u32) -> PgPool {
        let options: PgConnectOptions = self.url.parse().expect("a database URL");
        PgPoolOptions::new().max_connections(connections).connect_lazy_with(options.disable_statement_logging())
    }
}

impl Drop for Database {
    /// On a thread of its own: a test's runtime may be gone already.
    fn drop(&mut self) {
        let name = self.name.clone();
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                execute(&mut admin().await, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
            });
        });
        if dropping.join().is_err() && !std::thread::panicking() {
            panic!("the test's database could not be dropped");
        }
    }
}

/// A migrated, empty database; one for each run of the tests.
async fn make_template() -> String {
    let name = format!("derp_{}", std::process::id());
    let mut admin = admin().await;
    execute(&mut admin, &format!("DROP DATABASE IF EXISTS {name}")).await;
    execute(&mut admin, &format!("CREATE DATABASE {name}")).await;
    let pool = PgPoolOptions::new().max_connections(1).connect(&url(&name)).await.expect("the template database");
    db::migrate(&pool).await.expect("migrated");
    pool.close().await;
    name
}

async fn admin() -> PgConnection {
    PgConnection::connect(&admin_url()).await.expect("the test server answers")
}

fn admin_url() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| panic!("{VARIABLE} is not set: run the tests with bin/test"))
}

fn url(name: &str) -> String {
    let options: PgConnectOptions = admin_url().parse().expect("a database URL");
    options.database(name).to_url_lossy().to_string()
}

async fn execute(conn: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(sql).execute(conn).await.unwrap_or_else(|cause| panic!("{sql}: {cause}"));
}
