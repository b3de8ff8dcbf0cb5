//! The photo that came with a form, inspected: a new file, an earlier draft, a duplicate, or nothing.

use rocket::http::Status;
use tokio::sync::Semaphore;

use super::form::{self, PhotoForm};
use crate::error::Error;
use crate::metrics::{Refusal, recorder};
use crate::storage::Storage;
use crate::submissions::drafts::{self, Draft, InspectedOriginal};
use crate::submissions::renditions::{self, Limits, Rejection};
use crate::submissions::upload::{Duplicate, Original, duplicate};
use crate::web::db::Db;
use crate::web::guards::upload::{UploadForm, UploadedFile, delete_unused};

/// Files that one process looks into at the same time: each is in memory as a whole then.
const INSPECTED_AT_ONCE: usize = 2;

static INSPECTING: Semaphore = Semaphore::const_new(INSPECTED_AT_ONCE);

/// What came, beside what an earlier try had left.
pub enum PhotoFile {
    /// A file, just now, instead of an earlier one.
    New(InspectedOriginal, Option<Draft>),
    /// A file, with an earlier try.
    Draft(Draft),
    /// A file that is here already; it is deleted again.
    Duplicate(Duplicate, Option<Draft>),
    /// Nothing that can be used; the form says why.
    Missing(Option<Draft>),
}

impl PhotoFile {
    /// Looks at it. What is wrong with it is said at its field.
    pub async fn receive(
        upload: &UploadForm,
        form: &mut PhotoForm,
        db: &Db,
        storage: &Storage,
        owner: i64,
    ) -> Result<Self, Error> {
        let draft = match upload.value("draft").parse() {
            Ok(id) => drafts::find(&mut *db.acquire().await?, owner, id).await?,
            Err(_) => None,
        };
        let original = match inspect(storage, &upload.file).await {
            Ok(original) => original,
            Err(FileError::Refused(reason, message)) => {
                recorder().upload_refused(reason);
                form.add_error("file", &message);
                match reason {
                    Refusal::NoRoom => form.status = Status::InsufficientStorage,
                    Refusal::TooMany => form.status = Status::TooManyRequests,
                    _ => {}
                }
                return Ok(PhotoFile::Missing(draft));
            }
            Err(FileError::Error(error)) => return Err(error),
        };
        if let Some(original) = original {
            let Some(other) = duplicate(&mut *db.acquire().await?, &original.original.sha256).await? else {
                return Ok(PhotoFile::New(original, draft));
            };
            delete_unused(storage, original.original.key).await;
            recorder().upload_refused(Refusal::Duplicate);
            // Said now, so that nothing is added that looks right otherwise.
            form.add_error("file", form::duplicate_message(other.owner == owner));
            return Ok(PhotoFile::Duplicate(other, draft));
        }
        Ok(draft.map_or_else(
            || {
                form.add_error("file", "Choose a photo.");
                PhotoFile::Missing(None)
            },
            PhotoFile::Draft,
        ))
    }
}

/// Why a file is not taken.
enum FileError {
    /// For a reason that is counted, and told in these words.
    Refused(Refusal, String),
    /// We could not look.
    Error(Error),
}

/// Looks at a file that was uploaded, as a decoder would; one that cannot be used is deleted at once, and costs no upload.
async fn inspect(storage: &Storage, file: &UploadedFile) -> Result<Option<InspectedOriginal>, FileError> {
    let (key, stored) = match file {
        UploadedFile::Missing => return Ok(None),
        UploadedFile::StorageFull => {
            let words = "We have no room for photos at the moment, and this one was not kept. Try again later.";
            return Err(FileError::Refused(Refusal::NoRoom, words.into()));
        }
        UploadedFile::TooMany(message) => return Err(FileError::Refused(Refusal::TooMany, message.clone())),
        UploadedFile::TooLong { limit } => {
            let megabytes = limit / 1_000_000;
            let words = format!(
                "The file has more than {megabytes} MB, which is as much as we take. Save it as a JPEG or make it smaller."
            );
            return Err(FileError::Refused(Refusal::TooLarge, words));
        }
        UploadedFile::Stored { key, stored } => (*key, *stored),
    };
    let Ok(_permit) = INSPECTING.acquire().await else {
        return Err(FileError::Error(Error::Busy));
    };
    let bytes = storage.original(key).await.map_err(|cause| FileError::Error(cause.into()))?;
    let inspected = tokio::task::spawn_blocking(move || renditions::check(&bytes, &Limits::default())).await;
    match inspected.map_err(|cause| FileError::Error(Error::Internal(cause.into())))? {
        Ok(header) => Ok(Some(InspectedOriginal {
            original: Original { key, sha256: stored.sha256 },
            bytes: stored.bytes.cast_signed(),
            width: header.width.cast_signed(),
            height: header.height.cast_signed(),
        })),
        Err(rejection) => {
            delete_unused(storage, key).await;
            Err(FileError::Refused(reason(&rejection), rejection.to_string()))
        }
    }
}

/// As it is counted.
fn reason(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::Empty | Rejection::NotAnImage | Rejection::Unsupported(_) => Refusal::NoPicture,
        Rejection::Truncated | Rejection::Damaged(_) => Refusal::Damaged,
        Rejection::TooManyBytes { .. } | Rejection::TooManyPixels { .. } => Refusal::TooLarge,
        Rejection::TooSmall { .. } => Refusal::TooSmall,
    }
}
