//! A form with a file, read piece by piece: the file goes straight into the blob store, so that memory does not follow its size.

mod incoming;
mod pieces;
pub mod turns;

use std::collections::BTreeMap;

use multer::Multipart;
use rocket::Request;
use rocket::data::{ByteUnit, Data, FromData, Outcome, ToByteUnit};
use rocket::http::Status;
use uuid::Uuid;

use self::incoming::Incoming;
use self::pieces::{Progress, pieces};
use self::turns::Turns;
use super::csrf;
use super::limits::Network;
use super::refusal::refuse;
use super::session::{self, CurrentSession};
use crate::config::Config;
use crate::error::Error;
use crate::storage::{Storage, StoredBlob};

/// The longest line between two parts (RFC 2046).
const BOUNDARY: usize = 70;

/// A file that is too long is read to its end all the same, or its sender would not hear why; up to so many times the limit.
const PATIENCE: u64 = 4;

/// A form with at most one file, which carried this visitor's token before the file and did not come from elsewhere.
/// What [`csrf::Guarded`] is to other forms, for `multipart/form-data`; for members alone whose address is confirmed.
pub struct UploadForm {
    fields: BTreeMap<String, String>,
    /// What came as the file.
    pub file: UploadedFile,
}

/// A file that was sent along, or not.
#[derive(Debug, Clone)]
pub enum UploadedFile {
    Missing,
    /// It is stored, and belongs to nobody yet: whoever does not use it deletes it.
    Stored {
        key: Uuid,
        stored: StoredBlob,
    },
    /// It is longer than this many bytes.
    TooLong {
        /// The limit.
        limit: u64,
    },
    /// There is no room left for it.
    StorageFull,
    /// This member sends too many; the text says what to do. It was not kept.
    TooMany(String),
}

impl UploadForm {
    /// What was typed into a field; nothing when it was not sent.
    pub fn value(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for UploadForm {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match receive(request, data).await {
            Ok(upload) => Outcome::Success(upload),
            Err((status, error)) => refuse(request, status, error),
        }
    }
}

type Refused = (Status, Error);

async fn receive(request: &Request<'_>, data: Data<'_>) -> Result<UploadForm, Refused> {
    csrf::check_origin(request)?;
    let kind = request.content_type().filter(|kind| kind.is_form_data());
    let boundary = kind.and_then(|kind| kind.param("boundary")).filter(|line| line.len() <= BOUNDARY);
    let boundary = boundary.ok_or_else(unreadable)?;
    // Who may not send a photo does not get to store one.
    let CurrentSession(Ok(Some(session))) = session::current(request).await else {
        return Err((Status::Forbidden, Error::Forbidden("Log in again, and then send the photo once more.".into())));
    };
    if !session.account.email_verified {
        let text = "Open the link in the mail that we sent you. Then you can send in photos.";
        return Err((Status::Forbidden, Error::Forbidden(text.into())));
    }
    let rocket = request.rocket();
    let (storage, config) = rocket.state::<Storage>().zip(rocket.state::<Config>()).ok_or_else(unreadable)?;
    let turns = rocket.state::<Turns>().ok_or_else(unreadable)?;
    let lane = turns.of(session.account.id, Network::of(request));
    let limit = request.limits().get("file").unwrap_or(32.mebibytes()).as_u64();
    let body = data.open(ByteUnit::from(limit.saturating_mul(PATIENCE)));
    let progress = Progress::default();
    let form = Multipart::new(pieces(body, lane, &progress, config.patience), boundary);
    let mut upload = UploadForm { fields: BTreeMap::new(), file: UploadedFile::Missing };
    let incoming = Incoming { request, storage, account: session.account.id, limit, progress: &progress };
    let read = incoming.read(form, &mut upload).await;
    match (read, &upload.file) {
        (Ok(()), _) => Ok(upload),
        // Cut off far behind the limit.
        (Err(_), UploadedFile::TooLong { .. } | UploadedFile::TooMany(_)) => Ok(upload),
        (Err(refused), UploadedFile::Stored { key, .. }) => {
            delete_unused(storage, *key).await;
            Err(refused)
        }
        (Err(refused), _) => Err(refused),
    }
}

/// Deletes a file that is not used after all; if that fails the sweep does it.
pub async fn delete_unused(storage: &Storage, key: Uuid) {
    if let Err(cause) = storage.delete_original(key).await {
        log::warn!("an upload is left to the sweep: {cause}");
    }
}

/// The connection ended, or what came over it is no form.
fn cut(cause: multer::Error) -> Refused {
    log::info!("a form with a file did not arrive whole: {cause}");
    let text = match cause {
        // Nothing else in the heads of a form's parts is anybody's choice.
        multer::Error::ReadHeaderFailed(_) | multer::Error::DecodeHeaderValue { .. } => {
            "The name of the file has a character that cannot be read. Go back, give the file another name and send the form again."
        }
        _ => "The form did not arrive whole. Send it again.",
    };
    (Status::BadRequest, Error::Forbidden(text.into()))
}

fn unreadable() -> Refused {
    (Status::UnprocessableEntity, Error::invalid("form", "This form could not be read. Open the page again."))
}
