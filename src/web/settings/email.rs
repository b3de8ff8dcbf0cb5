//! Another address.

use rocket::form::FromForm;
use rocket::http::{CookieJar, Status};
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::throttle::{self, Key};
use crate::accounts::{Account, Email, Passwords, login};
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
pub struct EmailForm<'r> {
    email: &'r str,
    password: &'r str,
}

/// The form.
#[get("/settings/email")]
pub fn edit(member: Member, visitor: Visitor<'_>, keys: &State<Keys>) -> View {
    page(&form("", &visitor, keys), member.account())
}

/// Sends a link to the new address; the old one stays until that is opened.
#[expect(clippy::too_many_arguments, reason = "each is one of Rocket's guards")]
#[post("/settings/email", data = "<form>")]
pub async fn update(
    form: Guarded<EmailForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    passwords: &State<Passwords>,
    db: &Db,
    keys: &State<Keys>,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Answer, Error> {
    let typed = form.0;
    let account = member.account();
    let mut view = self::form(typed.email, &visitor, keys);
    let email = view.check(Email::parse(typed.email))?;
    if !login::confirm(db.pool(), passwords, &config.accounts, account.id, typed.password).await? {
        view.wrong(FieldError { field: "password", message: "This is not your password.".into() });
    }
    let (Some(email), true) = (email, view.is_right()) else {
        return Ok(Answer::Page(page(&view, account)));
    };
    brake(db, config, account.id).await?;
    let mut tx = db.begin().await?;
    mail::send(&mut tx, Letter::ChangeEmail { account: account.id, address: email.as_str().to_owned() }).await?;
    tx.commit().await?;
    say(jar, config, "We have sent a mail to the new address. It becomes yours when you open the link in it.");
    Ok(Answer::redirect(Redirect::to("/settings")))
}

/// Sends the link to the address given at joining once more.
#[post("/settings/email/resend", data = "<_pressed>")]
pub async fn resend(
    _pressed: Pressed,
    member: Member,
    db: &Db,
    config: &State<Config>,
    jar: &CookieJar<'_>,
) -> Result<Redirect, Error> {
    let account = member.account();
    if !account.email_verified {
        brake(db, config, account.id).await?;
        let mut tx = db.begin().await?;
        mail::send(&mut tx, Letter::VerifyEmail { account: account.id }).await?;
        tx.commit().await?;
        say(jar, config, "We have sent the mail once more. Look into the spam folder, too.");
    }
    Ok(Redirect::to("/settings"))
}

async fn brake(db: &Db, config: &Config, account: i64) -> Result<(), Error> {
    let key = Key::new("mail of", &[&account.to_string()]);
    throttle::take(&mut *db.acquire().await?, &key, config.accounts.mails_per_account).await
}

fn form(email: &str, visitor: &Visitor<'_>, keys: &Keys) -> FormView {
    FormView::new(csrf::token(keys, visitor)).field("email", email).field("password", "")
}

fn page(form: &FormView, account: &Account) -> View {
    let status = if form.is_right() { Status::Ok } else { Status::UnprocessableEntity };
    let data = json!({ "form": form, "current": account.email, "verified": account.email_verified });
    View::new("settings/email", data).status(status)
}
