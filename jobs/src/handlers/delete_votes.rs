//! `delete_votes`: those for a photo that was deleted.

use ratemyderp::submissions::removal;

use crate::{Claim, Context, Failure};

/// Deletes what others have added to a photo that was deleted.
pub(super) async fn run(ctx: &Context, claim: &Claim, submission: i64) -> Result<(), Failure> {
    let mut tx = ctx.pool.begin().await?;
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
    let erased = removal::erase(&mut tx, submission).await?;
    claim.say(if erased { "votes and reports are deleted" } else { "nobody has deleted this photo: its votes stay" });
    claim.commit(tx).await
}
