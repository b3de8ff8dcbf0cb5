//! `tell_of_photos`: the mail to members who wait for more photos.

use log::info;
use ratemyderp::mail::{self, Notification};
use ratemyderp::ratings::awaited_photos;
use ratemyderp::ratings::deck::Class;

use crate::{Claim, Context, Failure};

/// Members looked at in one transaction.
const PAGE: i64 = 500;

/// Owes a mail to everybody for whom there is enough. That they wait no longer commits together with it, so whoever is killed has done
/// both or neither, and of two who do the same one finds nobody waiting.
pub(super) async fn run(ctx: &Context, claim: &Claim) -> Result<(), Failure> {
    let mut last = 0;
    loop {
        let mut tx = ctx.pool.begin().await?;
        let waiting = awaited_photos::waiting(&mut tx, last, PAGE).await?;
        let Some(end) = waiting.last().map(|member| member.account) else {
            return claim.commit(tx).await;
        };
        let mut told = 0;
        for member in &waiting {
            let account = member.account;
            if !member.over() {
                awaited_photos::move_on(&mut tx, member).await?;
            } else if awaited_photos::stop(&mut tx, account).await? {
                let (behind, described) = (member.place, member.class == Class::Described);
                mail::enqueue(&mut tx, Notification::AwaitedPhotos { account, behind, described }).await?;
                told += 1;
            }
        }
        tx.commit().await?;
        if told > 0 {
            claim.say(format!("{told} members are told of more photos"));
            info!("{told} members are told of more photos");
        }
        last = end;
    }
}
