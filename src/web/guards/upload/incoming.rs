//! The parts of a form with a file, one after the other.

use multer::{Field, Multipart};
use rocket::Request;
use rocket::http::Status;
use rocket_db_pools::Database;
use uuid::Uuid;

use super::pieces::Progress;
use super::{Refused, UploadForm, UploadedFile, cut, unreadable};
use crate::accounts::throttle::{self, Key};
use crate::config::Config;
use crate::error::Error;
use crate::storage::{self, BlobWriter, Storage};
use crate::web::db::Db;
use crate::web::guards::csrf;
use crate::web::guards::refusal::status;

/// The longest value of a field that is not a file, in bytes.
const VALUE: usize = 16 << 10;

/// Most fields and files.
const PARTS: usize = 32;

/// A form that is being read, and for whom.
pub(super) struct Incoming<'r> {
    pub(super) request: &'r Request<'r>,
    pub(super) storage: &'r Storage,
    pub(super) account: i64,
    /// Bytes of a file.
    pub(super) limit: u64,
    pub(super) progress: &'r Progress,
}

impl Incoming<'_> {
    /// Reads all of it. `upload.file` tells what became of the file when the rest is cut off.
    pub(super) async fn read(&self, mut form: Multipart<'_>, upload: &mut UploadForm) -> Result<(), Refused> {
        let mut parts = 0;
        while let Some(mut field) = self.next(&mut form).await? {
            parts += 1;
            let name = field.name().unwrap_or_default().to_owned();
            if parts == 1 {
                let token = if name == csrf::FIELD { text(&mut field).await? } else { String::new() };
                csrf::verify_token(self.request, Some(&token)).await?;
            } else if parts > PARTS {
                return Err(unreadable());
            } else if name == "file" && field.file_name().is_some() {
                if !matches!(upload.file, UploadedFile::Missing) {
                    return Err(unreadable());
                }
                self.file(&mut field, upload).await?;
            } else {
                let value = text(&mut field).await?;
                upload.fields.insert(name, value);
            }
        }
        if parts == 0 { Err(unreadable()) } else { Ok(()) }
    }

    async fn next<'f>(&self, form: &mut Multipart<'f>) -> Result<Option<Field<'f>>, Refused> {
        self.progress.expect_head();
        let field = form.next_field().await.map_err(cut);
        self.progress.expect_content();
        field
    }

    /// Puts what it has learnt into `upload.file`, so that it is known when the rest of the form is cut off.
    async fn file(&self, field: &mut Field<'_>, upload: &mut UploadForm) -> Result<(), Refused> {
        let mut piece = field.chunk().await.map_err(cut)?;
        // What the parser hands over may be empty without being the end.
        while piece.as_ref().is_some_and(|bytes| bytes.is_empty()) {
            piece = field.chunk().await.map_err(cut)?;
        }
        if piece.is_none() && field.file_name().is_some_and(str::is_empty) {
            // Browsers send an empty file without a name when none was chosen.
            return Ok(());
        }
        let key = Uuid::new_v4();
        let mut writer = self.begin(key, upload).await?;
        while let Some(bytes) = piece {
            if let Some(blob) = writer.take() {
                writer = self.keep(blob, &bytes, upload).await?;
            }
            piece = match field.chunk().await {
                Ok(piece) => piece,
                Err(cause) => {
                    abort(writer).await;
                    return Err(cut(cause));
                }
            };
        }
        if let Some(blob) = writer {
            match blob.finish().await {
                Ok(stored) => upload.file = UploadedFile::Stored { key, stored },
                Err(cause) => drop(stop::<BlobWriter>(cause, upload)?),
            }
        }
        Ok(())
    }

    /// A place for the file; none when this member sends too many, or there is no room. The rest is read all the same.
    async fn begin(&self, key: Uuid, upload: &mut UploadForm) -> Result<Option<BlobWriter>, Refused> {
        match self.count().await {
            Ok(()) => {}
            Err(Error::TooFast { message, .. }) => {
                upload.file = UploadedFile::TooMany(message);
                return Ok(None);
            }
            Err(error) => return Err((status(&error), error)),
        }
        match self.storage.original_writer(key).await {
            Ok(writer) => Ok(Some(writer)),
            Err(cause) => stop(cause, upload),
        }
    }

    /// Every file counts, whatever its name and whether a photo comes of it.
    async fn count(&self) -> Result<(), Error> {
        if self.progress.is_turned_away() {
            return Err(Error::TooFast { message: MANY_AT_ONCE.into(), retry_after: 60 });
        }
        let rocket = self.request.rocket();
        let missing = || Error::Internal("a part of the site is missing".into());
        let (db, config) = Db::fetch(rocket).zip(rocket.state::<Config>()).ok_or_else(missing)?;
        let key = Key::new("file of", &[&self.account.to_string()]);
        throttle::take(&mut *db.acquire().await?, &key, config.uploads.files_per_account).await
    }

    /// Writes what came; nothing more when that is too much.
    async fn keep(
        &self,
        mut blob: BlobWriter,
        bytes: &[u8],
        upload: &mut UploadForm,
    ) -> Result<Option<BlobWriter>, Refused> {
        if self.progress.is_turned_away() {
            upload.file = UploadedFile::TooMany(MANY_AT_ONCE.into());
        } else if blob.bytes() + bytes.len() as u64 > self.limit {
            upload.file = UploadedFile::TooLong { limit: self.limit };
        } else {
            match blob.write(bytes).await {
                Ok(()) => return Ok(Some(blob)),
                Err(cause) => {
                    abort(Some(blob)).await;
                    return stop(cause, upload);
                }
            }
        }
        abort(Some(blob)).await;
        Ok(None)
    }
}

/// Said when it was not a form's turn for too long.
const MANY_AT_ONCE: &str = "Too many photos are on their way from you or your network at the same time, so this one was not kept. \
    Wait until the others have arrived, then choose it again.";

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
