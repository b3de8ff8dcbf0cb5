//! `delete_discarded_blobs`: those that are no longer needed.

use log::info;
use ratemyderp::submissions::{blobs, drafts};

use crate::{Claim, Context, Failure};

/// Deletes what is due, drafts that waited too long included.
pub(super) async fn run(ctx: &Context, claim: &Claim) -> Result<(), Failure> {
    let expired = drafts::expire(&ctx.pool).await?;
    let removed = blobs::remove_due(&ctx.pool, &ctx.storage).await?;
    if expired + removed > 0 {
        claim.say(format!("{removed} sets of blobs deleted, {expired} drafts dropped"));
        info!("{removed} sets of blobs deleted, {expired} drafts dropped");
    }
    Ok(())
}
