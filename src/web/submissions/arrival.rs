//! What came as the photo with a form.

use rocket::http::Status;
use tokio::sync::Semaphore;

use super::form::{self, PhotoForm};
use crate::error::Error;
use crate::storage::Storage;
use crate::submissions::drafts::{self, Arrived, Draft};
use crate::submissions::renditions::{self, Limits};
use crate::submissions::upload::{Duplicate, Original, duplicate};
use crate::web::db::Db;
use crate::web::guards::upload::{File, Sent, forget};

/// Files that one process looks into at the same time: each is in memory as a whole then.
const LOOKED_INTO: usize = 2;

static LOOKING: Semaphore = Semaphore::const_new(LOOKED_INTO);

/// What came, beside what an earlier try had left.
pub enum Came {
    /// A file, just now, instead of an earlier one.
    Fresh(Arrived, Option<Draft>),
    /// A file, with an earlier try.
    Kept(Draft),
    /// A file that is here already; it is deleted again.
    Twin(Duplicate, Option<Draft>),
    /// Nothing that can be used; the form says why.
    Nothing(Option<Draft>),
}

/// Looks at it. What is wrong with it is said at its field.
pub async fn come_in(sent: &Sent, form: &mut PhotoForm, db: &Db, storage: &Storage, owner: i64) -> Result<Came, Error> {
    let draft = match sent.value("draft").parse() {
        Ok(id) => drafts::find(&mut *db.acquire().await?, owner, id).await?,
        Err(_) => None,
    };
    let arrived = match look_into(storage, &sent.file).await {
        Ok(arrived) => arrived,
        Err(Unusable::Told(message)) => {
            form.wrong("file", &message);
            return Ok(Came::Nothing(draft));
        }
        Err(Unusable::NoRoom) => {
            form.wrong("file", "We have no room for photos at the moment, and this one was not kept. Try again later.");
            form.status = Status::InsufficientStorage;
            return Ok(Came::Nothing(draft));
        }
        Err(Unusable::Error(error)) => return Err(error),
    };
    if let Some(arrived) = arrived {
        let Some(other) = duplicate(&mut *db.acquire().await?, &arrived.original.sha256).await? else {
            return Ok(Came::Fresh(arrived, draft));
        };
        forget(storage, arrived.original.key).await;
        // Said now, so that nothing is added that looks right otherwise.
        form.wrong("file", form::twin(other.owner == owner));
        return Ok(Came::Twin(other, draft));
    }
    Ok(draft.map_or_else(
        || {
            form.wrong("file", "Choose a photo.");
            Came::Nothing(None)
        },
        Came::Kept,
    ))
}

/// Why a file is not taken.
enum Unusable {
    /// For a reason to tell.
    Told(String),
    /// There is no room for it.
    NoRoom,
    /// We could not look.
    Error(Error),
}

/// Looks at the header of a file that has come in; one that cannot be used is deleted at once.
async fn look_into(storage: &Storage, file: &File) -> Result<Option<Arrived>, Unusable> {
    let (key, received) = match *file {
        File::Missing => return Ok(None),
        File::NoRoom => return Err(Unusable::NoRoom),
        File::TooLong { limit } => {
            let megabytes = limit / 1_000_000;
            return Err(Unusable::Told(format!(
                "The file has more than {megabytes} MB, which is as much as we take. Save it as a JPEG or make it smaller."
            )));
        }
        File::Stored { key, received } => (key, received),
    };
    let Ok(_permit) = LOOKING.acquire().await else {
        return Err(Unusable::Error(Error::Busy));
    };
    let bytes = storage.original(key).await.map_err(|cause| Unusable::Error(cause.into()))?;
    let looked = tokio::task::spawn_blocking(move || renditions::inspect(&bytes, &Limits::default())).await;
    match looked.map_err(|cause| Unusable::Error(Error::Internal(cause.into())))? {
        Ok(header) => Ok(Some(Arrived {
            original: Original { key, sha256: received.sha256 },
            bytes: received.bytes.cast_signed(),
            width: header.width.cast_signed(),
            height: header.height.cast_signed(),
        })),
        Err(rejection) => {
            forget(storage, key).await;
            Err(Unusable::Told(rejection.to_string()))
        }
    }
}
