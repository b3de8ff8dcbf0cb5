//! Links in mails that confirm an address. Opening one changes nothing, since mail programs open links too.

use rocket::http::Status;
use rocket::{Route, get, post, routes};
use serde_json::json;

use super::answers::view::View;
use super::db::Db;
use super::guards::csrf::Pressed;
use super::guards::visitor::Visitor;
use crate::accounts;
use crate::accounts::email_confirmation::{self, Confirmed};
use crate::accounts::token::{self, Purpose, Token};
use crate::error::Error;
use crate::metrics::{AccountEvent, recorder};

pub fn routes() -> Vec<Route> {
    routes![show, create]
}

/// The button, while the link is good.
#[get("/verify/<token>")]
pub async fn show(token: &str, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let link = match Token::parse(token) {
        Some(token) => find(&token, db).await?,
        None => None,
    };
    let Some(link) = link else {
        return Ok(no_such_link());
    };
    let account = accounts::find(&mut *db.acquire().await?, link.account).await?.ok_or(Error::NotFound)?;
    let name = account.username;
    let data = json!({ "csrf": visitor.form_token(), "token": token, "email": link.email, "name": name });
    Ok(View::new("verify/new", data))
}

#[post("/verify/<token>", data = "<_pressed>")]
pub async fn create(token: &str, _pressed: Pressed, db: &Db) -> Result<View, Error> {
    let Some(token) = Token::parse(token) else {
        return Ok(no_such_link());
    };
    let mut tx = db.begin().await?;
    let confirmed = email_confirmation::confirm(&mut tx, &token).await?;
    if confirmed == Confirmed::NoSuchLink {
        return Ok(no_such_link());
    }
    tx.commit().await?;
    if confirmed != Confirmed::Taken {
        recorder().account(AccountEvent::Verified);
    }
    Ok(match confirmed {
        Confirmed::Taken => View::new("verify/taken", json!({})).status(Status::Conflict),
        _ => View::new("verify/done", json!({ "changed": confirmed == Confirmed::Changed })),
    })
}

async fn find(token: &Token, db: &Db) -> Result<Option<token::Link>, Error> {
    let mut conn = db.acquire().await?;
    Ok(match token::find(&mut conn, token, Purpose::VerifyEmail).await? {
        Some(link) => Some(link),
        None => token::find(&mut conn, token, Purpose::ChangeEmail).await?,
    })
}

fn no_such_link() -> View {
    View::new("verify/gone", json!({})).status(Status::Gone)
}
