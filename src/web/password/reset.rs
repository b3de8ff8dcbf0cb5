//! Choosing a new password through a link in a mail.

use rocket::form::FromForm;
use rocket::http::{CookieJar, Status};
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::token::{self, Purpose, Token};
use crate::accounts::{self, Account, Password, Passwords, recovery};
use crate::config::Config;
use crate::error::Error;
use crate::mail::{self, Letter};
use crate::web::csrf::{self, Guarded};
use crate::web::db::Db;
use crate::web::form::FormView;
use crate::web::frame::say;
use crate::web::keys::Keys;
use crate::web::login::Answer;
use crate::web::view::View;
use crate::web::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct ResetForm<'r> {
    password: &'r str,
}

/// The form, while the link is good.
#[get("/password/reset/<token>")]
pub async fn new(token: &str, visitor: Visitor<'_>, db: &Db, keys: &State<Keys>) -> Result<View, Error> {
    if owner(token, db).await?.is_none() {
        return Ok(no_such_link());
    }
    Ok(page(token, &form(&visitor, keys)))
}

/// Changes the password, logs every browser out and uses the link up.
#[expect(clippy::too_many_arguments, reason = "each is one of Rocket's guards")]
#[post("/password/reset/<token>", data = "<form>")]
pub async fn create(
    token: &str,
    form: Guarded<ResetForm<'_>>,
    visitor: Visitor<'_>,
    passwords: &State<Passwords>,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Answer, Error> {
    let Some(owner) = owner(token, db).await? else {
        return Ok(Answer::Page(no_such_link()));
    };
    let mut view = self::form(&visitor, keys);
    let Some(password) = view.check(Password::parse(form.0.password, &owner.names()))? else {
        return Ok(Answer::Page(page(token, &view)));
    };
    let hash = passwords.hash(password).await?;
    let mut tx = db.begin().await?;
    let reset = match Token::parse(token) {
        Some(token) => recovery::reset(&mut tx, &token, &hash).await?,
        None => None,
    };
    let Some(account) = reset else {
        return Ok(Answer::Page(no_such_link()));
    };
    mail::send(&mut tx, Letter::PasswordChanged { account }).await?;
    tx.commit().await?;
    say(jar, config, "Your password is changed, and every browser is logged out. Log in with the new one.");
    Ok(Answer::redirect(Redirect::to("/login")))
}

/// Whose link this is, while it is good.
async fn owner(token: &str, db: &Db) -> Result<Option<Account>, Error> {
    let Some(token) = Token::parse(token) else {
        return Ok(None);
    };
    let mut conn = db.acquire().await?;
    match token::look(&mut conn, &token, Purpose::ResetPassword).await? {
        Some(link) => Ok(accounts::find(&mut conn, link.account).await?),
        None => Ok(None),
    }
}

fn form(visitor: &Visitor<'_>, keys: &Keys) -> FormView {
    FormView::new(csrf::token(keys, visitor)).field("password", "")
}

fn page(token: &str, form: &FormView) -> View {
    let status = if form.is_right() { Status::Ok } else { Status::UnprocessableEntity };
    View::new("accounts/reset", json!({ "form": form, "token": token })).status(status)
}

fn no_such_link() -> View {
    View::new("accounts/reset_gone", json!({})).status(Status::Gone)
}
