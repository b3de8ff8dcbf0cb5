//! `make_share_picture`: the photo with its score, for links on other sites.

use chrono::Utc;
use ratemyderp::storage;
use ratemyderp::submissions::{share_picture, share_pictures};

use super::pixels::on_pixels;
use crate::{Claim, Context, Failure};

/// Draws it, stores it beside the renditions that it is drawn from, and says so with the end of the job. What is drawn beside
/// renditions that were replaced meanwhile is deleted again, as they are.
pub(super) async fn run(ctx: &Context, claim: &Claim, submission: i64) -> Result<(), Failure> {
    let picture = share_pictures::find(&mut *ctx.pool.acquire().await?, submission).await?;
    let Some(picture) = picture.filter(|picture| picture.due(Utc::now())) else {
        claim.say("there is nothing to draw");
        return Ok(());
    };
    let (Some(tenths), Some(side)) = (picture.tenths, picture.rendition()) else { return Ok(()) };
    let rendition = match ctx.storage.rendition(picture.key, side).await {
        // It is being moved or made anew: whoever shares the photo then asks again.
        Err(storage::Error::NotFound { path, .. }) => {
            claim.say(format!("there is no {path} any more"));
            return Ok(());
        }
        rendition => rendition?,
    };
    let drawn = on_pixels(ctx, rendition, move |file| share_picture::draw(file, tenths.unsigned_abs())).await?;
    let jpeg = drawn.map_err(|rejection| Failure::Hopeless(format!("{rejection:?}")))?;
    claim.say(format!("drew a score of {}.{} in {} bytes", tenths / 10, tenths % 10, jpeg.len()));
    ctx.storage.put_share_picture(picture.key, jpeg).await?;
    let mut tx = ctx.pool.begin().await?;
    let made = share_pictures::made(&mut tx, submission, picture.key, tenths).await?;
    claim.commit(tx).await?;
    if !made {
        ctx.storage.delete_share_picture(picture.key).await?;
    }
    Ok(())
}
