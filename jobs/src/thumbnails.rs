//! From an upload to a photo that people may vote on.

use log::info;
use ratemyderp::storage::{self, Folder, Storage};
use ratemyderp::submissions::crop::preview_name;
use ratemyderp::submissions::developing::{self, Made, Wanted};
use ratemyderp::submissions::renditions::{self, Limits, Rejection, Renditions};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use crate::images::on_pixels;
use crate::{Claim, Context, Failure};

/// Said to the member when every attempt has failed.
const OUR_FAULT: &str = "Something went wrong on our side, and your photo is not to blame. Please send it again.";
/// Said when the upload itself has gone.
const MISSING: &str = "We have lost the file that you sent, and we are sorry. Please send it again.";

/// Makes the renditions under a fresh key, then publishes them and ends the job in one transaction. What was written and
/// is not used is deleted again.
pub(crate) async fn make(ctx: &Context, claim: &Claim, submission: i64) -> Result<(), Failure> {
    let Some(wanted) = developing::wanted(&mut *ctx.pool.acquire().await?, submission).await? else {
        info!("submission {submission} no longer waits for renditions");
        return Ok(());
    };
    let made = match develop(ctx, &wanted).await? {
        Ok(made) => made,
        Err(reason) => return refuse(ctx, claim, submission, &reason).await,
    };
    let end = publish(ctx, claim, submission, &wanted, &made).await;
    if !matches!(end, End::Published | End::Unknown(_)) {
        forget(&ctx.storage, &made).await;
    }
    match end {
        End::Published | End::Unwanted => Ok(()),
        End::Unpublished(failure) | End::Unknown(failure) => Err(failure),
    }
}

/// The job has failed for good.
pub(crate) async fn gave_up(tx: &mut Transaction<'_, Postgres>, submission: i64) -> Result<(), sqlx::Error> {
    developing::give_up(tx, submission, OUR_FAULT).await.map(drop)
}

/// The picture cannot be used: a plain answer to the member, and the end of the job.
async fn refuse(ctx: &Context, claim: &Claim, submission: i64, reason: &str) -> Result<(), Failure> {
    let mut tx = ctx.pool.begin().await?;
    developing::refuse(&mut tx, submission, reason).await?;
    claim.commit(tx).await
}

/// Makes and stores everything that a photo is shown with. The inner error is for its owner.
pub(crate) async fn develop(ctx: &Context, wanted: &Wanted) -> Result<Result<Made, String>, Failure> {
    let Some(original) = wanted.original_key else {
        return Ok(Err(MISSING.to_owned()));
    };
    let original = match ctx.storage.original(original).await {
        Err(storage::Error::NotFound { .. }) => return Ok(Err(MISSING.to_owned())),
        original => original?,
    };
    let crop = wanted.crop.cut();
    let rendered = on_pixels(ctx, original, move |file| renditions::render(file, crop, &Limits::default())).await?;
    let rendered = match rendered {
        Ok(rendered) => rendered,
        Err(rejection @ Rejection::Damaged(_)) => {
            info!("a file is damaged: {rejection:?}");
            return Ok(Err(rejection.to_string()));
        }
        Err(rejection) => return Ok(Err(rejection.to_string())),
    };
    let mut made = made(wanted, &rendered)?;
    if !ctx.storage.keeps_originals() {
        made.preview_key = None; // there is nothing to choose any more
    }
    match store(&ctx.storage, &made, rendered).await {
        Ok(()) => Ok(Ok(made)),
        Err(error) => {
            forget(&ctx.storage, &made).await;
            Err(error.into())
        }
    }
}

fn made(wanted: &Wanted, rendered: &Renditions) -> Result<Made, Failure> {
    let number = |value: u32| i32::try_from(value).map_err(|error| Failure::Hopeless(error.to_string()));
    Ok(Made {
        key: Uuid::new_v4(),
        sizes: rendered.images.iter().map(|image| number(image.size)).collect::<Result<_, _>>()?,
        width: number(rendered.width)?,
        height: number(rendered.height)?,
        fingerprint: rendered.fingerprint.map(|fingerprint| fingerprint.0.cast_signed()),
        preview_key: (!rendered.previews.is_empty()).then(Uuid::new_v4),
        crop: wanted.crop,
    })
}

async fn store(storage: &Storage, made: &Made, rendered: Renditions) -> Result<(), storage::Error> {
    for image in rendered.images {
        storage.put_rendition(made.key, image.size, image.jpeg).await?;
    }
    if let Some(key) = made.preview_key {
        for preview in rendered.previews {
            storage.put_preview(key, preview_name(preview.band), preview.jpeg).await?;
        }
    }
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

async fn publish(ctx: &Context, claim: &Claim, submission: i64, wanted: &Wanted, made: &Made) -> End {
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
    wanted: &Wanted,
    made: &Made,
) -> Result<(bool, Transaction<'static, Postgres>), sqlx::Error> {
    let mut tx = ctx.pool.begin().await?;
    let keep = ctx.storage.keeps_originals();
    let wanted = developing::publish(&mut tx, submission, made, wanted.stale_since, keep).await?;
    Ok((wanted, tx))
}

/// Deletes what is not used after all; what is left over the sweep finds.
pub(crate) async fn forget(storage: &Storage, made: &Made) {
    let previews = made.preview_key.map(|key| (Folder::Previews, key));
    for (folder, key) in [Some((Folder::Images, made.key)), previews].into_iter().flatten() {
        if let Err(error) = storage.delete_all(folder, key).await {
            log::warn!("{}/{key} is left over: {error}", folder.name());
        }
    }
}
