//! Why a request was refused, in words: what guards leave for the page that says so.

use std::sync::OnceLock;

use rocket::Request;
use rocket::data::{FromData, Outcome};
use rocket::http::Status;
use serde::Serialize;

use crate::error::Error;

/// Refuses a form; the catcher says why.
pub fn refuse<'r, T: FromData<'r, Error = Error>>(
    request: &'r Request<'_>,
    status: Status,
    error: Error,
) -> Outcome<'r, T> {
    // A request is refused once.
    let _ = request.local_cache(Refusal::default).0.set(explain(&error, status));
    Outcome::Error((status, error))
}

/// Why this request was refused, if a guard said so.
pub fn refused(request: &Request<'_>) -> Option<Explanation> {
    request.local_cache(Refusal::default).0.get().cloned()
}

#[derive(Default)]
struct Refusal(OnceLock<Explanation>);

/// An error in words, as templates show it.
#[derive(Clone, Serialize)]
pub struct Explanation {
    /// HTTP's code.
    pub status: u16,
    pub heading: &'static str,
    /// One or two sentences: what happened, and what to do.
    pub message: String,
    /// Where to go on; nothing where staying on the page is the way on.
    pub href: Option<&'static str>,
    /// What that link says.
    pub link: Option<&'static str>,
    /// Did the browser send no cookie, so that it needs the page on cookies?
    #[serde(skip)]
    pub cookie_missing: bool,
    /// Seconds to wait before another try.
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

/// The HTTP status of an error.
pub fn status(error: &Error) -> Status {
    match error {
        Error::NotFound => Status::NotFound,
        Error::Forbidden(_) | Error::CookieMissing => Status::Forbidden,
        Error::Invalid(_) => Status::UnprocessableEntity,
        Error::Conflict(_) => Status::Conflict,
        Error::TooFast { .. } => Status::TooManyRequests,
        Error::Busy => Status::ServiceUnavailable,
        Error::Internal(_) => Status::InternalServerError,
    }
}

/// An error in words. The status may differ from the usual one of such an error.
pub fn explain(error: &Error, status: Status) -> Explanation {
    let (heading, message) = match error {
        Error::NotFound => {
            ("There is nothing here", "There is no such page or photo, or it is not on show any more.".to_owned())
        }
        Error::Forbidden(why) => ("That did not work", why.clone()),
        Error::CookieMissing => (
            "We need one cookie",
            "Nothing was saved, because your browser did not send back our cookie. \
             Allow cookies for this site, open the page again and try once more."
                .to_owned(),
        ),
        Error::Invalid(fields) => {
            let all: Vec<&str> = fields.iter().map(|field| field.message.as_str()).collect();
            ("There is a problem", all.join(" "))
        }
        Error::Conflict(with) => ("That clashes with something", with.clone()),
        Error::TooFast { message, .. } => ("A little slower, please", message.clone()),
        Error::Busy => (
            "We are out of breath",
            "The site is very busy or being repaired. What you sent may not have been saved. Try again in a few seconds.".to_owned(),
        ),
        Error::Internal(_) => (
            "Something broke on our side",
            "Nothing was saved because of a problem with the site. Try again in a moment.".to_owned(),
        ),
    };
    let retry_after = match error {
        Error::TooFast { retry_after, .. } => Some(*retry_after),
        Error::Busy => Some(5),
        _ => None,
    };
    Explanation {
        status: status.code,
        heading,
        message,
        href: Some("/"),
        link: Some("Rate a photo"),
        cookie_missing: matches!(error, Error::CookieMissing),
        retry_after,
    }
}
