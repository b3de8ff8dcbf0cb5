//! Blobs that are no longer needed.

use log::info;
use ratemyderp::queue::{self, Job};
use ratemyderp::submissions::{blobs, drafts};

use crate::{Claim, Context, Failure};

/// Deletes what is due, drafts that waited too long included.
pub(crate) async fn discard(ctx: &Context) -> Result<(), Failure> {
    let expired = drafts::expire(&ctx.pool).await?;
    let removed = blobs::remove_due(&ctx.pool, &ctx.storage).await?;
    if expired + removed > 0 {
        info!("{removed} sets of blobs deleted, {expired} drafts dropped");
    }
    Ok(())
}

/// Looks at one page of all blobs; another job goes on with the next one.
pub(crate) async fn sweep(ctx: &Context, claim: &Claim) -> Result<(), Failure> {
    let swept = blobs::sweep(&ctx.pool, &ctx.storage).await?;
    if swept.removed > 0 {
        info!("{} blobs without a row deleted", swept.removed);
    }
    let mut tx = ctx.pool.begin().await?;
    if swept.more {
        queue::enqueue(&mut tx, Job::Sweep).await?;
    }
    claim.commit(tx).await
}
