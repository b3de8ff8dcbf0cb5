//! `move_thumbnails`: renditions out of reach when a photo is hidden, and back.

use ratemyderp::storage;
use ratemyderp::submissions::moderation;
use uuid::Uuid;

use crate::{Claim, Context, Failure};

/// Copies them to a fresh key in the folder where they belong; what they were copied from goes with the commit.
pub(super) async fn run(ctx: &Context, claim: &Claim, submission: i64) -> Result<(), Failure> {
    let misplaced = moderation::misplaced(&mut *ctx.pool.acquire().await?, submission).await?;
    let Some(misplaced) = misplaced else {
        claim.say("the pictures are where they belong");
        return Ok(());
    };
    let key = Uuid::new_v4();
    let sizes: Vec<u32> = misplaced.sizes.iter().filter_map(|&size| u32::try_from(size).ok()).collect();
    match ctx.storage.copy_renditions((misplaced.from, misplaced.key), (misplaced.to, key), &sizes).await {
        // Photos whose pictures are missing altogether are no better for trying again.
        Err(storage::Error::NotFound { path, .. }) => {
            claim.say(format!("a picture is missing: {path}"));
            log::warn!("photo {submission} lacks a picture: {path}");
        }
        copied => copied?,
    }
    let mut tx = ctx.pool.begin().await?;
    claim.say(format!("copied {} pictures", sizes.len()));
    let moved = moderation::relocated(&mut tx, submission, &misplaced, key).await?;
    let ended = claim.commit(tx).await;
    if !moved || ended == Err(Failure::Lost) {
        ctx.storage.delete_all(misplaced.to, key).await?;
    }
    ended
}
