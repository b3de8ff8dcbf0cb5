//! Leaving.

use rocket::form::FromForm;
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::{deletion, login};
use crate::config::Config;
use crate::error::{Error, FieldError};
use crate::mail::{self, Notification};
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::app::App;
use crate::web::guards::csrf::{Guarded, Pressed};
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct DeleteForm<'r> {
    password: &'r str,
}

/// What it means, and the form.
#[get("/settings/delete")]
pub fn new(member: Member, visitor: Visitor<'_>, config: &State<Config>) -> View {
    page(&form(&visitor), &member, config)
}

#[post("/settings/delete", data = "<form>")]
pub async fn create(
    form: Guarded<DeleteForm<'_>>,
    member: Member,
    mut visitor: Visitor<'_>,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, passwords, .. } = app;
    let account = member.account().id;
    let mut view = self::form(&visitor);
    if !login::confirm(db.pool(), passwords, &config.accounts, account, form.0.password).await? {
        view.add_error(FieldError { field: "password", message: "This is not your password.".into() });
        return Ok(Answer::Page(page(&view, &member, config)));
    }
    let mut tx = db.begin().await?;
    deletion::plan(&mut tx, account, config.accounts.deletion_grace_days).await?;
    mail::enqueue(&mut tx, Notification::DeletionPlanned { account }).await?;
    tx.commit().await?;
    visitor.log_out();
    visitor.say("You are logged out, and your account will be deleted. Log in again if you change your mind.");
    Ok(Answer::to("/"))
}

#[post("/settings/delete/cancel", data = "<_pressed>")]
pub async fn cancel(visitor: Visitor<'_>, _pressed: Pressed, member: Member, db: &Db) -> Result<Redirect, Error> {
    let mut tx = db.begin().await?;
    deletion::cancel(&mut tx, member.account().id).await?;
    tx.commit().await?;
    visitor.say("Your account stays. We are glad.");
    Ok(Redirect::to("/settings"))
}

fn form(visitor: &Visitor<'_>) -> FormView {
    FormView::of(visitor).field("password", "")
}

fn page(form: &FormView, member: &Member, config: &Config) -> View {
    let (due, days) = (member.account().deletion_due_at, config.accounts.deletion_grace_days);
    form.page("settings/delete", json!({ "due": due, "days": days }))
}
