//! Switching two-factor off: with password and code, as whoever finds a browser that is logged in has neither.

use chrono::Utc;
use rocket::form::FromForm;
use rocket::http::{CookieJar, Status};
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::two_factor::{self, Code, Verdict};
use crate::accounts::{Passwords, Role, login};
use crate::config::Config;
use crate::error::{Error, FieldError};
use crate::web::csrf::{self, Guarded};
use crate::web::db::Db;
use crate::web::form::FormView;
use crate::web::frame::say;
use crate::web::keys::Keys;
use crate::web::login::Answer;
use crate::web::login::code::complaint;
use crate::web::member::Member;
use crate::web::view::View;
use crate::web::visitor::Visitor;

/// What forms send that want both.
#[derive(FromForm)]
pub struct BothForm<'r> {
    password: &'r str,
    code: &'r str,
}

/// The form.
#[get("/settings/two-factor/off")]
pub fn new(member: Member, visitor: Visitor<'_>, keys: &State<Keys>, config: &State<Config>) -> View {
    page(&form(&visitor, keys), &member, config)
}

/// Switches it off.
#[expect(clippy::too_many_arguments, reason = "each is one of Rocket's guards")]
#[post("/settings/two-factor/off", data = "<typed>")]
pub async fn create(
    typed: Guarded<BothForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    passwords: &State<Passwords>,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Answer, Error> {
    let mut view = form(&visitor, keys);
    let account = member.account().id;
    match confirm(&typed.0, &mut view, &member, passwords, db, keys, config).await? {
        Some(mut tx) => {
            two_factor::switch_off(&mut tx, account).await?;
            tx.commit().await?;
        }
        None if two_factor::is_on(&mut *db.acquire().await?, account).await? => {
            return Ok(Answer::Page(page(&view, &member, config)));
        }
        // It is off already, as after a doubled click.
        None => {}
    }
    say(jar, config, "Two-factor is off. Logging in takes the password alone.");
    Ok(Answer::redirect(Redirect::to("/settings/two-factor")))
}

/// A transaction in which the code is used up, when both are right; otherwise the form says what is wrong.
pub async fn confirm(
    typed: &BothForm<'_>,
    view: &mut FormView,
    member: &Member,
    passwords: &Passwords,
    db: &Db,
    keys: &Keys,
    config: &Config,
) -> Result<Option<sqlx::Transaction<'static, sqlx::Postgres>>, Error> {
    let account = member.account().id;
    if !login::confirm(db.pool(), passwords, &config.accounts, account, typed.password).await? {
        view.wrong(FieldError { field: "password", message: "This is not your password.".into() });
    }
    let code = view.check(Code::parse(typed.code))?;
    let (Some(code), true) = (code, view.is_right()) else {
        return Ok(None);
    };
    two_factor::take_turn(&mut *db.acquire().await?, account, config.accounts.codes_per_account).await?;
    let mut tx = db.begin().await?;
    match two_factor::verify(&mut tx, &keys.vault, account, &code, Utc::now()).await? {
        Verdict::Right | Verdict::Recovered => Ok(Some(tx)),
        refused => {
            view.wrong(complaint(refused));
            Ok(None)
        }
    }
}

/// A form for password and code.
pub fn form(visitor: &Visitor<'_>, keys: &Keys) -> FormView {
    FormView::new(csrf::token(keys, visitor)).field("password", "").field("code", "")
}

fn page(form: &FormView, member: &Member, config: &Config) -> View {
    let status = if form.is_right() { Status::Ok } else { Status::UnprocessableEntity };
    let needed = config.accounts.two_factor_required && member.account().role > Role::Member;
    View::new("settings/two_factor/switch_off", json!({ "form": form, "needed": needed })).status(status)
}
