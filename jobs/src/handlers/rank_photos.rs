//! `rank_photos`: the standings.

use ratemyderp::ratings::standings;

use crate::{Claim, Context, Failure};

/// Works out a generation and ends the job in one transaction.
pub(super) async fn run(ctx: &Context, claim: &Claim) -> Result<(), Failure> {
    let mut tx = ctx.pool.begin().await?;
    standings::recompute(&mut tx).await?;
    claim.commit(tx).await
}
