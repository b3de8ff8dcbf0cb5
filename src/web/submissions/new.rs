//! Handing in a photo.

use rocket::http::Status;
use rocket::{State, get, post};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::arrival::{Came, come_in};
use super::form::{self, PhotoForm, Twin};
use super::photo::Photo;
use crate::config::{Config, UploadsConfig};
use crate::error::{Error, FieldError};
use crate::submissions;
use crate::submissions::drafts::{self, Arrived, Draft};
use crate::submissions::quota::{self, Quota};
use crate::submissions::upload::{Details, Duplicate, Entered, enter};
use crate::web::answers::Answer;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::app::App;
use crate::web::guards::member::Member;
use crate::web::guards::upload::{Sent, forget};
use crate::web::guards::visitor::Visitor;

/// The form. `again` is a photo of theirs that failed: its words are taken over.
#[get("/submissions/new?<again>")]
pub async fn new(
    again: Option<i64>,
    member: Member,
    visitor: Visitor<'_>,
    db: &Db,
    config: &State<Config>,
) -> Result<View, Error> {
    let account = member.account();
    if !account.email_verified {
        let data = json!({ "csrf": visitor.form_token(), "email": account.email });
        return Ok(View::new("submissions/unverified", data).status(Status::Forbidden));
    }
    let mut conn = db.acquire().await?;
    let quota = quota::of(&mut conn, account.id, &config.uploads).await?;
    let again = match again {
        Some(id) => submissions::find(&mut conn, id).await?.filter(|photo| photo.owner == account.id),
        None => None,
    };
    // A file that was kept is still there when its page was closed meanwhile.
    let (form, draft) = match again {
        Some(photo) => (PhotoForm::of(&photo, &visitor), None),
        None => (PhotoForm::empty(&visitor), drafts::newest(&mut conn, account.id).await?),
    };
    let page = Page { form, quota: quota.into(), draft: draft.map(Kept::from), twin: None };
    Ok(View::new("submissions/new", page))
}

/// Takes the photo in. What is wrong with one field costs none of the others: not even the file, which is kept for a day.
#[post("/submissions", data = "<sent>")]
pub async fn create(sent: Sent, member: Member, visitor: Visitor<'_>, app: App<'_>) -> Result<Answer, Error> {
    let App { db, config, storage, .. } = app;
    let owner = member.account().id;
    let (mut form, details) = PhotoForm::read(&sent, &visitor);
    if sent.value("terms").is_empty() {
        form.wrong("terms", "Confirm that you may show this photo here and agree to the terms.");
    }
    let came = come_in(&sent, &mut form, db, storage, owner).await?;
    let mut twin = None;
    let mut gone = false;
    if let (Some(details), true) = (&details, form.is_right()) {
        match take(&came, db, owner, details, &config.uploads).await {
            Ok(Entered::New(id)) => return Ok(Answer::to(format!("/submissions/{id}"))),
            Ok(Entered::Duplicate(other)) => {
                form.wrong("file", form::twin(other.owner == owner));
                twin = Some(other);
            }
            Err(Error::NotFound) => {
                gone = true;
                form.wrong("file", "We no longer have the photo that you sent. Choose it again.");
            }
            Err(error) => form.too_many(error)?,
        }
    }
    let draft = match came {
        Came::Fresh(file, draft) if twin.is_some() => {
            forget(storage, file.original.key).await;
            draft
        }
        Came::Fresh(file, instead_of) => Some(keep(db, owner, &file, instead_of).await?),
        Came::Kept(draft) if twin.is_none() && !gone => Some(draft),
        Came::Twin(other, draft) => {
            twin = Some(other);
            draft
        }
        Came::Nothing(draft) => draft,
        Came::Kept(_) => None,
    };
    let mut conn = db.acquire().await?;
    let quota = quota::of(&mut conn, owner, &config.uploads).await?;
    let twin = match twin {
        Some(other) => shown(&mut conn, &other, owner).await?,
        None => None,
    };
    let status = form.status;
    let page = Page { form, quota: quota.into(), draft: draft.map(Kept::from), twin };
    Ok(Answer::Page(View::new("submissions/new", page).status(status)))
}

/// Adds the photo. What came stays as it was when that does not work out.
async fn take(came: &Came, db: &Db, owner: i64, details: &Details, limits: &UploadsConfig) -> Result<Entered, Error> {
    let mut tx = db.begin().await?;
    let entered = match came {
        Came::Fresh(file, instead_of) => {
            let entered = enter(&mut tx, owner, details, file.original, Some(limits)).await?;
            if let (Entered::New(_), Some(draft)) = (entered, instead_of) {
                drafts::drop_draft(&mut tx, draft.id).await?;
            }
            entered
        }
        Came::Kept(draft) => drafts::submit(&mut tx, owner, draft.id, details, limits).await?,
        Came::Twin(other, _) => Entered::Duplicate(*other),
        Came::Nothing(_) => return Err(Error::NotFound),
    };
    tx.commit().await?;
    Ok(entered)
}

async fn keep(db: &Db, owner: i64, arrived: &Arrived, instead_of: Option<Draft>) -> Result<Draft, Error> {
    let mut tx = db.begin().await?;
    if let Some(draft) = instead_of {
        drafts::drop_draft(&mut tx, draft.id).await?;
    }
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
    twin: Option<Twin>,
}

#[derive(Serialize)]
struct Left {
    left: i64,
    used: i64,
    next: Option<chrono::DateTime<chrono::Utc>>,
}

impl From<Quota> for Left {
    fn from(quota: Quota) -> Self {
        Left { left: quota.left(), used: quota.used, next: quota.next }
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
        Kept { id: draft.id, width: draft.width, height: draft.height, megabytes: (draft.bytes as f64 / 1e6).max(0.1) }
    }
}

/// The photo with the same file, as far as this member may see it.
async fn shown(conn: &mut PgConnection, other: &Duplicate, owner: i64) -> Result<Option<Twin>, Error> {
    if !other.public && other.owner != owner {
        return Ok(None);
    }
    let photo = submissions::find(conn, other.id).await?;
    Ok(photo.map(|photo| Twin { id: photo.id, photo: Photo::of(&photo), title: photo.title }))
}

impl PhotoForm {
    /// Past the quota the form stays as it is; every other error ends the request.
    fn too_many(&mut self, error: Error) -> Result<(), Error> {
        let Error::TooFast { message, .. } = error else { return Err(error) };
        self.add(FieldError { field: "file", message });
        self.status = Status::TooManyRequests;
        Ok(())
    }
}
