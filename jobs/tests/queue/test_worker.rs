//! The product's ledger and process over jobs that only tests have, in a process that tests start and kill.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ratemyderp_jobs::process::{self, Stopped};
use ratemyderp_jobs::{Claim, Failure, Handler, Settings, Terms};
use serde_json::Value;
use sqlx::{PgPool, Postgres, Transaction};
use tokio::signal::unix::{SignalKind, signal};

use crate::support::{Database, Process};

/// How a worker of the tests is started.
#[derive(Clone, Copy)]
pub struct Worker {
    pub slots: u32,
    pub lease_ms: u64,
    pub grace_ms: u64,
}

impl Default for Worker {
    fn default() -> Self {
        Worker { slots: 8, lease_ms: 20_000, grace_ms: 10_000 }
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
            .env("TEST_WORKER_GRACE_MS", self.grace_ms.to_string());
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
        process::run(pool.clone(), Arc::new(TestJobs(pool)), settings, Vec::new(), stop).await
    });
    std::process::exit(match stopped {
        Stopped::Clean => 0,
        Stopped::Returned => 3,
    });
}

/// Jobs that do what tests are about.
struct TestJobs(PgPool);

#[async_trait]
impl Handler for TestJobs {
    fn kinds(&self) -> Vec<String> {
        ["effect", "hold", "panic", "fail", "hopeless", "fatal", "nothing"].map(str::to_owned).to_vec()
    }

    fn lanes(&self) -> Vec<String> {
        vec!["test".to_owned()]
    }

    fn terms(&self, job: &Value, _: u32) -> Result<Terms, String> {
        match job["ms"].as_u64() {
            Some(_) => Ok(Terms { timeout: Duration::from_secs(3), backoff: Duration::from_millis(10) }),
            None => Err("missing field `ms`".to_owned()),
        }
    }

    async fn run(&self, claim: &Claim) -> Result<(), Failure> {
        let ms = claim.job["ms"].as_u64().unwrap();
        if claim.kind != "nothing" {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        match claim.kind.as_str() {
            "effect" => {
                let mut tx = self.0.begin().await?;
                sqlx::query("INSERT INTO effects VALUES ($1, $2)")
                    .bind(claim.number)
                    .bind(claim.attempt)
                    .execute(&mut *tx)
                    .await?;
                claim.commit(tx).await
            }
            "panic" => panic!("the cat sat on the keyboard"),
            "fail" if claim.attempt < 3 => Err(Failure::Retry("not yet".to_owned())),
            "hopeless" => Err(Failure::Hopeless("never".to_owned())),
            "fatal" => std::process::abort(),
            _ => Ok(()),
        }
    }

    async fn gave_up(&self, tx: &mut Transaction<'_, Postgres>, job: &Value, _: &str) -> Result<(), sqlx::Error> {
        sqlx::query("INSERT INTO given_up VALUES ($1)").bind(job["ms"].as_i64()).execute(&mut **tx).await.map(drop)
    }
}
