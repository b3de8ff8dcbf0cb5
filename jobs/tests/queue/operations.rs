//! What operators do to jobs, with the product's own kinds and handlers.

mod adding_up;
mod effects;
mod running;
mod single;

use std::collections::BTreeSet;

use ratemyderp::accounts::audit::Actor;
use ratemyderp::error::Error;
use ratemyderp::operations::{self, Operation, Request, Selection, run, single as one, snapshot, steer};
use ratemyderp::queue::{self, Job};
use ratemyderp::storage::Storage;
use ratemyderp::{mail, submissions};
use ratemyderp_jobs::Context;
use sqlx::PgPool;

use crate::handlers::{mailer, settings};
use crate::support::Database;

fn anna() -> Actor {
    Actor { account: None, name: "anna".to_owned() }
}

fn context(database: &Database) -> Context {
    Context::new(database.pool.clone(), Storage::memory(), mailer(), settings())
}

fn request(verb: &str, jobs: impl IntoIterator<Item = i64>) -> Request {
    valued(verb, "", jobs)
}

fn valued(verb: &str, value: &str, jobs: impl IntoIterator<Item = i64>) -> Request {
    let jobs = Selection::Numbers(jobs.into_iter().collect::<BTreeSet<_>>());
    Request::parse(verb, value, "the test says so", jobs).unwrap()
}

/// Does it to one job at once.
async fn act(pool: &PgPool, verb: &str, job: i64) -> Result<Operation, Error> {
    let mut tx = pool.begin().await?;
    let operation = one::act(&mut tx, &anna(), &request(verb, [job]), None, true).await?;
    tx.commit().await?;
    Ok(operation)
}

/// Prepares and starts it; nobody goes on with it yet.
async fn start(pool: &PgPool, request: &Request, canary: bool) -> i64 {
    let mut tx = pool.begin().await.unwrap();
    let prepared = snapshot::prepare(&mut tx, &anna(), request, true).await.unwrap();
    while snapshot::count_on(&mut tx, prepared.number).await.unwrap() {}
    steer::start(&mut tx, &anna(), prepared.number, canary).await.unwrap();
    tx.commit().await.unwrap();
    prepared.number
}

async fn find(pool: &PgPool, number: i64) -> Operation {
    operations::find(&mut pool.acquire().await.unwrap(), number).await.unwrap().unwrap()
}

/// Goes on with it in place, until there is nothing to do.
async fn finish(pool: &PgPool, number: i64) -> Operation {
    while run::advance(pool, number).await.unwrap() == run::Next::More {}
    find(pool, number).await
}

/// Jobs that have failed, as their last attempt leaves them.
async fn failed(database: &Database, jobs: impl IntoIterator<Item = Job>) -> Vec<i64> {
    let mut numbers = Vec::new();
    let mut tx = database.pool.begin().await.unwrap();
    for job in jobs {
        numbers.push(queue::enqueue(&mut tx, job).await.unwrap().number);
    }
    fail(&mut tx, &numbers).await;
    tx.commit().await.unwrap();
    numbers
}

async fn fail(conn: &mut sqlx::PgConnection, numbers: &[i64]) {
    sqlx::query(
        "UPDATE fang_tasks SET state = 'failed', attempt = max_attempts, retries = max_attempts, error_message = 'no luck'
         WHERE number = ANY($1)",
    )
    .bind(numbers)
    .execute(conn)
    .await
    .unwrap();
}

/// Nothing that `ratemyderp check` looks for in photos, mails, jobs and operations.
async fn agrees(database: &Database) {
    let mut conn = database.pool.acquire().await.unwrap();
    let mut wrong = operations::check::check(&mut conn).await.unwrap();
    wrong.extend(queue::check::check(&mut conn).await.unwrap());
    wrong.extend(mail::check::check(&mut conn).await.unwrap());
    wrong.extend(submissions::check::check(&mut conn).await.unwrap());
    assert_eq!(wrong, Vec::<String>::new());
}

fn votes(numbers: std::ops::Range<i64>) -> impl Iterator<Item = Job> {
    numbers.map(|submission| Job::DeleteVotes { submission })
}

async fn find_in(conn: &mut sqlx::PgConnection, number: i64) -> Operation {
    operations::find(conn, number).await.unwrap().unwrap()
}
