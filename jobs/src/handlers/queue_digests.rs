//! `queue_digests`: the mail on the week that is over.

use log::info;
use ratemyderp::mail::{self, Notification};
use ratemyderp::ratings::weekly_digest;

use crate::{Claim, Context, Failure};

/// Members told in one transaction.
const PAGE: i64 = 500;

/// Adds up the week that is over, then owes a mail to everybody who wants one and has something to hear. An attempt that
/// follows a broken one goes on where that stopped, since the same week is told once.
pub(super) async fn run(ctx: &Context, claim: &Claim) -> Result<(), Failure> {
    let mut tx = ctx.pool.begin().await?;
    let monday = weekly_digest::last(&mut tx).await?;
    weekly_digest::add_up(&mut tx, monday).await?;
    tx.commit().await?;
    let mut last = 0;
    loop {
        let mut tx = ctx.pool.begin().await?;
        let owners = weekly_digest::owners(&mut tx, monday, last, PAGE).await?;
        for &account in &owners {
            mail::enqueue(&mut tx, Notification::Digest { account, week: monday }).await?;
        }
        let Some(&end) = owners.last() else {
            return claim.commit(tx).await;
        };
        tx.commit().await?;
        claim.say(format!("{} members are told of the week from {monday}", owners.len()));
        info!("{} members are told of the week from {monday}", owners.len());
        last = end;
    }
}
