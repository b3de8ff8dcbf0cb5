//! Forms that only our own pages can have sent.

use std::time::Duration;

use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::form::{Form, FromForm, ValueField};
use rocket::http::uri::Absolute;
use rocket::http::{RawStr, Status};
use rocket::request::FromRequest;
use rocket::{Request, form};

use super::form_token;
use super::refusal::refuse;
use super::visitor::Visitor;
use crate::config::Config;
use crate::error::Error;
use crate::web::keys::Keys;

/// Most fields of one form.
const FIELDS: usize = 64;

/// The name of the field with the token.
pub(super) const FIELD: &str = "csrf";
/// A form that carried this visitor's token and did not come from elsewhere.
/// Every route that changes something takes its form through this guard.
pub struct Guarded<T>(pub T);

#[rocket::async_trait]
impl<'r, T: FromForm<'r> + Send> FromData<'r> for Guarded<T> {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match parse(request, data).await {
            Ok(form) => Outcome::Success(Guarded(form)),
            Err((status, error)) => refuse(request, status, error),
        }
    }
}

/// A form of which only that it was sent matters: a button.
pub struct Pressed;

#[rocket::async_trait]
impl<'r> FromData<'r> for Pressed {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match read(request, data).await {
            Ok(_) => Outcome::Success(Pressed),
            Err((status, error)) => refuse(request, status, error),
        }
    }
}

async fn parse<'r, T: FromForm<'r>>(request: &'r Request<'_>, data: Data<'r>) -> Result<T, (Status, Error)> {
    let fields = read(request, data).await?;
    let fields = fields.iter().map(|(name, value)| ValueField::from((name.as_str(), value.as_str())));
    Form::<T>::parse_iter(fields).map_err(|_: form::Errors<'_>| unreadable())
}

/// Names and values of a form, once it is known to be ours.
async fn read<'r>(request: &'r Request<'_>, data: Data<'r>) -> Result<&'r [(String, String)], (Status, Error)> {
    check_origin(request)?;
    let limit = request.limits().get("form").unwrap_or(128.kibibytes());
    let config = request.rocket().state::<Config>().ok_or_else(unreadable)?;
    let patience = Duration::from_secs(config.patience.form_seconds);
    let body = tokio::time::timeout(patience, data.open(limit).into_string()).await.map_err(|_| too_slow())?;
    let body = body.map_err(|_| unreadable())?;
    if !body.is_complete() {
        let text = format!("That was too long: a form here holds at most {limit}.");
        return Err((Status::PayloadTooLarge, Error::Forbidden(text)));
    }
    let fields = request.local_cache(|| decode(&body)).as_deref().ok_or_else(unreadable)?;
    let sent = fields.iter().find(|(name, _)| name == FIELD).map(|(_, value)| value.as_str());
    verify_token(request, sent).await?;
    Ok(fields)
}

/// Refuses what another site's page has sent.
pub(super) fn check_origin(request: &Request<'_>) -> Result<(), (Status, Error)> {
    if from_here(request) {
        return Ok(());
    }
    let text = "This form was sent from another site. Open the page here and send it again.";
    Err((Status::Forbidden, Error::Forbidden(text.into())))
}

/// Refuses a form without this visitor's token: each of the guards asks this before anything is done or kept.
pub(super) async fn verify_token(request: &Request<'_>, sent: Option<&str>) -> Result<(), (Status, Error)> {
    let visitor = Visitor::from_request(request).await;
    let visitor = visitor.success_or((Status::ServiceUnavailable, Error::Busy))?;
    if !visitor.returned {
        return Err((Status::Forbidden, Error::CookieMissing));
    }
    let keys = request.rocket().state::<Keys>().ok_or_else(unreadable)?;
    if !sent.is_some_and(|sent| form_token::matches(sent, &keys.csrf, visitor.token())) {
        let text = "This page was too old, or not ours. Open it again and send the form once more.";
        return Err((Status::Forbidden, Error::Forbidden(text.into())));
    }
    Ok(())
}

/// `application/x-www-form-urlencoded`; nothing when it is not UTF-8, or has more fields than any form of ours.
fn decode(body: &str) -> Option<Vec<(String, String)>> {
    let decode = |text: &str| RawStr::new(text).url_decode().ok().map(String::from);
    let fields = || RawStr::new(body).split('&').filter(|field| !field.is_empty());
    if fields().count() > FIELDS {
        return None;
    }
    fields()
        .map(|field| {
            let (name, value) = field.split_at_byte(b'=');
            Some((decode(name.as_str())?, decode(value.as_str())?))
        })
        .collect()
}

fn too_slow() -> (Status, Error) {
    (Status::RequestTimeout, Error::Forbidden("The form took too long to arrive. Send it again.".into()))
}

fn unreadable() -> (Status, Error) {
    (Status::UnprocessableEntity, Error::invalid("form", "This form could not be read. Open the page again."))
}

/// Text browsers send neither header; whoever sends one must name this site.
fn from_here(request: &Request<'_>) -> bool {
    let headers = request.headers();
    if let Some(site) = headers.get_one("Sec-Fetch-Site") {
        return matches!(site, "same-origin" | "none");
    }
    match (headers.get_one("Origin"), headers.get_one("Host")) {
        (None, _) => true,
        (Some(origin), Some(host)) => Absolute::parse(origin)
            .ok()
            .and_then(|origin| origin.authority().map(|authority| authority.to_string()))
            .is_some_and(|authority| authority.eq_ignore_ascii_case(host)),
        (Some(_), None) => false,
    }
}
