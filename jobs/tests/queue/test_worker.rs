//! The product's ledger and process over jobs that only tests have, in a process that tests start and kill.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use ratemyderp_jobs::process::{self, Stopped};
use ratemyderp_jobs::{Claim, Failure, JobSet, Runnable, Settings};
use serde_json::Value;
use sqlx::{PgPool, Postgres, Transaction};
use tokio::signal::unix::{SignalKind, signal};

use crate::support::{Database, Process};

/// Milliseconds of a job that does not end by itself.
pub const LONG: u64 = 900_000;

/// How a worker of the tests is started.
#[derive(Clone, Copy)]
pub struct Worker {
    pub slots: u32,
    pub lease_ms: u64,
    pub grace_ms: u64,
    pub longest_rest_ms: u64,
}

impl Default for Worker {
    fn default() -> Self {
        Worker { slots: 8, lease_ms: 20_000, grace_ms: 10_000, longest_rest_ms: 0 }
    }
}

impl Worker {
    pub fn start(self, database: &Database) -> Process {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "test_worker::process", "--ignored", "--nocapture", "--quiet"])
            .env("TEST_WORKER_URL", &database.url)
            .env("TEST_WORKER_SLOTS", self.slots.to_string())
            .env("TEST_WORKER_LEASE_MS", self.lease_ms.to_string())
            .env("TEST_WORKER_GRACE_MS", self.grace_ms.to_string())
            .env("TEST_WORKER_LONGEST_REST_MS", self.longest_rest_ms.to_string());
        Process::start(&mut command)
    }
}

#[test]
#[ignore = "not a test: the process that tests start"]
fn process() {
    let Ok(url) = std::env::var("TEST_WORKER_URL") else {
        return;
    };
    let number = |name: &str| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let settings = Settings {
        workers: u32::try_from(number("TEST_WORKER_SLOTS")).unwrap(),
        lease: Duration::from_millis(number("TEST_WORKER_LEASE_MS")),
        poll: Duration::from_secs(30),
        grace: Duration::from_millis(number("TEST_WORKER_GRACE_MS")),
        longest_rest: Duration::from_millis(number("TEST_WORKER_LONGEST_REST_MS")),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let stopped = runtime.block_on(async {
        let pool = sqlx::postgres::PgPoolOptions::new()
            .max_connections(settings.workers + 4)
            .acquire_timeout(Duration::from_secs(3))
            .connect_lazy(&url)
            .unwrap();
        let terminate = tokio::sync::Mutex::new(signal(SignalKind::terminate()).unwrap());
        let stop = async || {
            terminate.lock().await.recv().await;
        };
        let jobs = TestJobs { pool: pool.clone(), decoded: Arc::default() };
        process::run(pool, Arc::new(jobs), settings, Vec::new(), stop).await
    });
    std::process::exit(match stopped {
        Stopped::Clean => 0,
        Stopped::Returned => 3,
    });
}

/// Jobs that do what tests are about.
struct TestJobs {
    pool: PgPool,
    /// How often arguments were read.
    decoded: Arc<AtomicI32>,
}

struct TestJob {
    pool: PgPool,
    decoded: Arc<AtomicI32>,
    ms: u64,
}

impl JobSet for TestJobs {
    fn kinds(&self) -> Vec<String> {
        ["effect", "decodings", "hold", "panic", "fail", "hopeless", "fatal", "nothing", "talk", "away"]
            .map(str::to_owned)
            .to_vec()
    }

    fn lanes(&self) -> Vec<String> {
        ["test", "empty", "vacant", "zebra"].map(str::to_owned).to_vec()
    }

    fn decode(&self, arguments: &Value) -> Result<Arc<dyn Runnable>, String> {
        self.decoded.fetch_add(1, Ordering::SeqCst);
        let ms = arguments["ms"].as_u64().ok_or("missing field `ms`")?;
        Ok(Arc::new(TestJob { pool: self.pool.clone(), decoded: self.decoded.clone(), ms }))
    }
}

impl TestJob {
    /// What it needs is there once the table `reachable` has a row.
    async fn reach(&self) -> Result<(), Failure> {
        let reached: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM reachable)").fetch_one(&self.pool).await?;
        if reached { Ok(()) } else { Err(Failure::Retry("nobody listens there".to_owned())) }
    }

    /// Leaves a trace, in one transaction with the end of the job.
    async fn effect(&self, claim: &Claim, trace: i32) -> Result<(), Failure> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("INSERT INTO effects VALUES ($1, $2)").bind(claim.number).bind(trace).execute(&mut *tx).await?;
        claim.commit(tx).await
    }
}

#[async_trait]
impl Runnable for TestJob {
    fn timeout(&self) -> Duration {
        Duration::from_secs(if self.ms == LONG { 600 } else { 3 })
    }

    fn backoff(&self, _: u32) -> Duration {
        Duration::from_millis(10)
    }

    async fn run(&self, claim: &Claim) -> Result<(), Failure> {
        if claim.kind == "talk" {
            claim.say("begins");
            claim.say("writes to noodle@example.com");
        }
        if claim.kind != "nothing" {
            tokio::time::sleep(Duration::from_millis(self.ms)).await;
        }
        match claim.kind.as_str() {
            "effect" => self.effect(claim, claim.attempt).await,
            "decodings" => self.effect(claim, self.decoded.load(Ordering::SeqCst)).await,
            "panic" => panic!("the cat sat on the keyboard"),
            "fail" if claim.attempt < 3 => Err(Failure::Retry("not yet".to_owned())),
            "hopeless" => Err(Failure::Hopeless("never".to_owned())),
            "talk" => {
                claim.say("ends");
                Ok(())
            }
            "away" => self.reach().await,
            "fatal" => std::process::abort(),
            _ => Ok(()),
        }
    }

    async fn gave_up(&self, tx: &mut Transaction<'_, Postgres>, _: &str) -> Result<(), sqlx::Error> {
        let ms = i64::try_from(self.ms).unwrap();
        sqlx::query("INSERT INTO given_up VALUES ($1)").bind(ms).execute(&mut **tx).await.map(drop)
    }
}
