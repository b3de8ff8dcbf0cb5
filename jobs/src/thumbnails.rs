//! From an upload to a photo that people may vote on.

use log::info;
use ratemyderp::storage::{self, Storage};
use ratemyderp::submissions;
use ratemyderp::submissions::renditions::{self, Crop, Limits, Rejection, Renditions};
use sqlx::{Postgres, Transaction};
use tokio::task::JoinError;
use uuid::Uuid;

use crate::{Claim, Context, Failure};

/// Said to the member when every attempt has failed.
const OUR_FAULT: &str = "Something went wrong on our side, and your photo is not to blame. Please send it again.";
/// Said when the upload itself has gone.
const MISSING: &str = "We have lost the file that you sent, and we are sorry. Please send it again.";

/// Makes the renditions under a fresh key, then publishes them and ends the job in one transaction. What was written and
/// is not used is deleted again.
pub(crate) async fn make(ctx: &Context, claim: &Claim, submission: i64) -> Result<(), Failure> {
    let Some(original) = submissions::pending(&mut *ctx.pool.acquire().await?, submission).await? else {
        info!("submission {submission} no longer waits for renditions");
        return Ok(());
    };
    let original = match ctx.storage.original(original).await {
        Err(storage::Error::NotFound { .. }) => {
            return refuse(ctx, claim, submission, MISSING).await;
        }
        original => original?,
    };
    let made = match render(ctx, original).await? {
        Ok(made) => made,
        Err(rejection) => return refuse(ctx, claim, submission, &rejection.to_string()).await,
    };
    let key = Uuid::new_v4();
    let sizes: Vec<u32> = made.images.iter().map(|image| image.size).collect();
    let end = publish(ctx, claim, submission, key, made).await;
    if !matches!(end, End::Published | End::Unknown(_)) {
        forget(&ctx.storage, key, &sizes).await;
    }
    match end {
        End::Published | End::Unwanted => Ok(()),
        End::Unpublished(failure) | End::Unknown(failure) => Err(failure),
    }
}

/// The job has failed for good.
pub(crate) async fn gave_up(tx: &mut Transaction<'_, Postgres>, submission: i64) -> Result<(), sqlx::Error> {
    submissions::fail(tx, submission, OUR_FAULT).await.map(drop)
}

/// The picture cannot be used: a plain answer to the member, and the end of the job.
async fn refuse(ctx: &Context, claim: &Claim, submission: i64, reason: &str) -> Result<(), Failure> {
    let mut tx = ctx.pool.begin().await?;
    submissions::fail(&mut tx, submission, reason).await?;
    claim.commit(tx).await
}

/// Blocking work cannot be stopped, so it keeps its memory permits until it really ends, whatever has become of the job.
async fn render(ctx: &Context, original: Vec<u8>) -> Result<Result<Renditions, Rejection>, Failure> {
    let limits = Limits::default();
    let header = match renditions::inspect(&original, &limits) {
        Ok(header) => header,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let mib = header.peak_memory.div_ceil(1 << 20).clamp(1, u64::from(ctx.config.image_memory_mib));
    let permit = ctx.images.clone().acquire_many_owned(u32::try_from(mib).unwrap_or(u32::MAX)).await;
    let permit = permit.map_err(|closed| Failure::Retry(closed.to_string()))?;
    tokio::task::spawn_blocking(move || {
        let made = renditions::render(&original, Crop::default(), &limits);
        drop(permit);
        made
    })
    .await
    .map_err(|ended: JoinError| Failure::Retry(ended.to_string()))
}

enum End {
    Published,
    /// The photo no longer waits.
    Unwanted,
    Unpublished(Failure),
    /// The answer to the commit was lost, so the renditions may be in use.
    Unknown(Failure),
}

async fn publish(ctx: &Context, claim: &Claim, submission: i64, key: Uuid, made: Renditions) -> End {
    let (wanted, tx) = match prepare(ctx, submission, key, made).await {
        Ok(prepared) => prepared,
        Err(failure) => return End::Unpublished(failure),
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
    key: Uuid,
    made: Renditions,
) -> Result<(bool, Transaction<'static, Postgres>), Failure> {
    let mut sizes = Vec::new();
    for image in made.images {
        sizes.push(i32::try_from(image.size).map_err(|error| Failure::Hopeless(error.to_string()))?);
        ctx.storage.put_rendition(key, image.size, image.jpeg).await?;
    }
    let mut tx = ctx.pool.begin().await?;
    let wanted = submissions::publish(&mut tx, submission, key, &sizes).await?;
    Ok((wanted, tx))
}

async fn forget(storage: &Storage, key: Uuid, sizes: &[u32]) {
    for &size in sizes {
        if let Err(error) = storage.delete_rendition(key, size).await {
            log::warn!("rendition {key}/{size} is left over: {error}");
        }
    }
}
