//! Handing in a photo.

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde::Serialize;
use serde_json::json;
use tokio::sync::Semaphore;

use super::form::{self, PhotoForm};
use crate::config::{Config, UploadsConfig};
use crate::error::{Error, FieldError};
use crate::storage::Storage;
use crate::submissions::drafts::{self, Arrived, Draft};
use crate::submissions::quota::{self, Quota};
use crate::submissions::renditions::{self, Limits};
use crate::submissions::upload::{Details, Duplicate, Entered, Original, duplicate, enter};
use crate::submissions::{self};
use crate::web::csrf;
use crate::web::db::Db;
use crate::web::keys::Keys;
use crate::web::login::Answer;
use crate::web::member::Member;
use crate::web::upload::{File, Sent, forget};
use crate::web::view::View;
use crate::web::visitor::Visitor;

/// Files that one process looks into at the same time: each is in memory as a whole then.
const LOOKED_INTO: usize = 2;

static LOOKING: Semaphore = Semaphore::const_new(LOOKED_INTO);

/// The form. `again` is a photo of theirs that failed: its words are taken over.
#[get("/submissions/new?<again>")]
pub async fn new(
    again: Option<i64>,
    member: Member,
    visitor: Visitor<'_>,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
) -> Result<View, Error> {
    let account = member.account();
    let token = csrf::token(keys, &visitor);
    if !account.email_verified {
        let data = json!({ "csrf": token, "email": account.email });
        return Ok(View::new("submissions/unverified", data).status(Status::Forbidden));
    }
    let mut conn = db.acquire().await?;
    let quota = quota::of(&mut conn, account.id, &config.uploads).await?;
    let again = match again {
        Some(id) => submissions::find(&mut conn, id).await?.filter(|photo| photo.owner == account.id),
        None => None,
    };
    let form = match again {
        Some(photo) => PhotoForm::of(&photo, token),
        None => PhotoForm::empty(token),
    };
    let page = Page { form, quota: quota.into(), draft: None, twin: None };
    Ok(View::new("submissions/new", page))
}

/// Takes the photo in. What is wrong with one field costs none of the others: not even the file, which is kept for a day.
#[post("/submissions", data = "<sent>")]
pub async fn create(
    sent: Sent,
    member: Member,
    visitor: Visitor<'_>,
    db: &Db,
    storage: &State<Storage>,
    keys: &State<Keys>,
    config: &State<Config>,
) -> Result<Answer, Error> {
    let owner = member.account().id;
    let (mut form, details) = PhotoForm::read(&sent, csrf::token(keys, &visitor));
    if sent.value("terms").is_empty() {
        form.wrong("terms", "Confirm that you may show this photo here.");
    }
    let came = come_in(&sent, &mut form, db, storage, owner).await?;
    let mut twin = None;
    let mut gone = false;
    if let (Some(details), true) = (&details, form.is_right()) {
        match take(&came, db, owner, details, &config.uploads).await {
            Ok(Entered::New(id)) => return Ok(Answer::redirect(Redirect::to(format!("/submissions/{id}")))),
            Ok(Entered::Duplicate(other)) => twin = Some(form.twin(&other, owner)),
            Err(Error::NotFound) => {
                gone = true;
                form.wrong("file", "We no longer have the photo that you sent. Choose it again.");
            }
            Err(error) => form.too_many(error)?,
        }
    }
    let draft = match came {
        Came::Fresh(file) if twin.is_some() => {
            forget(storage, file.original.key).await;
            None
        }
        Came::Fresh(file) => Some(keep(db, owner, &file).await?),
        Came::Kept(draft) if twin.is_none() && !gone => Some(draft),
        Came::Twin(other) => {
            twin = Some(form.twin(&other, owner));
            None
        }
        Came::Nothing(draft) => draft,
        Came::Kept(_) => None,
    };
    let quota = quota::of(&mut *db.acquire().await?, owner, &config.uploads).await?;
    let status = form.status;
    let page = Page { form, quota: quota.into(), draft: draft.map(Kept::from), twin };
    Ok(Answer::Page(View::new("submissions/new", page).status(status)))
}

/// What came as the photo.
enum Came {
    /// A file, just now.
    Fresh(Arrived),
    /// A file, with an earlier try.
    Kept(Draft),
    /// A file that is here already; it is deleted again.
    Twin(Duplicate),
    /// Nothing that can be used; the form says why. An earlier try's file may still be there.
    Nothing(Option<Draft>),
}

async fn come_in(sent: &Sent, form: &mut PhotoForm, db: &Db, storage: &Storage, owner: i64) -> Result<Came, Error> {
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
            return Ok(Came::Fresh(arrived));
        };
        forget(storage, arrived.original.key).await;
        // Said now, so that nothing is added that looks right otherwise.
        form.wrong("file", form::twin(other.owner == owner));
        return Ok(Came::Twin(other));
    }
    Ok(draft.map_or_else(
        || {
            form.wrong("file", "Choose a photo.");
            Came::Nothing(None)
        },
        Came::Kept,
    ))
}

/// Adds the photo. What came stays as it was when that does not work out.
async fn take(came: &Came, db: &Db, owner: i64, details: &Details, limits: &UploadsConfig) -> Result<Entered, Error> {
    let mut tx = db.begin().await?;
    let entered = match came {
        Came::Fresh(file) => enter(&mut tx, owner, details, file.original, Some(limits)).await?,
        Came::Kept(draft) => drafts::submit(&mut tx, owner, draft.id, details, limits).await?,
        Came::Twin(other) => Entered::Duplicate(*other),
        Came::Nothing(_) => return Err(Error::NotFound),
    };
    tx.commit().await?;
    Ok(entered)
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

async fn keep(db: &Db, owner: i64, arrived: &Arrived) -> Result<Draft, Error> {
    let mut tx = db.begin().await?;
    let id = drafts::keep(&mut tx, owner, arrived).await?;
    let draft = drafts::find(&mut tx, owner, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(draft)
}

#[derive(Serialize)]
struct Page {
    form: PhotoForm,
    quota: Left,
    draft: Option<Kept>,
    twin: Option<form::Twin>,
}

#[derive(Serialize)]
struct Left {
    left: i64,
    limit: i64,
    next: Option<chrono::DateTime<chrono::Utc>>,
}

impl From<Quota> for Left {
    fn from(quota: Quota) -> Self {
        Left { left: quota.left(), limit: quota.limit, next: quota.next }
    }
}

/// A file that need not be chosen again.
#[derive(Serialize)]
struct Kept {
    id: i64,
    width: i32,
    height: i32,
    megabytes: f64,
}

impl From<Draft> for Kept {
    fn from(draft: Draft) -> Self {
        Kept { id: draft.id, width: draft.width, height: draft.height, megabytes: draft.bytes as f64 / 1e6 }
    }
}

/// The same file is on the site already.
impl PhotoForm {
    fn twin(&mut self, other: &Duplicate, owner: i64) -> form::Twin {
        let own = other.owner == owner;
        self.wrong("file", form::twin(own));
        form::Twin { id: other.id, seen: own || other.public }
    }

    /// Past the quota the form stays as it is; every other error ends the request.
    fn too_many(&mut self, error: Error) -> Result<(), Error> {
        let Error::TooFast { message, .. } = error else { return Err(error) };
        self.add(FieldError { field: "file", message });
        self.status = Status::TooManyRequests;
        Ok(())
    }
}
