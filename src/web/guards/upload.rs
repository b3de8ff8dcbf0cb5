//! A form with a file, read piece by piece: the file goes straight into the blob store, so that memory does not follow its size.

mod pace;

use std::collections::BTreeMap;
use std::time::Duration;

use multer::{Field, Multipart};
use rocket::Request;
use rocket::data::{ByteUnit, Data, FromData, Outcome, ToByteUnit};
use rocket::http::Status;
use rocket_db_pools::Database;
use tokio_io_timeout::TimeoutReader;
use uuid::Uuid;

use self::pace::{Paced, in_turn};
use super::csrf;
use super::refusal::{refuse, status};
use super::session::{self, CurrentSession};
use crate::accounts::throttle::{self, Key};
use crate::config::Config;
use crate::error::Error;
use crate::storage::{self, BlobWriter, Storage, StoredBlob};
use crate::web::db::Db;

/// The longest value of a field that is not a file, in bytes.
const VALUE: usize = 16 << 10;

const FIELDS: usize = 32;

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
#[derive(Debug, Clone, Copy)]
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
    let boundary = kind.and_then(|kind| kind.param("boundary")).ok_or_else(unreadable)?;
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
    let limit = request.limits().get("file").unwrap_or(32.mebibytes()).as_u64();
    let mut stream = Box::pin(TimeoutReader::new(data.open(ByteUnit::from(limit.saturating_mul(PATIENCE)))));
    stream.as_mut().set_timeout_pinned(Some(Duration::from_secs(config.patience.silence_seconds)));
    let form = Multipart::with_reader(Paced::new(stream), boundary);
    let mut upload = UploadForm { fields: BTreeMap::new(), file: UploadedFile::Missing };
    let read = in_turn(read(request, storage, session.account.id, form, limit, &mut upload)).await;
    match (read, upload.file) {
        (Ok(()), _) => Ok(upload),
        // Cut off far behind the limit.
        (Err(_), UploadedFile::TooLong { .. }) => Ok(upload),
        (Err(refused), UploadedFile::Stored { key, .. }) => {
            delete_unused(storage, key).await;
            Err(refused)
        }
        (Err(refused), _) => Err(refused),
    }
}

async fn read(
    request: &Request<'_>,
    storage: &Storage,
    account: i64,
    mut form: Multipart<'_>,
    limit: u64,
    upload: &mut UploadForm,
) -> Result<(), Refused> {
    let mut first = true;
    while let Some(mut field) = form.next_field().await.map_err(cut)? {
        let name = field.name().unwrap_or_default().to_owned();
        if std::mem::take(&mut first) {
            let token = if name == csrf::FIELD { text(&mut field).await? } else { String::new() };
            csrf::verify_token(request, Some(&token)).await?;
        } else if name == "file" && field.file_name().is_some() {
            if !matches!(upload.file, UploadedFile::Missing) {
                return Err(unreadable());
            }
            if field.file_name().is_some_and(|name| !name.is_empty()) {
                throttle_files(request, account).await?;
            }
            file(storage, &mut field, limit, upload).await?;
        } else if upload.fields.len() >= FIELDS {
            return Err(unreadable());
        } else {
            let value = text(&mut field).await?;
            upload.fields.insert(name, value);
        }
    }
    if first { Err(unreadable()) } else { Ok(()) }
}

/// Before the first byte of a file is kept.
async fn throttle_files(request: &Request<'_>, account: i64) -> Result<(), Refused> {
    let rocket = request.rocket();
    let (db, config) = Db::fetch(rocket).zip(rocket.state::<Config>()).ok_or_else(unreadable)?;
    let taken = async {
        let key = Key::new("file of", &[&account.to_string()]);
        throttle::take(&mut *db.acquire().await?, &key, config.uploads.files_per_account).await
    };
    taken.await.map_err(|error| (status(&error), error))
}

async fn text(field: &mut Field<'_>) -> Result<String, Refused> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(cut)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > VALUE {
            let text = "One of the fields is far too long. Go back, make it shorter and send the form again.";
            return Err((Status::PayloadTooLarge, Error::Forbidden(text.into())));
        }
    }
    String::from_utf8(bytes).map_err(|_| unreadable())
}

/// Puts what it has learnt into `upload.file`, so that it is known when the rest of the form is cut off.
async fn file(storage: &Storage, field: &mut Field<'_>, limit: u64, upload: &mut UploadForm) -> Result<(), Refused> {
    let chosen = field.file_name().is_some_and(|name| !name.is_empty());
    let key = Uuid::new_v4();
    let mut writer = match storage.original_writer(key).await {
        Ok(writer) => Some(writer),
        Err(cause) => stop(cause, upload)?,
    };
    loop {
        let piece = match field.chunk().await {
            Ok(Some(piece)) => piece,
            Ok(None) => break,
            Err(cause) => {
                abort(writer).await;
                return Err(cut(cause));
            }
        };
        if let Some(mut blob) = writer.take() {
            if blob.bytes() + piece.len() as u64 > limit {
                upload.file = UploadedFile::TooLong { limit };
                abort(Some(blob)).await;
            } else {
                match blob.write(&piece).await {
                    Ok(()) => writer = Some(blob),
                    Err(cause) => {
                        abort(Some(blob)).await;
                        stop::<BlobWriter>(cause, upload)?;
                    }
                }
            }
        }
    }
    match writer {
        Some(blob) if !chosen && blob.bytes() == 0 => abort(Some(blob)).await,
        Some(blob) => match blob.finish().await {
            Ok(stored) => upload.file = UploadedFile::Stored { key, stored },
            Err(cause) => drop(stop::<BlobWriter>(cause, upload)?),
        },
        None => {}
    }
    Ok(())
}

/// Without room for it the rest is read all the same, so that its sender hears why. Everything else ends the request.
fn stop<T>(cause: storage::Error, upload: &mut UploadForm) -> Result<Option<T>, Refused> {
    if storage::is_full(&cause) {
        log::error!("there is no room for uploads: {cause}");
        upload.file = UploadedFile::StorageFull;
        return Ok(None);
    }
    log::error!("an upload could not be stored: {cause}");
    Err((Status::InternalServerError, Error::Internal(cause.into())))
}

async fn abort(writer: Option<BlobWriter>) {
    if let Some(writer) = writer
        && let Err(cause) = writer.abort().await
    {
        log::warn!("a part of an upload is left to the sweep: {cause}");
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
