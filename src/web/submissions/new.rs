//! Handing in a photo.

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde::Serialize;
use serde_json::json;
use tokio::sync::Semaphore;

use super::form::{self, PhotoForm};
use crate::config::Config;
use crate::error::{Error, FieldError};
use crate::storage::Storage;
use crate::submissions::drafts::{self, Arrived, Draft};
use crate::submissions::quota::{self, Quota};
use crate::submissions::renditions::{self, Limits};
use crate::submissions::upload::{Duplicate, Entered, Original, duplicate, enter};
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
    let mut twin = None;
    let mut draft = match sent.value("draft").parse() {
        Ok(id) => drafts::find(&mut *db.acquire().await?, owner, id).await?,
        Err(_) => None,
    };
    let arrived = match look_into(storage, &sent.file).await {
        Ok(arrived) => arrived,
        Err(Unusable::Told(message)) => {
            form.wrong("file", &message);
            None
        }
        Err(Unusable::NoRoom) => {
            form.wrong("file", "We have no room for photos at the moment, and this one was not kept. Try again later.");
            form.status = Status::InsufficientStorage;
            None
        }
        Err(Unusable::Error(error)) => return Err(error),
    };
    if let Some(arrived) = arrived {
        if let Some(other) = duplicate(&mut *db.acquire().await?, &arrived.original.sha256).await? {
            forget(storage, arrived.original.key).await;
            twin = Some(form.twin(&other, owner));
        } else if let (true, Some(details)) = (form.is_right(), &details) {
            let mut tx = db.begin().await?;
            match enter(&mut tx, owner, details, arrived.original, Some(&config.uploads)).await {
                Ok(Entered::New(id)) => {
                    tx.commit().await?;
                    return Ok(received(id));
                }
                Ok(Entered::Duplicate(other)) => {
                    forget(storage, arrived.original.key).await;
                    twin = Some(form.twin(&other, owner));
                }
                Err(error) => form.too_many(error)?,
            }
        }
        if twin.is_none() {
            draft = Some(keep(db, owner, &arrived).await?);
        }
    } else if let Some(kept) = &draft
        && form.right("file")
    {
        if let (true, Some(details)) = (form.is_right(), &details) {
            let mut tx = db.begin().await?;
            match drafts::submit(&mut tx, owner, kept.id, details, &config.uploads).await {
                Ok(Entered::New(id)) => {
                    tx.commit().await?;
                    return Ok(received(id));
                }
                Ok(Entered::Duplicate(other)) => {
                    tx.commit().await?;
                    draft = None;
                    twin = Some(form.twin(&other, owner));
                }
                Err(Error::NotFound) => {
                    draft = None;
                    form.wrong("file", "We no longer have the photo that you sent. Choose it again.");
                }
                Err(error) => form.too_many(error)?,
            }
        }
    } else if draft.is_none() {
        form.wrong("file", "Choose a photo.");
    }
    let quota = quota::of(&mut *db.acquire().await?, owner, &config.uploads).await?;
    let status = form.status;
    let page = Page { form, quota: quota.into(), draft: draft.map(Kept::from), twin };
    Ok(Answer::Page(View::new("submissions/new", page).status(status)))
}

fn received(id: i64) -> Answer {
    Answer::redirect(Redirect::to(format!("/submissions/{id}")))
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
        self.wrong(
            "file",
            if own { "You have handed in this very file before." } else { "This very file has been handed in before." },
        );
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
