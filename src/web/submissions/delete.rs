//! Deleting one's own photo.

use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use super::edit::own;
use super::photo::Photo;
use crate::config::Config;
use crate::error::Error;
use crate::ratings::tally;
use crate::submissions::removal;
use crate::web::csrf::{self, Pressed};
use crate::web::db::Db;
use crate::web::frame::say;
use crate::web::keys::Keys;
use crate::web::member::Member;
use crate::web::view::View;
use crate::web::visitor::Visitor;

/// What it means, and the button.
#[get("/submissions/<id>/delete")]
pub async fn new(id: i64, member: Member, visitor: Visitor<'_>, db: &Db, keys: &State<Keys>) -> Result<View, Error> {
    let mut conn = db.acquire().await?;
    let photo = own(&mut conn, &member, id).await?;
    let count = tally::find(&mut conn, id).await?.map_or(0, |tally| tally.count);
    let (title, picture) = (&photo.title, Photo::of(&photo));
    let data =
        json!({ "csrf": csrf::token(keys, &visitor), "id": id, "title": title, "photo": picture, "count": count });
    Ok(View::new("submissions/delete", data))
}

/// Deletes it for good.
#[post("/submissions/<id>/delete", data = "<_pressed>")]
pub async fn create(
    id: i64,
    _pressed: Pressed,
    member: Member,
    db: &Db,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Redirect, Error> {
    let mut tx = db.begin().await?;
    own(&mut tx, &member, id).await?;
    removal::remove(&mut tx, id).await?;
    tx.commit().await?;
    say(jar, config, "Your photo is deleted.");
    Ok(Redirect::to("/submissions/mine"))
}
