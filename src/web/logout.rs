//! Logging out.

use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use super::csrf::{self, Pressed};
use super::db::Db;
use super::frame::say;
use super::keys::Keys;
use super::member::Member;
use super::view::View;
use super::visitor::Visitor;
use crate::accounts::session;
use crate::config::Config;
use crate::error::Error;

/// Are you sure?
#[get("/logout")]
pub fn new(_member: Member, visitor: Visitor<'_>, keys: &State<Keys>) -> View {
    View::new("accounts/logout", json!({ "csrf": csrf::token(keys, &visitor) }))
}

/// Ends the session; the browser becomes a stranger.
#[post("/logout", data = "<_pressed>")]
pub async fn create(
    _pressed: Pressed,
    mut visitor: Visitor<'_>,
    db: &Db,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Redirect, Error> {
    if let Some(session) = visitor.member() {
        let mut tx = db.begin().await?;
        session::end(&mut tx, session.account.id, session.id).await?;
        tx.commit().await?;
    }
    visitor.log_out();
    say(jar, config, "You are logged out. You rate as a new visitor now.");
    Ok(Redirect::to("/"))
}
