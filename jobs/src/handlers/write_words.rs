//! `write_words`: by which words photos and members are found.

use ratemyderp::finding::write;

use crate::{Claim, Context, Failure};

/// Goes on in steps, each a transaction of its own and safe to repeat, until there is nothing left.
pub(super) async fn run(ctx: &Context, claim: &Claim) -> Result<(), Failure> {
    let mut steps = 0;
    loop {
        let mut tx = ctx.pool.begin().await?;
        if !write::step(&mut tx).await? {
            claim.say(format!("wrote in {steps} steps"));
            return claim.commit(tx).await;
        }
        tx.commit().await?;
        steps += 1;
    }
}
