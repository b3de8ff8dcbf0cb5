//! Another password.

use rocket::form::FromForm;
use rocket::{get, post};
use serde_json::json;

use crate::accounts::recovery;
use crate::error::Error;
use crate::mail::{self, Notification};
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::guards::app::App;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;
use crate::web::settings::confirmation::{Typed, compare, wants_code};

/// What the form sends.
#[derive(FromForm)]
pub struct PasswordForm<'r> {
    current: &'r str,
    password: &'r str,
    code: Option<&'r str>,
}

#[get("/settings/password")]
pub async fn edit(member: Member, visitor: Visitor<'_>, app: App<'_>) -> Result<View, Error> {
    page(&form(&visitor), &member, app).await
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
    let typed = Typed { field: "current", password: form.0.current, code: form.0.code };
    let shown = compare(typed, &mut view, &member, app).await?;
    if shown.is_none()
        && recovery::just_changed(db.pool(), passwords, &config.accounts, account.id, form.0.password).await?
    {
        return Ok(changed(&visitor));
    }
    let password = view.check(passwords.parse(form.0.password, &account.names()).await)?;
    let (Some(password), Some(shown), true) = (password, shown, view.is_valid()) else {
        return Ok(Answer::Page(page(&view, &member, app).await?));
    };
    let hash = passwords.hash(password).await?;
    let Some(mut tx) = shown.begin(&mut view, &member, app).await? else {
        if recovery::just_changed(db.pool(), passwords, &config.accounts, account.id, form.0.password).await? {
            return Ok(changed(&visitor));
        }
        return Ok(Answer::Page(page(&view, &member, app).await?));
    };
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
    FormView::of(visitor).field("current", "").field("password", "").field("code", "")
}

async fn page(form: &FormView, member: &Member, app: App<'_>) -> Result<View, Error> {
    Ok(form.page("settings/password", json!({ "guarded": wants_code(member, app).await? })))
}
