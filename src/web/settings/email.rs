//! Another address.

use rocket::form::FromForm;
use rocket::response::Redirect;
use rocket::{State, get, post};
use serde_json::json;

use crate::accounts::Email;
use crate::accounts::throttle::{self, Key};
use crate::config::Config;
use crate::error::Error;
use crate::mail::{self, Notification};
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::app::App;
use crate::web::guards::csrf::{Guarded, Pressed};
use crate::web::guards::member::Member;
use crate::web::guards::visitor::Visitor;
use crate::web::settings::confirmation::{Typed, compare, wants_code};

/// What the form sends.
#[derive(FromForm)]
pub struct EmailForm<'r> {
    email: &'r str,
    password: &'r str,
    code: Option<&'r str>,
}

#[get("/settings/email")]
pub async fn edit(member: Member, visitor: Visitor<'_>, app: App<'_>) -> Result<View, Error> {
    page(&form("", &visitor), &member, app).await
}

/// Sends a link to the new address; the old one stays until that is opened.
#[post("/settings/email", data = "<form>")]
pub async fn update(
    form: Guarded<EmailForm<'_>>,
    member: Member,
    visitor: Visitor<'_>,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, .. } = app;
    let account = member.account().id;
    let mut view = self::form(form.0.email, &visitor);
    let email = view.check(Email::parse(form.0.email))?;
    let typed = Typed { field: "password", password: form.0.password, code: form.0.code };
    let shown = compare(typed, &mut view, &member, app).await?;
    let (Some(email), Some(shown), true) = (email, shown, view.is_valid()) else {
        return Ok(Answer::Page(page(&view, &member, app).await?));
    };
    brake(db, config, account).await?;
    let notification = Notification::ChangeEmail { account, address: email.as_str().to_owned() };
    let Some(mut tx) = shown.begin(&mut view, &member, app).await? else {
        // Of a doubled click the second form finds its code used.
        if mail::just_owed(&mut *db.acquire().await?, &notification).await? {
            return Ok(sent(&visitor));
        }
        return Ok(Answer::Page(page(&view, &member, app).await?));
    };
    mail::enqueue(&mut tx, notification).await?;
    tx.commit().await?;
    Ok(sent(&visitor))
}

fn sent(visitor: &Visitor<'_>) -> Answer {
    visitor.say("We have sent a mail to the new address. It becomes yours when you open the link in it.");
    Answer::to("/settings")
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
    FormView::of(visitor).field("email", email).field("password", "").field("code", "")
}

async fn page(form: &FormView, member: &Member, app: App<'_>) -> Result<View, Error> {
    let (account, guarded) = (member.account(), wants_code(member, app).await?);
    let data = json!({ "current": account.email, "verified": account.email_verified, "guarded": guarded });
    Ok(form.page("settings/email", data))
}
