//! Work on pixels: on threads that may block, within the memory that is set aside for images.

use ratemyderp::submissions::renditions::{self, Limits, Rejection};
use tokio::task::JoinError;

use crate::{Context, Failure};

/// Does something with an uploaded file as soon as there is memory for it. Blocking work cannot be stopped, so it keeps its
/// memory permits until it really ends, whatever has become of the job.
pub(super) async fn on_pixels<T: Send + 'static>(
    ctx: &Context,
    original: Vec<u8>,
    work: impl FnOnce(&[u8]) -> Result<T, Rejection> + Send + 'static,
) -> Result<Result<T, Rejection>, Failure> {
    let header = match renditions::inspect(&original, &Limits::default()) {
        Ok(header) => header,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let mib = header.peak_memory.div_ceil(1 << 20).clamp(1, u64::from(ctx.config.image_memory_mib));
    let permit = ctx.images.clone().acquire_many_owned(u32::try_from(mib).unwrap_or(u32::MAX)).await;
    let permit = permit.map_err(|closed| Failure::Retry(closed.to_string()))?;
    tokio::task::spawn_blocking(move || {
        let done = work(&original);
        drop(permit);
        done
    })
    .await
    .map_err(|ended: JoinError| Failure::Retry(ended.to_string()))
}
