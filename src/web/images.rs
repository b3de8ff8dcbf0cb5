//! Photos, under keys that cannot be guessed and never change.

use std::io::Cursor;

use rocket::http::{ContentType, Header};
use rocket::response::{self, Responder, Response};
use rocket::{Request, Route, State, get, routes};
use uuid::Uuid;

use super::db::Db;
use super::fairings::assets::{Immutable, KnownTags};
use super::guards::privileged::Moderator;
use super::guards::visitor::Visitor;
use crate::error::Error;
use crate::storage::{self, Storage};
use crate::submissions::{self, Submission};

pub fn routes() -> Vec<Route> {
    routes![show, out_of_reach]
}

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
    let size = size(file)?;
    let parsed = Uuid::try_parse(key).ok()?;
    (parsed.simple().to_string() == key).then_some((parsed, size))
}

fn size(file: &str) -> Option<u32> {
    let size: u32 = file.strip_suffix(".jpg")?.parse().ok()?;
    (format!("{size}.jpg") == file).then_some(size)
}

/// One rendition of a photo whose pictures are out of reach: for its owner and moderators, and for moments after it was
/// brought back for everybody.
#[get("/submissions/<id>/images/<file>")]
pub async fn out_of_reach(
    id: i64,
    file: &str,
    visitor: Visitor<'_>,
    moderator: Option<Moderator>,
    db: &Db,
    storage: &State<Storage>,
) -> Result<Private, Error> {
    let account = visitor.account();
    let seen = |photo: &Submission| photo.visible_to(account) || moderator.is_some();
    let photo = submissions::find(&mut *db.acquire().await?, id).await?.filter(seen);
    let key = photo.filter(|photo| photo.renditions_hidden).and_then(|photo| photo.rendition_key);
    let (key, size) = key.zip(size(file)).ok_or(Error::NotFound)?;
    Private::of(storage.hidden_rendition(key, size).await)
}

/// A picture for whoever may see it now: kept by no cache.
pub struct Private(Vec<u8>);

impl Private {
    /// What the store gave, if it had it.
    pub fn of(blob: Result<Vec<u8>, storage::Error>) -> Result<Self, Error> {
        match blob {
            Ok(jpeg) => Ok(Private(jpeg)),
            Err(storage::Error::NotFound { .. }) => Err(Error::NotFound),
            Err(cause) => Err(cause.into()),
        }
    }
}

impl<'r> Responder<'r, 'static> for Private {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Response::build()
            .header(ContentType::JPEG)
            .header(Header::new("Cache-Control", "private, no-store"))
            .header(Header::new("Cross-Origin-Resource-Policy", "same-origin"))
            .sized_body(self.0.len(), Cursor::new(self.0))
            .ok()
    }
}
