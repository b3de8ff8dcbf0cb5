//! Uploading a photo.

use rocket::http::Status;
use rocket::{State, get, post};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::form::{self, DuplicateView, PhotoForm};
use super::photo::Photo;
use super::photo_file::PhotoFile;
use crate::config::{Config, UploadsConfig};
use crate::error::{Error, FieldError};
use crate::metrics::{PhotoEvent, Refusal, recorder};
use crate::submissions;
use crate::submissions::drafts::{self, Draft, InspectedOriginal};
use crate::submissions::quota::{self, Quota};
use crate::submissions::upload::{self, Details, Duplicate, UploadOutcome};
use crate::web::answers::Answer;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::app::App;
use crate::web::guards::member::Member;
use crate::web::guards::upload::{UploadForm, delete_unused};
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
    let page = Page { form, quota: quota.into(), draft: draft.map(DraftView::from), duplicate: None };
    Ok(View::new("submissions/new", page))
}

/// Uploads the photo. What is wrong with one field costs none of the others: not even the file, which is kept for a day.
#[post("/submissions", data = "<upload>")]
pub async fn create(upload: UploadForm, member: Member, visitor: Visitor<'_>, app: App<'_>) -> Result<Answer, Error> {
    let App { db, config, storage, .. } = app;
    let owner = member.account().id;
    let (mut form, details) = PhotoForm::read(&upload, &visitor);
    if upload.value("terms").is_empty() {
        form.add_error("terms", "Confirm that you may show this photo here and agree to the terms.");
    }
    let file = PhotoFile::receive(&upload, &mut form, db, storage, owner).await?;
    let mut duplicate = None;
    let mut gone = false;
    if let (Some(details), true) = (&details, form.is_valid()) {
        match submit(&file, db, owner, details, &config.uploads).await {
            Ok(UploadOutcome::New(id)) => return Ok(Answer::to(format!("/submissions/{id}"))),
            Ok(UploadOutcome::Duplicate(other)) => {
                form.add_error("file", form::duplicate_message(other.owner == owner));
                duplicate = Some(other);
            }
            Err(Error::NotFound) => {
                gone = true;
                form.add_error("file", "We no longer have the photo that you sent. Choose it again.");
            }
            Err(error) => form.too_many(error)?,
        }
    }
    let draft = match file {
        PhotoFile::New(file, draft) if duplicate.is_some() => {
            delete_unused(storage, file.original.key).await;
            draft
        }
        PhotoFile::New(file, instead_of) => Some(keep_as_draft(db, owner, &file, instead_of).await?),
        PhotoFile::Draft(draft) if duplicate.is_none() && !gone => Some(draft),
        PhotoFile::Duplicate(other, draft) => {
            duplicate = Some(other);
            draft
        }
        PhotoFile::Missing(draft) => draft,
        PhotoFile::Draft(_) => None,
    };
    let mut conn = db.acquire().await?;
    let quota = quota::of(&mut conn, owner, &config.uploads).await?;
    let duplicate = match duplicate {
        Some(other) => shown(&mut conn, &other, owner).await?,
        None => None,
    };
    let status = form.status;
    let page = Page { form, quota: quota.into(), draft: draft.map(DraftView::from), duplicate };
    Ok(Answer::Page(View::new("submissions/new", page).status(status)))
}

/// Adds the photo. What came stays as it was when that does not work out.
async fn submit(
    file: &PhotoFile,
    db: &Db,
    owner: i64,
    details: &Details,
    limits: &UploadsConfig,
) -> Result<UploadOutcome, Error> {
    let mut tx = db.begin().await?;
    let outcome = match file {
        PhotoFile::New(file, instead_of) => {
            let outcome = upload::submit(&mut tx, owner, details, file.original, Some(limits)).await?;
            if let (UploadOutcome::New(_), Some(draft)) = (outcome, instead_of) {
                drafts::delete(&mut tx, draft.id).await?;
            }
            outcome
        }
        PhotoFile::Draft(draft) => drafts::submit(&mut tx, owner, draft.id, details, limits).await?,
        PhotoFile::Duplicate(other, _) => UploadOutcome::Duplicate(*other),
        PhotoFile::Missing(_) => return Err(Error::NotFound),
    };
    tx.commit().await?;
    match outcome {
        UploadOutcome::New(_) => recorder().photo(PhotoEvent::Submitted, None),
        UploadOutcome::Duplicate(_) => recorder().upload_refused(Refusal::Duplicate),
    }
    Ok(outcome)
}

async fn keep_as_draft(
    db: &Db,
    owner: i64,
    original: &InspectedOriginal,
    instead_of: Option<Draft>,
) -> Result<Draft, Error> {
    let mut tx = db.begin().await?;
    if let Some(draft) = instead_of {
        drafts::delete(&mut tx, draft.id).await?;
    }
    let id = drafts::create(&mut tx, owner, original).await?;
    let draft = drafts::find(&mut tx, owner, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(draft)
}

#[derive(Serialize)]
struct Page {
    form: PhotoForm,
    quota: QuotaView,
    draft: Option<DraftView>,
    duplicate: Option<DuplicateView>,
}

#[derive(Serialize)]
struct QuotaView {
    left: i64,
    used: i64,
    next: Option<chrono::DateTime<chrono::Utc>>,
}

impl From<Quota> for QuotaView {
    fn from(quota: Quota) -> Self {
        QuotaView { left: quota.left(), used: quota.used, next: quota.next }
    }
}

/// A file that need not be chosen again.
#[derive(Serialize)]
struct DraftView {
    id: i64,
    width: i32,
    height: i32,
    megabytes: f64,
}

impl From<Draft> for DraftView {
    fn from(draft: Draft) -> Self {
        DraftView {
            id: draft.id,
            width: draft.width,
            height: draft.height,
            megabytes: (draft.bytes as f64 / 1e6).max(0.1),
        }
    }
}

/// The photo with the same file, as far as this member may see it.
async fn shown(conn: &mut PgConnection, other: &Duplicate, owner: i64) -> Result<Option<DuplicateView>, Error> {
    if !other.public && other.owner != owner {
        return Ok(None);
    }
    let photo = submissions::find(conn, other.id).await?;
    Ok(photo.map(|photo| DuplicateView { id: photo.id, photo: Photo::of(&photo), title: photo.title }))
}

impl PhotoForm {
    /// Past the quota the form stays as it is; every other error ends the request.
    fn too_many(&mut self, error: Error) -> Result<(), Error> {
        let Error::TooFast { message, .. } = error else { return Err(error) };
        recorder().upload_refused(Refusal::TooMany);
        self.add_field_error(FieldError { field: "file", message });
        self.status = Status::TooManyRequests;
        Ok(())
    }
}
