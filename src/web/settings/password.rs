//! Another password.

use rocket::form::FromForm;
use rocket::{get, post};
use serde_json::json;

use crate::accounts::{login, recovery};
use crate::error::{Error, FieldError};
use crate::mail::{self, Notification};
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::guards::app::App;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct PasswordForm<'r> {
    current: &'r str,
    password: &'r str,
}

#[get("/settings/password")]
pub fn edit(_member: Member, visitor: Visitor<'_>) -> View {
    page(&form(&visitor))
}

/// Changes it, and logs all other browsers out.
#[post("/settings/password", data = "<form>")]
pub async fn update(
    form: Guarded<PasswordForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, passwords, .. } = app;
    let account = member.account();
    let mut view = self::form(&visitor);
    if !login::confirm(db.pool(), passwords, &config.accounts, account.id, form.0.current).await? {
        if recovery::just_changed(db.pool(), passwords, &config.accounts, account.id, form.0.password).await? {
            return Ok(changed(&visitor));
        }
        view.add_error(FieldError { field: "current", message: "This is not your password.".into() });
    }
    let password = view.check(passwords.parse(form.0.password, &account.names()).await)?;
    let (Some(password), true) = (password, view.is_valid()) else {
        return Ok(Answer::Page(page(&view)));
    };
    let hash = passwords.hash(password).await?;
    let mut tx = db.begin().await?;
    recovery::change(&mut tx, account.id, Some(member.id), &hash).await?;
    mail::enqueue(&mut tx, Notification::PasswordChanged { account: account.id }).await?;
    tx.commit().await?;
    Ok(changed(&visitor))
}

fn changed(visitor: &Visitor<'_>) -> Answer {
    visitor.say("Your password is changed. All other browsers are logged out.");
    Answer::to("/settings")
}

fn form(visitor: &Visitor<'_>) -> FormView {
    FormView::of(visitor).field("current", "").field("password", "")
}

fn page(form: &FormView) -> View {
    form.page("settings/password", json!({}))
}
