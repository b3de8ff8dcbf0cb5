//! Another password.

use rocket::form::FromForm;
use rocket::http::{CookieJar, Status};
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::{Password, Passwords, login, recovery};
use crate::config::Config;
use crate::error::{Error, FieldError};
use crate::mail::{self, Letter};
use crate::web::csrf::{self, Guarded};
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
pub struct PasswordForm<'r> {
    current: &'r str,
    password: &'r str,
}

/// The form.
#[get("/settings/password")]
pub fn edit(_member: Member, visitor: Visitor<'_>, keys: &State<Keys>) -> View {
    page(&form(&visitor, keys))
}

/// Changes it, and logs all other browsers out.
#[expect(clippy::too_many_arguments, reason = "each is one of Rocket's guards")]
#[post("/settings/password", data = "<form>")]
pub async fn update(
    form: Guarded<PasswordForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    passwords: &State<Passwords>,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Answer, Error> {
    let account = member.account();
    let mut view = self::form(&visitor, keys);
    if !login::confirm(db.pool(), passwords, &config.accounts, account.id, form.0.current).await? {
        if recovery::just_changed(db.pool(), passwords, &config.accounts, account.id, form.0.password).await? {
            return Ok(changed(config, jar));
        }
        view.wrong(FieldError { field: "current", message: "This is not your password.".into() });
    }
    let password = view.check(Password::parse(form.0.password, &account.names()))?;
    let (Some(password), true) = (password, view.is_right()) else {
        return Ok(Answer::Page(page(&view)));
    };
    let hash = passwords.hash(password).await?;
    let mut tx = db.begin().await?;
    recovery::change(&mut tx, account.id, Some(member.id), &hash).await?;
    mail::send(&mut tx, Letter::PasswordChanged { account: account.id }).await?;
    tx.commit().await?;
    Ok(changed(config, jar))
}

fn changed(config: &Config, jar: &CookieJar<'_>) -> Answer {
    say(jar, config, "Your password is changed. All other browsers are logged out.");
    Answer::redirect(Redirect::to("/settings"))
}

fn form(visitor: &Visitor<'_>, keys: &Keys) -> FormView {
    FormView::new(csrf::token(keys, visitor)).field("current", "").field("password", "")
}

fn page(form: &FormView) -> View {
    let status = if form.is_right() { Status::Ok } else { Status::UnprocessableEntity };
    View::new("settings/password", json!({ "form": form })).status(status)
}
