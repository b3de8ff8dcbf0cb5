//! Choosing a new password through a link in a mail.

use rocket::form::FromForm;
use rocket::http::Status;
use rocket::{get, post};
use serde_json::json;

use crate::accounts::throttle::{self, ClientNetwork};
use crate::accounts::token::{self, Purpose, Token};
use crate::accounts::{self, Account, recovery};
use crate::error::Error;
use crate::mail::{self, Notification};
use crate::metrics::{AccountEvent, recorder};
use crate::web::answers::Answer;
use crate::web::answers::form::FormView;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::app::App;
use crate::web::guards::csrf::Guarded;
use crate::web::guards::visitor::Visitor;

/// What the form sends.
#[derive(FromForm)]
pub struct ResetForm<'r> {
    password: &'r str,
}

/// The form, while the link is good.
#[get("/password/reset/<token>")]
pub async fn new(token: &str, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let owner = match Token::parse(token) {
        Some(link) => owner(&link, db).await?,
        None => None,
    };
    Ok(if owner.is_some() { page(token, &form(&visitor)) } else { no_such_link() })
}

/// Changes the password, logs every browser out and uses the link up.
#[post("/password/reset/<token>", data = "<form>")]
pub async fn create(
    token: &str,
    form: Guarded<ResetForm<'_>>,
    visitor: Visitor<'_>,
    network: ClientNetwork,
    app: App<'_>,
) -> Result<Answer, Error> {
    let App { db, config, passwords, .. } = app;
    let Some(link) = Token::parse(token) else {
        return Ok(Answer::Page(no_such_link()));
    };
    let typed = form.0.password;
    if let Some(owner) = owner(&link, db).await? {
        let mut view = self::form(&visitor);
        let brakes = network.brakes("password from", config.accounts.passwords_per_network);
        throttle::take_all(&mut *db.acquire().await?, &brakes).await?;
        let Some(password) = view.check(passwords.parse(typed, &owner.names()).await)? else {
            return Ok(Answer::Page(page(token, &view)));
        };
        let hash = passwords.hash(password).await?;
        let mut tx = db.begin().await?;
        if let Some(account) = recovery::reset(&mut tx, &link, &hash).await? {
            mail::enqueue(&mut tx, Notification::PasswordChanged { account }).await?;
            tx.commit().await?;
            recorder().account(AccountEvent::PasswordReset);
            return Ok(changed(&visitor));
        }
    }
    // The link is used up: by this very form, or by another one.
    let doubled = recovery::just_reset(db.pool(), passwords, &config.accounts, &link, typed).await?;
    Ok(if doubled { changed(&visitor) } else { Answer::Page(no_such_link()) })
}

fn changed(visitor: &Visitor<'_>) -> Answer {
    visitor.say("Your password is changed, and every browser is logged out. Log in with the new one.");
    Answer::to("/login")
}

/// Whose link this is, while it is good.
async fn owner(link: &Token, db: &Db) -> Result<Option<Account>, Error> {
    let mut conn = db.acquire().await?;
    match token::find(&mut conn, link, Purpose::ResetPassword).await? {
        Some(link) => Ok(accounts::find(&mut conn, link.account).await?),
        None => Ok(None),
    }
}

fn form(visitor: &Visitor<'_>) -> FormView {
    FormView::of(visitor).field("password", "")
}

fn page(token: &str, form: &FormView) -> View {
    form.page("password/reset", json!({ "token": token }))
}

fn no_such_link() -> View {
    View::new("password/reset_gone", json!({})).status(Status::Gone)
}
