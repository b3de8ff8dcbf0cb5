//! A photo on other sites: what they show beside a link to it, and the pictures for that.

mod oembed;

use std::io::Cursor;

use chrono::Utc;
use rocket::http::{ContentType, Header, Status};
use rocket::response::{self, Responder, Response};
use rocket::{Request, Route, State, get, routes};
use uuid::Uuid;

use super::db::Db;
use super::fairings::assets::KnownTags;
use crate::error::Error;
use crate::storage::{self, Storage};
use crate::submissions::share_pictures::{self, SharePicture};

/// The largest rendition that other sites get, unless they ask for another one, in pixels.
const PLAIN: u32 = 640;

pub fn routes() -> Vec<Route> {
    routes![preview, photo, oembed::show]
}

/// The photo with its score, as soon as that is drawn; the photo until then.
#[get("/submissions/<id>/preview.jpg")]
pub async fn preview(id: i64, known: KnownTags<'_>, db: &Db, storage: &State<Storage>) -> Result<Embeddable, Error> {
    let picture = shown(db, id).await?;
    if picture.due(Utc::now()) {
        let mut tx = db.begin().await?;
        share_pictures::want(&mut tx, id).await?;
        tx.commit().await?;
    }
    if let Some((tenths, at)) = picture.made {
        let etag = format!("\"{}-{tenths}-{}\"", picture.key.simple(), at.timestamp());
        if known.has(&etag) {
            return Ok(Embeddable { etag, jpeg: None });
        }
        match storage.share_picture(picture.key).await {
            Ok(jpeg) => return Ok(Embeddable { etag, jpeg: Some(jpeg) }),
            Err(storage::Error::NotFound { .. }) => {}
            Err(cause) => return Err(cause.into()),
        }
    }
    let side = picture.rendition().ok_or(Error::NotFound)?;
    rendition(picture.key, side, &known, storage).await
}

/// The photo itself, in the largest size up to `size` pixels.
#[get("/submissions/<id>/photo.jpg?<size>")]
pub async fn photo(
    id: i64,
    size: Option<u32>,
    known: KnownTags<'_>,
    db: &Db,
    storage: &State<Storage>,
) -> Result<Embeddable, Error> {
    let picture = shown(db, id).await?;
    let side = at_most(&picture, size.unwrap_or(PLAIN)).ok_or(Error::NotFound)?;
    rendition(picture.key, side, &known, storage).await
}

/// The connection goes back before the picture is read.
async fn shown(db: &Db, id: i64) -> Result<SharePicture, Error> {
    share_pictures::find(&mut *db.acquire().await?, id).await?.ok_or(Error::NotFound)
}

async fn rendition(key: Uuid, side: u32, known: &KnownTags<'_>, storage: &Storage) -> Result<Embeddable, Error> {
    let etag = format!("\"{}-{side}\"", key.simple());
    if known.has(&etag) {
        return Ok(Embeddable { etag, jpeg: None });
    }
    match storage.rendition(key, side).await {
        Ok(jpeg) => Ok(Embeddable { etag, jpeg: Some(jpeg) }),
        Err(storage::Error::NotFound { .. }) => Err(Error::NotFound),
        Err(cause) => Err(cause.into()),
    }
}

/// The largest rendition up to a limit, or the smallest there is.
fn at_most(picture: &SharePicture, limit: u32) -> Option<u32> {
    let sides = || picture.sizes.iter().filter_map(|&size| u32::try_from(size).ok());
    sides().filter(|&side| side <= limit).max().or(sides().min())
}

/// A picture that pages of other sites may show. Its address stays while the picture changes, and answers nothing once the photo is
/// out of sight.
pub struct Embeddable {
    etag: String,
    jpeg: Option<Vec<u8>>,
}

impl<'r> Responder<'r, 'static> for Embeddable {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::build();
        response
            .header(Header::new("Cache-Control", "public, max-age=600"))
            .header(Header::new("ETag", self.etag))
            .header(Header::new("Cross-Origin-Resource-Policy", "cross-origin"));
        match self.jpeg {
            None => response.status(Status::NotModified),
            Some(jpeg) => response.header(ContentType::JPEG).sized_body(jpeg.len(), Cursor::new(jpeg)),
        };
        response.ok()
    }
}
