//! What `make_thumbnails` and `remake_all_thumbnails` share: a photo's renditions, made and stored under fresh keys.

use log::info;
use ratemyderp::storage::{self, Folder, Storage};
use ratemyderp::submissions::crop::preview_name;
use ratemyderp::submissions::processing::{ProcessedPhoto, ProcessingRequest};
use ratemyderp::submissions::renditions::{self, Limits, Rejection, Renditions};
use uuid::Uuid;

use super::pixels::on_pixels;
use crate::{Context, Failure};

/// Why there are no renditions of a photo.
pub(super) enum Unusable {
    /// The file that was sent is not in the storage, as an error for operators: more likely the storage is another one than it
    /// should be than that the file is lost.
    Missing(String),
    /// The file is no photo that can be used; the words are for its owner.
    Refused(String),
}

/// Makes and stores everything that a photo is shown with.
pub(super) async fn render(
    ctx: &Context,
    wanted: &ProcessingRequest,
) -> Result<Result<ProcessedPhoto, Unusable>, Failure> {
    let Some(original) = wanted.original_key else {
        return Ok(Err(Unusable::Missing("no file is known of this photo".to_owned())));
    };
    let original = match ctx.storage.original(original).await {
        Err(error @ storage::Error::NotFound { .. }) => return Ok(Err(Unusable::Missing(format!("storage: {error}")))),
        original => original?,
    };
    let crop = wanted.crop.cut();
    let rendered = on_pixels(ctx, original, move |file| renditions::render(file, crop, &Limits::default())).await?;
    let rendered = match rendered {
        Ok(rendered) => rendered,
        Err(rejection @ Rejection::Damaged(_)) => {
            info!("a file is damaged: {rejection:?}");
            return Ok(Err(Unusable::Refused(rejection.to_string())));
        }
        Err(rejection) => return Ok(Err(Unusable::Refused(rejection.to_string()))),
    };
    let mut made = made(wanted, &rendered)?;
    if !ctx.storage.keeps_originals() {
        made.preview_key = None; // there is nothing to choose any more
    }
    match store(&ctx.storage, &made, rendered).await {
        Ok(()) => Ok(Ok(made)),
        Err(error) => {
            delete_unused(&ctx.storage, &made).await;
            Err(error.into())
        }
    }
}

fn made(wanted: &ProcessingRequest, rendered: &Renditions) -> Result<ProcessedPhoto, Failure> {
    let number = |value: u32| i32::try_from(value).map_err(|error| Failure::Hopeless(error.to_string()));
    Ok(ProcessedPhoto {
        key: Uuid::new_v4(),
        sizes: rendered.images.iter().map(|image| number(image.size)).collect::<Result<_, _>>()?,
        width: number(rendered.width)?,
        height: number(rendered.height)?,
        fingerprint: rendered.fingerprint.map(|fingerprint| fingerprint.0.cast_signed()),
        preview_key: (!rendered.previews.is_empty()).then(Uuid::new_v4),
        crop: wanted.crop,
    })
}

async fn store(storage: &Storage, made: &ProcessedPhoto, rendered: Renditions) -> Result<(), storage::Error> {
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

/// Deletes what is not used after all; what is left over `delete_orphaned_blobs` finds.
pub(super) async fn delete_unused(storage: &Storage, made: &ProcessedPhoto) {
    let previews = made.preview_key.map(|key| (Folder::Previews, key));
    for (folder, key) in [Some((Folder::Images, made.key)), previews].into_iter().flatten() {
        if let Err(error) = storage.delete_all(folder, key).await {
            log::warn!("{}/{key} is left over: {error}", folder.name());
        }
    }
}
