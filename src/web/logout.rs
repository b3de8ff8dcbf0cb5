//! Logging out.

use rocket::response::Redirect;
use rocket::{Route, get, post, routes};
use serde_json::json;

use super::answers::view::View;
use super::db::Db;
use super::guards::csrf::Pressed;
use super::guards::member::Member;
use super::guards::visitor::Visitor;
use crate::accounts::session;
use crate::error::Error;

pub fn routes() -> Vec<Route> {
    routes![new, create]
}

#[get("/logout")]
pub fn new(_member: Member, visitor: Visitor<'_>) -> View {
    View::new("logout/new", json!({ "csrf": visitor.form_token() }))
}

/// Ends the session; the browser becomes a stranger.
#[post("/logout", data = "<_pressed>")]
pub async fn create(_pressed: Pressed, mut visitor: Visitor<'_>, db: &Db) -> Result<Redirect, Error> {
    if let Some(session) = visitor.member() {
        let mut tx = db.begin().await?;
        session::end(&mut tx, session.account.id, session.id).await?;
        tx.commit().await?;
    }
    visitor.log_out();
    visitor.say("You are logged out. You rate as a new visitor now.");
    Ok(Redirect::to("/"))
}
