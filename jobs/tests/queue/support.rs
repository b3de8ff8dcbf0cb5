//! A database for each test, and the processes that work on it.

use std::process::{Child, Command, ExitStatus, Output};
use std::time::{Duration, Instant};

use ratemyderp::queue;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::OnceCell;
use uuid::Uuid;

static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// A migrated database of its own, dropped at the end.
pub struct Database {
    pub pool: PgPool,
    pub url: String,
    admin: String,
    name: String,
}

impl Database {
    pub async fn new() -> Self {
        let admin = std::env::var("RATEMYDERP_TEST_DATABASE_URL").expect(
            "RATEMYDERP_TEST_DATABASE_URL must name a server on which databases may be created; bin/test sets it",
        );
        let template = TEMPLATE.get_or_init(|| make_template(&admin)).await;
        let name = format!("ratemyderp_jobs_{}", Uuid::new_v4().simple());
        create(&admin, &format!("{name} TEMPLATE {template}")).await;
        let url = url(&admin, &name);
        let options: PgConnectOptions = url.parse().unwrap();
        let pool = PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
        Database { pool, url, admin, name }
    }

    /// Adds jobs of a kind that the worker of these tests knows.
    pub async fn add(&self, count: i32, kind: &str, max_attempts: i16, arguments: Value) -> Vec<i64> {
        let mut job = arguments;
        job["kind"] = json!(kind);
        sqlx::query_scalar(
            "WITH put AS (
                INSERT INTO fang_tasks (metadata, task_type, kind, max_attempts)
                SELECT $1, 'test', $2, $3 FROM generate_series(1, $4) RETURNING number
             )
             SELECT number FROM put, LATERAL (SELECT pg_notify($5, 'test')) AS wake ORDER BY number",
        )
        .bind(queue::stored(&job))
        .bind(kind)
        .bind(max_attempts)
        .bind(count)
        .bind(queue::CHANNEL)
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }

    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(&format!("SELECT count(*) FROM {sql}")).fetch_one(&self.pool).await.unwrap()
    }

    /// `(state, error)` of a job.
    pub async fn state(&self, number: i64) -> (String, String) {
        sqlx::query_as("SELECT state::text, coalesce(error_message, '') FROM fang_tasks WHERE number = $1")
            .bind(number)
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    /// The outcome of each attempt of a job.
    pub async fn outcomes(&self, number: i64) -> Vec<String> {
        sqlx::query_scalar("SELECT coalesce(outcome, 'open') FROM job_attempts WHERE job = $1 ORDER BY attempt")
            .bind(number)
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }

    pub async fn until_state(&self, number: i64, state: &str) {
        until(&format!("job {number} is {state}"), async || self.state(number).await.0 == state).await;
    }

    /// Nothing waits, nothing runs, and the queue agrees with itself.
    pub async fn until_settled(&self) {
        until("every job has ended", async || {
            self.count("fang_tasks WHERE state NOT IN ('finished', 'failed')").await == 0
        })
        .await;
        let mut conn = self.pool.acquire().await.unwrap();
        assert_eq!(queue::check::check(&mut conn).await.unwrap(), Vec::<String>::new());
    }

    /// Nobody can connect, and whoever was connected no longer is.
    pub async fn away(&self, time: Duration) {
        let mut conn = PgConnection::connect(&self.admin).await.unwrap();
        let name = &self.name;
        sqlx::query(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).execute(&mut conn).await.unwrap();
        sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
            .bind(name)
            .execute(&mut conn)
            .await
            .unwrap();
        tokio::time::sleep(time).await;
        sqlx::query(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).execute(&mut conn).await.unwrap();
    }

    /// `ratemyderp-jobs` on this database.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ratemyderp-jobs"));
        command
            .args(arguments)
            .env("ROCKET_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/../Rocket.toml"))
            .env("ROCKET_STORAGE", format!("{{path={:?}}}", std::env::temp_dir().join(&self.name)))
            .env("ROCKET_MAIL", format!("{{folder={:?}}}", std::env::temp_dir().join(&self.name).join("outbox")))
            .env("ROCKET_SECRET_KEY", "of the tests")
            .env("DATABASE_URL", &self.url);
        command
    }

    /// What a command of the program prints; it must succeed.
    pub fn output(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.program(arguments).output().unwrap();
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }

    /// How a command ends whose code says how the queue does, and what it prints.
    pub fn status(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, .. } = self.program(arguments).output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), self.name.clone());
        let _ = std::fs::remove_dir_all(std::env::temp_dir().join(&name));
        // Drop cannot wait, so a thread with a runtime of its own does.
        let _ = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                let mut conn = PgConnection::connect(&admin).await.unwrap();
                sqlx::query(&format!("DROP DATABASE {name} WITH (FORCE)")).execute(&mut conn).await.unwrap();
            });
        })
        .join();
    }
}

/// Migrated once for each run of the tests; every database starts as a copy.
async fn make_template(admin: &str) -> String {
    let name = format!("ratemyderp_jobs_{}", std::process::id());
    let mut conn = PgConnection::connect(admin).await.unwrap();
    sqlx::query(&format!("DROP DATABASE IF EXISTS {name}")).execute(&mut conn).await.unwrap();
    create(admin, &name).await;
    let pool = PgPoolOptions::new().max_connections(1).connect(&url(admin, &name)).await.unwrap();
    ratemyderp::db::migrate(&pool).await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE effects (job bigint NOT NULL, attempt integer NOT NULL);
         CREATE TABLE given_up (job bigint NOT NULL);
         CREATE TABLE reachable ();
         INSERT INTO lanes (name) VALUES ('test');",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    name
}

async fn create(admin: &str, database: &str) {
    let mut conn = PgConnection::connect(admin).await.unwrap();
    sqlx::query(&format!("CREATE DATABASE {database}")).execute(&mut conn).await.unwrap();
}

fn url(admin: &str, name: &str) -> String {
    let (server, _) = admin.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

/// A process that is killed at the end of its test.
pub struct Process(pub Child);

impl Process {
    pub fn start(command: &mut Command) -> Self {
        Process(command.spawn().unwrap())
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.0.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// From then on a SIGTERM is a request, where it was the end before.
    pub async fn until_it_catches_sigterm(&self) {
        let status = format!("/proc/{}/status", self.0.id());
        until("the process catches SIGTERM", async || {
            let status = std::fs::read_to_string(&status).unwrap();
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
            u64::from_str_radix(caught.trim(), 16).unwrap() & (1 << 14) != 0
        })
        .await;
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    pub async fn ended(&mut self) -> ExitStatus {
        until("the process has ended", async || self.0.try_wait().unwrap().is_some()).await;
        self.0.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for what is bound to come; the limit only ends a test that would hang.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < Duration::from_secs(40), "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
