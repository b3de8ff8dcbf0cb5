//! Ending optional mails from a link in one of them, without logging in. Mail programs do it by themselves (RFC 8058), so this
//! is the one form without our token: the signature in its address stands for it.

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, Route, get, post, routes};
use serde_json::json;

use super::answers::view::View;
use super::db::Db;
use super::keys::Keys;
use crate::accounts::settings;
use crate::error::Error;
use crate::mail::unsubscribe::{OptionalMail, Subscription};
use crate::ratings::awaited_photos;

pub fn routes() -> Vec<Route> {
    routes![create, show]
}

/// An address that only we can have made.
pub struct Signed(Subscription);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Signed {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Error> {
        let signed = request.param::<&str>(1).and_then(Result::ok);
        let subscription = match (signed, request.rocket().state::<Keys>()) {
            (Some(signed), Some(keys)) => Subscription::parse(signed, &keys.unsubscribe),
            _ => None,
        };
        match subscription {
            Some(subscription) => Outcome::Success(Signed(subscription)),
            None => Outcome::Error((Status::NotFound, Error::NotFound)),
        }
    }
}

/// Asks; a program that only looks changes nothing.
#[get("/unsubscribe/<signed>")]
pub fn show(signed: &str, subscription: Signed) -> View {
    View::new("unsubscribe/page", json!({ "signed": signed, "mails": subscription.0.mails.name() }))
}

/// Ends them, whatever the form says. Repeating it changes nothing.
#[post("/unsubscribe/<_>")]
pub async fn create(subscription: Signed, db: &Db) -> Result<View, Error> {
    let Signed(Subscription { account, mails }) = subscription;
    let mut tx = db.begin().await?;
    match mails {
        OptionalMail::AwaitedPhotos => awaited_photos::stop(&mut tx, account).await.map(drop)?,
        OptionalMail::Photos | OptionalMail::Digest => settings::unsubscribe(&mut tx, account, mails).await?,
    }
    tx.commit().await?;
    Ok(View::new("unsubscribe/done", json!({ "mails": mails.name() })))
}
