//! Deleting one's own photo.

use rocket::response::Redirect;
use rocket::{get, post};
use serde_json::json;

use super::edit::own_photo;
use super::photo::Photo;
use crate::error::Error;
use crate::metrics::{PhotoEvent, recorder};
use crate::ratings::tally;
use crate::submissions::removal;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::Pressed;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;

/// What it means, and the button.
#[get("/submissions/<id>/delete")]
pub async fn new(id: i64, member: Member, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let mut conn = db.acquire().await?;
    let photo = own_photo(&mut conn, &member, id).await?;
    let count = tally::find(&mut conn, id).await?.map_or(0, |tally| tally.count);
    let (title, picture) = (&photo.title, Photo::of(&photo));
    let data = json!({ "csrf": visitor.form_token(), "id": id, "title": title, "photo": picture, "count": count });
    Ok(View::new("submissions/delete", data))
}

/// Deletes it for good.
#[post("/submissions/<id>/delete", data = "<_pressed>")]
pub async fn create(
    visitor: Visitor<'_>,
    id: i64,
    _pressed: Pressed,
    member: Member,
    db: &Db,
) -> Result<Redirect, Error> {
    let mut tx = db.begin().await?;
    own_photo(&mut tx, &member, id).await?;
    removal::remove(&mut tx, id).await?;
    tx.commit().await?;
    recorder().photo(PhotoEvent::Removed, None);
    visitor.say("Your photo is deleted.");
    Ok(Redirect::to("/submissions/mine"))
}
