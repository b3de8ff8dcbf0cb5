//! Working through the queue in place, for tests: the real claims, handlers and fences, without fang's pool.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgConnection;

use crate::failure::Failure;
use crate::ledger::take::{self, Taker};
use crate::ledger::{Ending, Held, lease, lines, settle};
use crate::runnable::JobSet;
use crate::{Context, attempt};

const LEASE: Duration = Duration::from_secs(600);

/// Runs everything that is due, and says how many jobs that was. Stops at the first job that fails: its attempt is
/// recorded, and the error names it.
pub async fn drain(ctx: &Context) -> Result<usize, Failure> {
    let (kinds, lanes) = (ctx.kinds(), ctx.lanes());
    let worker = lease::register(&ctx.pool, 1, &kinds).await?;
    let mut count = 0;
    let mut result = Ok(());
    while result.is_ok() {
        let Some(held) = next(ctx, worker, &kinds, &lanes).await? else {
            break;
        };
        result = run(ctx, &Arc::new(held)).await;
        count += 1;
    }
    lease::sign_off(&ctx.pool, worker).await?;
    result.map(|()| count)
}

/// Takes due jobs of a lane as a process does, and says which: for tests of what that costs.
pub async fn claim(
    conn: &mut PgConnection,
    worker: i64,
    kinds: &[String],
    lane: &str,
    limit: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    let taken = take::take(conn, Taker { worker, kinds, lease: LEASE }, lane, limit).await?;
    Ok(taken.rows.iter().map(|row| row.number).collect())
}

async fn next(ctx: &Context, worker: i64, kinds: &[String], lanes: &[String]) -> Result<Option<Held>, sqlx::Error> {
    let taker = Taker { worker, kinds, lease: LEASE };
    for lane in lanes {
        let mut taken = take::take(&mut *ctx.pool.acquire().await?, taker, lane, 1).await?;
        if let Some(row) = taken.rows.pop() {
            return Ok(Some(Held::read(row, ctx)));
        }
    }
    Ok(None)
}

async fn run(ctx: &Context, held: &Arc<Held>) -> Result<(), Failure> {
    let result = attempt::run(held).await;
    let ending = attempt::ending(held, &result);
    lines::write(&ctx.pool, [held]).await?;
    let mut tx = ctx.pool.begin().await?;
    settle::end(&mut tx, held, &ending).await?;
    tx.commit().await?;
    match (ending, result) {
        (Ending::Retry(error, _) | Ending::Failed(error) | Ending::Stopped(error), _) => {
            Err(Failure::Retry(format!("job {} ({}): {error}", held.claim.number, held.claim.kind)))
        }
        (Ending::Settled, result) => result,
        (Ending::Finished | Ending::Postponed(..), _) => Ok(()),
    }
}
