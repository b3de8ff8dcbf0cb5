//! Another address.

use rocket::form::FromForm;
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::throttle::{self, Key};
use crate::accounts::{Account, Email, login};
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
pub struct EmailForm<'r> {
    email: &'r str,
    password: &'r str,
}

#[get("/settings/email")]
pub fn edit(member: Member, visitor: Visitor<'_>) -> View {
    page(&form("", &visitor), member.account())
}

/// Sends a link to the new address; the old one stays until that is opened.
#[post("/settings/email", data = "<form>")]
pub async fn update(
    form: Guarded<EmailForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, passwords, .. } = app;
    let typed = form.0;
    let account = member.account();
    let mut view = self::form(typed.email, &visitor);
    let email = view.check(Email::parse(typed.email))?;
    if !login::confirm(db.pool(), passwords, &config.accounts, account.id, typed.password).await? {
        view.add_error(FieldError { field: "password", message: "This is not your password.".into() });
    }
    let (Some(email), true) = (email, view.is_valid()) else {
        return Ok(Answer::Page(page(&view, account)));
    };
    brake(db, config, account.id).await?;
    let mut tx = db.begin().await?;
    mail::enqueue(&mut tx, Notification::ChangeEmail { account: account.id, address: email.as_str().to_owned() })
        .await?;
    tx.commit().await?;
    visitor.say("We have sent a mail to the new address. It becomes yours when you open the link in it.");
    Ok(Answer::to("/settings"))
}

/// Sends the link to the address given at joining once more.
#[post("/settings/email/resend", data = "<_pressed>")]
pub async fn resend(
    visitor: Visitor<'_>,
    _pressed: Pressed,
    member: Member,
    db: &Db,
    config: &State<Config>,
) -> Result<Redirect, Error> {
    let account = member.account();
    if !account.email_verified {
        brake(db, config, account.id).await?;
        let mut tx = db.begin().await?;
        mail::enqueue(&mut tx, Notification::VerifyEmail { account: account.id }).await?;
        tx.commit().await?;
        visitor.say("We have sent the mail once more. Look into the spam folder, too.");
    }
    Ok(Redirect::to("/settings"))
}

async fn brake(db: &Db, config: &Config, account: i64) -> Result<(), Error> {
    let key = Key::new("mail of", &[&account.to_string()]);
    throttle::take(&mut *db.acquire().await?, &key, config.accounts.mails_per_account).await
}

fn form(email: &str, visitor: &Visitor<'_>) -> FormView {
    FormView::of(visitor).field("email", email).field("password", "")
}

fn page(form: &FormView, account: &Account) -> View {
    let data = json!({ "current": account.email, "verified": account.email_verified });
    form.page("settings/email", data)
}
