//! Working through the queue in place, for tests: the real claims, handlers and fences, without fang's pool.

use std::sync::Arc;
use std::time::Duration;

use crate::handler::{Failure, Handler};
use crate::ledger::{lease, settle, take};
use crate::{Claim, Context, work};

const LEASE: Duration = Duration::from_secs(600);

/// Runs everything that is due, and says how many jobs that was. Stops at the first job that fails: its attempt is
/// recorded, and the error names it.
pub async fn drain(ctx: &Context) -> Result<usize, Failure> {
    let handler: Arc<dyn Handler> = Arc::new(ctx.clone());
    let (kinds, lanes) = (handler.kinds(), handler.lanes());
    let worker = lease::register(&ctx.pool, 1).await?;
    let mut count = 0;
    let mut result = Ok(());
    while result.is_ok() {
        let Some(claim) = next(ctx, worker, &kinds, &lanes).await? else {
            break;
        };
        result = run(ctx, handler.clone(), Arc::new(claim)).await;
        count += 1;
    }
    lease::sign_off(&ctx.pool, worker).await?;
    result.map(|()| count)
}

async fn next(ctx: &Context, worker: i64, kinds: &[String], lanes: &[String]) -> Result<Option<Claim>, sqlx::Error> {
    for lane in lanes {
        let mut claims = take(&ctx.pool, worker, lane, kinds, 1, LEASE).await?;
        if let Some(claim) = claims.pop() {
            return Ok(Some(claim));
        }
    }
    Ok(None)
}

async fn run(ctx: &Context, handler: Arc<dyn Handler>, claim: Arc<Claim>) -> Result<(), Failure> {
    let result = work::execute(handler.clone(), claim.clone()).await;
    if claim.is_settled() {
        return result;
    }
    let mut tx = ctx.pool.begin().await?;
    let result = match result {
        Ok(()) => {
            settle::finish(&mut tx, claim.worker, &[claim.id], &[claim.attempt]).await?;
            Ok(())
        }
        Err(failure) => {
            let (error, failed) = (failure.to_string(), settle::Outcome::Failed);
            if claim.is_last() {
                settle::fail(&mut tx, &*handler, &claim, failed, &error).await?;
            } else {
                let wait = settle::wait(&*handler, &claim);
                settle::put_back(&mut tx, &claim, failed, Some(&error), wait).await?;
            }
            Err(Failure::Retry(format!("job {} ({}): {error}", claim.number, claim.kind)))
        }
    };
    tx.commit().await?;
    result
}
