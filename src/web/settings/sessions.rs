//! The browsers that a member is logged in with.

use rocket::response::Redirect;
use rocket::{get, post};
use serde_json::json;

use crate::accounts::session;
use crate::error::Error;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::csrf::Pressed;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;

/// All of them, this one first.
#[get("/settings/sessions")]
pub async fn list(member: Member, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let listed = session::list(&mut *db.acquire().await?, member.account().id).await?;
    let (this, others): (Vec<_>, Vec<_>) = listed.into_iter().partition(|session| session.id == member.id);
    let data = json!({ "csrf": visitor.form_token(), "current": this.first(), "others": others });
    Ok(View::new("settings/sessions", data))
}

/// Logs one out. Somebody else's is none of theirs, and so is one that is gone.
#[post("/settings/sessions/<id>/revoke", data = "<_pressed>")]
pub async fn revoke(
    id: i64,
    _pressed: Pressed,
    member: Member,
    mut visitor: Visitor<'_>,
    db: &Db,
) -> Result<Redirect, Error> {
    let mut tx = db.begin().await?;
    let ended = session::end(&mut tx, member.account().id, id).await?;
    tx.commit().await?;
    if ended && id == member.id {
        visitor.log_out();
        visitor.say("You are logged out. You rate as a new visitor now.");
        return Ok(Redirect::to("/"));
    }
    visitor.say(if ended { "That browser is logged out." } else { "That browser was logged out already." });
    Ok(Redirect::to("/settings/sessions"))
}

/// Logs all out but this one.
#[post("/settings/sessions/revoke", data = "<_pressed>")]
pub async fn revoke_others(
    visitor: Visitor<'_>,
    _pressed: Pressed,
    member: Member,
    db: &Db,
) -> Result<Redirect, Error> {
    let mut tx = db.begin().await?;
    let ended = session::end_others(&mut tx, member.account().id, Some(member.id)).await?;
    tx.commit().await?;
    let words = match ended {
        0 => "There was no other browser.".to_owned(),
        1 => "One other browser is logged out.".to_owned(),
        many => format!("{many} other browsers are logged out."),
    };
    visitor.say(&words);
    Ok(Redirect::to("/settings/sessions"))
}
