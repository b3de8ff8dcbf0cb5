//! `make_thumbnails`: from an upload to a photo that people may vote on.

use chrono::Utc;
use log::info;
use ratemyderp::metrics::{PhotoEvent, Refusal, recorder};
use ratemyderp::submissions::processing::{self, ProcessedPhoto, ProcessingRequest};
use sqlx::{Postgres, Transaction};

use super::renditions::{Unusable, delete_unused, render};
use crate::{Claim, Context, Failure};

/// Makes the renditions under a fresh key, then publishes them and ends the job in one transaction. What was written and
/// is not used is deleted again.
pub(super) async fn run(ctx: &Context, claim: &Claim, submission: i64) -> Result<(), Failure> {
    let Some(wanted) = processing::find_request(&mut *ctx.pool.acquire().await?, submission).await? else {
        claim.say("the photo no longer waits for renditions");
        info!("submission {submission} no longer waits for renditions");
        return Ok(());
    };
    let made = match render(ctx, &wanted).await? {
        Ok(made) => made,
        Err(Unusable::Refused(reason)) => return refuse(ctx, claim, submission, &reason).await,
        // Not the photo's fault, so that nothing of it is deleted and an operator hears of it.
        Err(Unusable::Missing(why)) => return Err(Failure::Retry(why)),
    };
    claim.say(format!("made {} pictures of {} × {} pixels", made.sizes.len(), made.width, made.height));
    let end = publish(ctx, claim, submission, &wanted, &made).await;
    if !matches!(end, End::Published | End::Unknown(_)) {
        delete_unused(&ctx.storage, &made).await;
    }
    match end {
        End::Published => {
            // Pictures that are made anew put nothing on show.
            if wanted.stale_since.is_none() {
                recorder().photo(PhotoEvent::Ready, (Utc::now() - wanted.sent_at).to_std().ok());
            }
            Ok(())
        }
        End::Unwanted => Ok(()),
        End::Unpublished(failure) | End::Unknown(failure) => Err(failure),
    }
}

/// The picture cannot be used: a plain answer to the member, and the end of the job.
async fn refuse(ctx: &Context, claim: &Claim, submission: i64, reason: &str) -> Result<(), Failure> {
    claim.say(format!("the file cannot be used: {reason}"));
    let mut tx = ctx.pool.begin().await?;
    processing::reject(&mut tx, submission, reason).await?;
    claim.commit(tx).await?;
    recorder().photo(PhotoEvent::Failed, None);
    recorder().upload_refused(Refusal::Unusable);
    Ok(())
}

enum End {
    Published,
    /// The photo no longer waits.
    Unwanted,
    Unpublished(Failure),
    /// The answer to the commit was lost, so the renditions may be in use.
    Unknown(Failure),
}

async fn publish(
    ctx: &Context,
    claim: &Claim,
    submission: i64,
    wanted: &ProcessingRequest,
    made: &ProcessedPhoto,
) -> End {
    let (wanted, tx) = match prepare(ctx, submission, wanted, made).await {
        Ok(prepared) => prepared,
        Err(error) => return End::Unpublished(error.into()),
    };
    match claim.commit(tx).await {
        Ok(()) if wanted => End::Published,
        Ok(()) => End::Unwanted,
        Err(Failure::Lost) => End::Unpublished(Failure::Lost),
        Err(failure) if wanted => End::Unknown(failure),
        Err(failure) => End::Unpublished(failure),
    }
}

async fn prepare(
    ctx: &Context,
    submission: i64,
    wanted: &ProcessingRequest,
    made: &ProcessedPhoto,
) -> Result<(bool, Transaction<'static, Postgres>), sqlx::Error> {
    let mut tx = ctx.pool.begin().await?;
    let keep = ctx.storage.keeps_originals();
    let wanted = processing::publish(&mut tx, submission, made, wanted.stale_since, keep).await?;
    Ok((wanted, tx))
}
