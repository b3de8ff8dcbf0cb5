//! `remake_all_thumbnails`: all renditions anew.

use log::{info, warn};
use ratemyderp::submissions::processing::{self, ProcessedPhoto, ProcessingRequest};
use ratemyderp::submissions::rerender;

use super::renditions::{Unusable, delete_unused, render};
use crate::{Claim, Context, Failure};

/// Goes through all photos, one at a time and behind everything that people wait for. Every photo is a transaction of its own,
/// which keeps where the next attempt has to go on.
pub(super) async fn run(ctx: &Context, claim: &Claim) -> Result<(), Failure> {
    let begun = rerender::begin(&mut *ctx.pool.acquire().await?, claim.number).await?;
    claim.say(format!("goes on behind photo {}: {} of {} are done", begun.position, begun.done, begun.total));
    let mut position = begun.position;
    loop {
        let next = rerender::next(&mut *ctx.pool.acquire().await?, position, begun.last).await?;
        let Some((photo, wanted)) = next else {
            claim.say("all renditions are made anew");
            info!("all renditions are made anew");
            return Ok(());
        };
        match render(ctx, &wanted).await? {
            Ok(made) => publish(ctx, claim, photo, &wanted, &made).await?,
            Err(Unusable::Refused(reason) | Unusable::Missing(reason)) => {
                claim.say(format!("photo {photo} keeps what it has: {reason}"));
                warn!("photo {photo} keeps the renditions that it has: {reason}");
                let mut tx = ctx.pool.begin().await?;
                rerender::step(&mut tx, claim.number, photo, true).await?;
                tx.commit().await?;
            }
        }
        position = photo;
    }
}

async fn publish(
    ctx: &Context,
    claim: &Claim,
    photo: i64,
    wanted: &ProcessingRequest,
    made: &ProcessedPhoto,
) -> Result<(), Failure> {
    let mut tx = ctx.pool.begin().await?;
    let held = claim.held(&mut tx).await?;
    let answered = rerender::request(&mut tx, photo, wanted).await?;
    let published = held && processing::publish(&mut tx, photo, made, answered, ctx.storage.keeps_originals()).await?;
    if !published {
        delete_unused(&ctx.storage, made).await;
    }
    if !held {
        return Err(Failure::Lost);
    }
    rerender::step(&mut tx, claim.number, photo, !published).await?;
    Ok(tx.commit().await?)
}
