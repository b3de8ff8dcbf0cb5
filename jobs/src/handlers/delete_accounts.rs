//! `delete_accounts`: those whose owners have left, and whose grace is over.

use log::info;
use ratemyderp::accounts::deletion;
use ratemyderp::finding::favourites;
use ratemyderp::ratings::{awaited_photos, raters};
use ratemyderp::submissions::removal;

use crate::{Claim, Context, Failure};

/// Deletes them one by one, each in a transaction of its own; an account whose owner came back meanwhile stays.
pub(super) async fn run(ctx: &Context, claim: &Claim) -> Result<(), Failure> {
    loop {
        let due = deletion::due(&mut *ctx.pool.acquire().await?).await?;
        if due.is_empty() {
            return Ok(());
        }
        for account in due {
            let mut tx = ctx.pool.begin().await?;
            if deletion::erase_account(&mut tx, account).await? {
                removal::remove_all(&mut tx, account).await?;
                favourites::forget(&mut tx, account).await?;
                awaited_photos::stop(&mut tx, account).await?;
                raters::release(&mut tx, account).await?;
                claim.say(format!("account {account} is deleted"));
                info!("account {account} is deleted, as its owner asked");
            }
            tx.commit().await?;
        }
    }
}
