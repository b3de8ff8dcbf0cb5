//! `delete_orphaned_blobs`: those that no row ever named.

use log::info;
use ratemyderp::queue::{self, Job};
use ratemyderp::submissions::blobs;

use crate::{Claim, Context, Failure};

/// Looks at one page of all blobs; another job goes on with the next one.
pub(super) async fn run(ctx: &Context, claim: &Claim) -> Result<(), Failure> {
    let swept = blobs::sweep(&ctx.pool, &ctx.storage).await?;
    claim.say(format!(
        "{} blobs without a row deleted; {}",
        swept.removed,
        if swept.more { "another job goes on" } else { "all are looked at" }
    ));
    if swept.removed > 0 {
        info!("{} blobs without a row deleted", swept.removed);
    }
    let mut tx = ctx.pool.begin().await?;
    if swept.more {
        queue::enqueue(&mut tx, Job::DeleteOrphanedBlobs).await?;
    }
    claim.commit(tx).await
}
