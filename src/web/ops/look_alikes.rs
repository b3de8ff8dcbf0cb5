//! Photos that look like an older one, side by side, for a moderator to judge.

use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use crate::accounts::audit::{self, Action};
use crate::config::Config;
use crate::error::Error;
use crate::submissions::{self, near};
use crate::web::csrf::{self, Pressed};
use crate::web::db::Db;
use crate::web::frame::say;
use crate::web::keys::Keys;
use crate::web::privileged::Moderator;
use crate::web::submissions::photo::Photo;
use crate::web::view::View;
use crate::web::visitor::Visitor;

/// Pairs on the page; the next ones come when these are judged.
const PAGE: usize = 20;

/// The pairs that wait longest.
#[get("/ops/look-alikes")]
pub async fn list(_moderator: Moderator, visitor: Visitor<'_>, db: &Db, keys: &State<Keys>) -> Result<View, Error> {
    let mut conn = db.acquire().await?;
    let mut marked = near::to_review(&mut conn, PAGE as i64 + 1).await?;
    let more = marked.len() > PAGE;
    marked.truncate(PAGE);
    let mut pairs = Vec::new();
    for pair in marked {
        let newer = Shown { id: pair.id, photo: photo(&mut conn, pair.id).await?, title: pair.title };
        let older = Shown { id: pair.older, photo: photo(&mut conn, pair.older).await?, title: pair.older_title };
        pairs.push(Pair { newer, older, same_owner: pair.same_owner });
    }
    let data = json!({ "csrf": csrf::token(keys, &visitor), "pairs": pairs, "more": more });
    Ok(View::new("ops/look_alikes", data))
}

/// It is another picture, or may stay. Pressed twice it says the same.
#[post("/ops/look-alikes/<id>/distinct", data = "<_pressed>")]
pub async fn distinct(
    id: i64,
    moderator: Moderator,
    _pressed: Pressed,
    db: &Db,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Redirect, Error> {
    let mut tx = db.begin().await?;
    let photo = submissions::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if near::reviewed(&mut tx, id).await? {
        let detail = format!("photo {id}");
        audit::record(&mut tx, Some(moderator.account()), Action::PhotoDistinct, photo.owner, &detail).await?;
        tx.commit().await?;
    }
    say(jar, config, &format!("{} is no longer marked.", photo.title));
    Ok(Redirect::to("/ops/look-alikes"))
}

#[derive(Serialize)]
struct Pair {
    newer: Shown,
    older: Shown,
    same_owner: bool,
}

#[derive(Serialize)]
struct Shown {
    id: i64,
    title: String,
    /// Nothing when it is out of everybody's reach.
    photo: Option<Photo>,
}

async fn photo(conn: &mut PgConnection, id: i64) -> Result<Option<Photo>, Error> {
    let photo = submissions::find(conn, id).await?;
    Ok(photo.filter(|photo| photo.votable() && !photo.renditions_hidden).as_ref().and_then(Photo::of))
}
