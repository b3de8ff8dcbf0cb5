//! Leaving.

use rocket::response::Redirect;
use rocket::{get, post};
use serde_json::json;

use crate::accounts::{self, deletion};
use crate::error::Error;
use crate::mail::{self, Notification};
use crate::metrics::{AccountEvent, recorder};
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::app::App;
use crate::web::guards::csrf::{Guarded, Pressed};
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;
use crate::web::settings::confirmation::{ConfirmForm, confirm, wants_code};

/// What it means, and the form.
#[get("/settings/delete")]
pub async fn new(member: Member, visitor: Visitor<'_>, app: App<'_>) -> Result<View, Error> {
    page(&form(&visitor), &member, app).await
}

#[post("/settings/delete", data = "<form>")]
pub async fn create(
    form: Guarded<ConfirmForm<'_>>,
    member: Member,
    mut visitor: Visitor<'_>,
    app: App<'_>,
) -> Result<Answer, Error> {
    let account = member.account().id;
    let mut view = self::form(&visitor);
    let Some(mut tx) = confirm(form.0.typed(), &mut view, &member, app).await? else {
        // Of a doubled click the second form finds its browser logged out.
        let now = accounts::find(&mut *app.db.acquire().await?, account).await?;
        if now.is_some_and(|account| account.deletion_due_at.is_some()) && member.account().deletion_due_at.is_none() {
            return Ok(planned(&mut visitor));
        }
        return Ok(Answer::Page(page(&view, &member, app).await?));
    };
    deletion::plan(&mut tx, account, app.config.accounts.deletion_grace_days).await?;
    mail::enqueue(&mut tx, Notification::DeletionPlanned { account }).await?;
    tx.commit().await?;
    recorder().account(AccountEvent::Left);
    Ok(planned(&mut visitor))
}

fn planned(visitor: &mut Visitor<'_>) -> Answer {
    visitor.log_out();
    visitor.say("You are logged out, and your account will be deleted. Log in again if you change your mind.");
    Answer::to("/")
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
    FormView::of(visitor).field("password", "").field("code", "")
}

async fn page(form: &FormView, member: &Member, app: App<'_>) -> Result<View, Error> {
    let (due, days) = (member.account().deletion_due_at, app.config.accounts.deletion_grace_days);
    let guarded = wants_code(member, app).await?;
    Ok(form.page("settings/delete", json!({ "due": due, "days": days, "guarded": guarded })))
}
