//! Switching two-factor off: with password and code, as whoever finds a browser that is logged in has neither.

use chrono::Utc;
use rocket::form::FromForm;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::two_factor::{self, Code, CodeCheck};
use crate::accounts::{Role, login};
use crate::config::Config;
use crate::error::{Error, FieldError};
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::guards::app::App;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;
use crate::web::login::code::complaint;

/// What forms send that want both.
#[derive(FromForm)]
pub struct BothForm<'r> {
    password: &'r str,
    code: &'r str,
}

#[get("/settings/two-factor/off")]
pub fn new(member: Member, visitor: Visitor<'_>, config: &State<Config>) -> View {
    page(&form(&visitor), &member, config)
}

#[post("/settings/two-factor/off", data = "<typed>")]
pub async fn create(
    typed: Guarded<BothForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, .. } = app;
    let mut view = form(&visitor);
    let account = member.account().id;
    match confirm(&typed.0, &mut view, &member, app).await? {
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
    visitor.say("Two-factor is off. Logging in takes the password alone.");
    Ok(Answer::to("/settings/two-factor"))
}

/// A transaction in which the code is used up, when both are right; otherwise the form says what is wrong.
pub async fn confirm(
    typed: &BothForm<'_>,
    view: &mut FormView,
    member: &Member,
    app: App<'_>,
) -> Result<Option<sqlx::Transaction<'static, sqlx::Postgres>>, Error> {
    let App { db, config, keys, passwords, .. } = app;
    let account = member.account().id;
    if !login::confirm(db.pool(), passwords, &config.accounts, account, typed.password).await? {
        view.add_error(FieldError { field: "password", message: "This is not your password.".into() });
    }
    let code = view.check(Code::parse(typed.code))?;
    let (Some(code), true) = (code, view.is_valid()) else {
        return Ok(None);
    };
    two_factor::throttle_codes(&mut *db.acquire().await?, account, config.accounts.codes_per_account).await?;
    let mut tx = db.begin().await?;
    match two_factor::verify(&mut tx, &keys.vault, account, &code, Utc::now()).await? {
        CodeCheck::Right | CodeCheck::Recovered => Ok(Some(tx)),
        refused => {
            view.add_error(complaint(refused));
            Ok(None)
        }
    }
}

/// A form for password and code.
pub fn form(visitor: &Visitor<'_>) -> FormView {
    FormView::of(visitor).field("password", "").field("code", "")
}

fn page(form: &FormView, member: &Member, config: &Config) -> View {
    let needed = config.accounts.two_factor_required && member.account().role > Role::Member;
    form.page("settings/two_factor/switch_off", json!({ "needed": needed }))
}
