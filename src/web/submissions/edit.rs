//! Changing what one has said about a photo, and where its square sits.

use rocket::form::FromForm;
use rocket::{State, get, post};
use serde::Serialize;
use sqlx::PgConnection;

use super::form::{PhotoForm, Typed};
use super::photo::Photo;
use crate::error::Error;
use crate::storage::Storage;
use crate::submissions::crop::{Crop, preview_name};
use crate::submissions::editing::{self, Editable};
use crate::submissions::renditions::Band;
use crate::submissions::{self, Submission, SubmissionState};
use crate::web::answers::Answer;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;
use crate::web::images::Private;

/// What the form sends.
#[derive(FromForm)]
pub struct EditForm<'r> {
    title: &'r str,
    species: &'r str,
    description: &'r str,
    crop: Option<&'r str>,
}

/// The form, with the places of the square as pictures.
#[get("/submissions/<id>/edit")]
pub async fn edit(id: i64, member: Member, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let mut conn = db.acquire().await?;
    let photo = own_photo(&mut conn, &member, id).await?;
    let form = PhotoForm::of(&photo, &visitor);
    page(&mut conn, form, &photo, photo.crop).await
}

#[post("/submissions/<id>/edit", data = "<sent>")]
pub async fn update(
    id: i64,
    sent: Guarded<EditForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    db: &Db,
) -> Result<Answer, Error> {
    let sent = sent.0;
    let photo = own_photo(&mut *db.acquire().await?, &member, id).await?;
    let typed = Typed {
        title: sent.title,
        species: sent.species,
        description: sent.description,
        crop: sent.crop.unwrap_or(photo.crop.name()),
        terms: "",
    };
    let (form, details) = PhotoForm::check(&typed, &visitor);
    let Some(details) = details else {
        let crop = Crop::parse(typed.crop).unwrap_or(photo.crop);
        return Ok(Answer::Page(page(&mut *db.acquire().await?, form, &photo, crop).await?));
    };
    let mut tx = db.begin().await?;
    editing::edit(&mut tx, member.account().id, id, &details).await?;
    tx.commit().await?;
    let cropped = details.crop != photo.crop;
    visitor.say(if cropped {
        "Saved. The new crop takes a moment; until then the old one is shown."
    } else {
        "Saved."
    });
    Ok(Answer::to(format!("/submissions/{id}")))
}

/// A small picture of one place of the square.
#[get("/submissions/<id>/previews/<file>")]
pub async fn preview(id: i64, file: &str, member: Member, db: &Db, storage: &State<Storage>) -> Result<Private, Error> {
    let mut conn = db.acquire().await?;
    own_photo(&mut conn, &member, id).await?;
    let key = editing::find(&mut conn, id).await?.and_then(|photo| photo.preview_key);
    drop(conn);
    let name = [Band::Start, Band::Middle, Band::End].map(preview_name).into_iter();
    let name = name.into_iter().find(|name| file.strip_suffix(".jpg") == Some(name));
    let (key, name) = key.zip(name).ok_or(Error::NotFound)?;
    Private::of(storage.preview(key, name).await)
}

/// The member's photo with this number.
pub async fn own_photo(conn: &mut PgConnection, member: &Member, id: i64) -> Result<Submission, Error> {
    let photo = submissions::find(conn, id).await?;
    photo.filter(|photo| photo.owner == member.account().id).ok_or(Error::NotFound)
}

#[derive(Serialize)]
struct Page {
    form: PhotoForm,
    id: i64,
    title: String,
    photo: Option<Photo>,
    /// Empty when there is nothing to choose.
    places: Vec<Place>,
    /// Could there be something to choose if the file had been kept?
    fixed: bool,
    stale: bool,
}

/// One choice with its picture.
#[derive(Serialize)]
struct Place {
    value: &'static str,
    label: &'static str,
    preview: Option<String>,
    checked: bool,
}

async fn page(conn: &mut PgConnection, form: PhotoForm, photo: &Submission, crop: Crop) -> Result<View, Error> {
    let editable = editing::find(conn, photo.id).await?.ok_or(Error::NotFound)?;
    let status = form.status;
    let page = Page {
        form,
        id: photo.id,
        title: photo.title.clone(),
        photo: Photo::of(photo),
        places: places(&editable, crop),
        fixed: photo.state == SubmissionState::Ready && !editable.croppable,
        stale: editable.stale,
    };
    Ok(View::new("submissions/edit", page).status(status))
}

/// Automatic, and the three places along the long side; none in a square photo.
fn places(photo: &Editable, crop: Crop) -> Vec<Place> {
    let Some((width, height)) = photo.width.zip(photo.height).filter(|_| photo.has_choice()) else {
        return vec![];
    };
    let auto = Place { value: "auto", label: "Find the animal for me", preview: None, checked: crop == Crop::Auto };
    let bands = [Band::Start, Band::Middle, Band::End].map(|band| {
        let label = match (band, width > height) {
            (Band::Start, true) => "Left",
            (Band::End, true) => "Right",
            (Band::Start, false) => "Top",
            (Band::End, false) => "Bottom",
            (Band::Middle, _) => "Middle",
        };
        Place {
            value: Crop::at(band, width, height).name(),
            label,
            preview: Some(format!("/submissions/{}/previews/{}.jpg", photo.id, preview_name(band))),
            checked: crop.along(width, height) == Some(band),
        }
    });
    std::iter::once(auto).chain(bands).collect()
}
