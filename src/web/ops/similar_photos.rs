//! Photos that look like an older one, side by side, for a moderator to judge.

use rocket::response::Redirect;
use rocket::{get, post};
use serde::Serialize;
use serde_json::json;

use crate::accounts::audit::{self, Action};
use crate::error::Error;
use crate::submissions::{self, Submission, similar};
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::Pressed;
use crate::web::guards::privileged::Moderator;
use crate::web::guards::visitor::Visitor;
use crate::web::submissions::photo::Photo;

/// Pairs on the page; the next ones come when these are judged.
const PAGE: usize = 20;

/// The pairs that wait longest.
#[get("/ops/similar-photos")]
pub async fn list(_moderator: Moderator, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let mut conn = db.acquire().await?;
    let mut marked = similar::unreviewed(&mut conn, PAGE as i64 + 1).await?;
    let more = marked.len() > PAGE;
    marked.truncate(PAGE);
    let ids: Vec<i64> = marked.iter().flat_map(|pair| [pair.id, pair.older]).collect();
    let photos = submissions::find_all(&mut conn, &ids).await?;
    let shown = |id, title| Shown { id, title, photo: photos.iter().find(|photo| photo.id == id).and_then(in_reach) };
    let pairs: Vec<Pair> = marked
        .into_iter()
        .map(|pair| Pair {
            newer: shown(pair.id, pair.title),
            older: shown(pair.older, pair.older_title),
            same_owner: pair.same_owner,
        })
        .collect();
    let data = json!({ "csrf": visitor.form_token(), "pairs": pairs, "more": more });
    Ok(View::new("ops/similar_photos", data))
}

/// It is another picture, or may stay. Pressed twice it says the same.
#[post("/ops/similar-photos/<id>/distinct", data = "<_pressed>")]
pub async fn distinct(
    visitor: Visitor<'_>,
    id: i64,
    moderator: Moderator,
    _pressed: Pressed,
    db: &Db,
) -> Result<Redirect, Error> {
    let mut tx = db.begin().await?;
    let photo = submissions::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if similar::mark_reviewed(&mut tx, id).await? {
        let detail = format!("photo {id}");
        audit::record(&mut tx, Some(moderator.account()), Action::PhotoDistinct, photo.owner, &detail).await?;
        tx.commit().await?;
    }
    visitor.say(&format!("{} is no longer marked.", photo.title));
    Ok(Redirect::to("/ops/similar-photos"))
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

fn in_reach(photo: &Submission) -> Option<Photo> {
    if photo.votable() && !photo.renditions_hidden { Photo::of(photo) } else { None }
}
