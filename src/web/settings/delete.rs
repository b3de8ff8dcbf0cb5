//! Leaving.

use rocket::form::FromForm;
use rocket::http::{CookieJar, Status};
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::{Passwords, deletion, login};
use crate::config::Config;
use crate::error::{Error, FieldError};
use crate::mail::{self, Letter};
use crate::web::csrf::{self, Guarded, Pressed};
use crate::web::db::Db;
use crate::web::form::FormView;
use crate::web::frame::say;
use crate::web::keys::Keys;
use crate::web::login::Answer;
use crate::web::member::Member;
use crate::web::view::View;
use crate::web::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct DeleteForm<'r> {
    password: &'r str,
}

/// What it means, and the form.
#[get("/settings/delete")]
pub fn new(member: Member, visitor: Visitor<'_>, keys: &State<Keys>, config: &State<Config>) -> View {
    page(&form(&visitor, keys), &member, config)
}

/// Plans it.
#[expect(clippy::too_many_arguments, reason = "each is one of Rocket's guards")]
#[post("/settings/delete", data = "<form>")]
pub async fn create(
    form: Guarded<DeleteForm<'_>>,
    member: Member,
    mut visitor: Visitor<'_>,
    passwords: &State<Passwords>,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Answer, Error> {
    let account = member.account().id;
    let mut view = self::form(&visitor, keys);
    if !login::confirm(db.pool(), passwords, &config.accounts, account, form.0.password).await? {
        view.wrong(FieldError { field: "password", message: "This is not your password.".into() });
        return Ok(Answer::Page(page(&view, &member, config)));
    }
    let mut tx = db.begin().await?;
    deletion::plan(&mut tx, account, config.accounts.deletion_grace_days).await?;
    mail::send(&mut tx, Letter::DeletionPlanned { account }).await?;
    tx.commit().await?;
    visitor.log_out();
    say(jar, config, "You are logged out, and your account will be deleted. Log in again if you change your mind.");
    Ok(Answer::redirect(Redirect::to("/")))
}

/// Takes it back.
#[post("/settings/delete/cancel", data = "<_pressed>")]
pub async fn cancel(
    _pressed: Pressed,
    member: Member,
    db: &Db,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Redirect, Error> {
    let mut tx = db.begin().await?;
    deletion::cancel(&mut tx, member.account().id).await?;
    tx.commit().await?;
    say(jar, config, "Your account stays. We are glad.");
    Ok(Redirect::to("/settings"))
}

fn form(visitor: &Visitor<'_>, keys: &Keys) -> FormView {
    FormView::new(csrf::token(keys, visitor)).field("password", "")
}

fn page(form: &FormView, member: &Member, config: &Config) -> View {
    let status = if form.is_right() { Status::Ok } else { Status::UnprocessableEntity };
    let (due, days) = (member.account().deletion_due_at, config.accounts.deletion_grace_days);
    View::new("settings/delete", json!({ "form": form, "due": due, "days": days })).status(status)
}
