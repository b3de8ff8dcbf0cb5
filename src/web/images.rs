//! Photos, under keys that cannot be guessed and never change.

use rocket::{State, get};
use uuid::Uuid;

use super::assets::{Immutable, KnownTags};
use crate::error::Error;
use crate::storage::{self, Storage};

/// One rendition; `file` is its side in pixels with `.jpg`.
#[get("/images/<key>/<file>")]
pub async fn show(
    key: &str,
    file: &str,
    known: KnownTags<'_>,
    storage: &State<Storage>,
) -> Result<Immutable<'static>, Error> {
    let (key, size) = parse(key, file).ok_or(Error::NotFound)?;
    let etag = format!("\"{}-{size}\"", key.simple());
    if known.has(&etag) {
        return Ok(Immutable::known_jpeg(etag));
    }
    match storage.rendition(key, size).await {
        Ok(jpeg) => Ok(Immutable::jpeg(etag, jpeg)),
        Err(storage::Error::NotFound { .. }) => Err(Error::NotFound),
        Err(cause) => Err(cause.into()),
    }
}

/// Only the spelling that we give out, so that a photo has one address.
fn parse(key: &str, file: &str) -> Option<(Uuid, u32)> {
    let size: u32 = file.strip_suffix(".jpg")?.parse().ok()?;
    let parsed = Uuid::try_parse(key).ok()?;
    (parsed.simple().to_string() == key && format!("{size}.jpg") == file).then_some((parsed, size))
}
