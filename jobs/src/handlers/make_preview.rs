//! `make_preview`: a small picture of a file that waits for the rest of its form.

use log::info;
use ratemyderp::storage;
use ratemyderp::submissions::drafts;
use ratemyderp::submissions::renditions::{self, Crop, Limits};
use uuid::Uuid;

use super::pixels::on_pixels;
use crate::{Claim, Context, Failure};

/// Makes it. A file that cannot be shown has none: the form says what is wrong when it is sent.
pub(super) async fn run(ctx: &Context, claim: &Claim, draft: i64) -> Result<(), Failure> {
    let draft = drafts::load(&mut *ctx.pool.acquire().await?, draft).await?;
    let Some(draft) = draft.filter(|draft| draft.preview_key.is_none()) else {
        claim.say("no preview is wanted any more");
        return Ok(());
    };
    let original = match ctx.storage.original(draft.original_key).await {
        Err(storage::Error::NotFound { .. }) => return Ok(()),
        original => original?,
    };
    let made = on_pixels(ctx, original, |file| renditions::preview(file, Crop::Auto, &Limits::default())).await?;
    let jpeg = match made {
        Ok(jpeg) => jpeg,
        Err(rejection) => {
            claim.say(format!("the file has no preview: {rejection}"));
            info!("draft {} has no preview: {rejection}", draft.id);
            return Ok(());
        }
    };
    let key = Uuid::new_v4();
    ctx.storage.put_preview(key, drafts::PREVIEW, jpeg).await?;
    let mut tx = ctx.pool.begin().await?;
    // Not wanted any more, or the job lost: `delete_orphaned_blobs` finds it.
    drafts::set_preview(&mut tx, draft.id, key).await?;
    claim.commit(tx).await
}
