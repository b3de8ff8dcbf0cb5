//! What a visitor is told when something goes wrong: a page, or a line for the status region of the page they are on.

use std::fmt::Display;
use std::sync::OnceLock;

use rocket::data::Outcome;
use rocket::http::{Header, Status};
use rocket::response::{Redirect, Responder, Response, Result};
use rocket::{Catcher, Request, catch, catchers};
use serde::Serialize;

use super::hx::Partial;
use super::next::way_in_and_back;
use super::view::View;
use crate::error::Error;
use crate::secret::redact;

/// One catcher for every status.
pub fn catchers() -> Vec<Catcher> {
    catchers![any]
}

/// Logs our own fault once, with what was asked for.
pub fn internal(request: &Request<'_>, cause: &dyn Display) -> Status {
    log::error!("{} {}: {cause}", request.method(), redact(request.uri().path().as_str()));
    Status::InternalServerError
}

/// Refuses a form; the catcher says why.
pub fn refuse<'r, T>(request: &'r Request<'_>, status: Status, error: Error) -> Outcome<'r, T>
where
    T: rocket::data::FromData<'r, Error = Error>,
{
    let kept = request.local_cache(Refusal::default);
    let why = explain(&error, status);
    // A request is refused once.
    let _ = kept.0.set(why);
    Outcome::Error((status, error))
}

#[derive(Default)]
struct Refusal(OnceLock<Explanation>);

#[derive(Clone, Serialize)]
struct Explanation {
    status: u16,
    heading: &'static str,
    message: String,
    /// Where to go on; nothing where staying on the page is the way on.
    href: Option<&'static str>,
    link: Option<&'static str>,
    #[serde(skip)]
    cookie_missing: bool,
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> Result<'static> {
        if let Error::Internal(cause) = &self {
            internal(request, cause);
        }
        explain(&self, status(&self)).respond_to(request)
    }
}

/// What HTTP calls it.
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

impl<'r> Responder<'r, 'static> for Explanation {
    fn respond_to(mut self, request: &'r Request<'_>) -> Result<'static> {
        if Partial::of(request).0 && matches!(self.status, 422 | 429) {
            (self.href, self.link) = (None, None);
        }
        let template = match (Partial::of(request).0, self.cookie_missing) {
            (true, _) => "errors/_fragment",
            (false, true) => "home/cookies",
            (false, false) => "errors/page",
        };
        let status = Status::new(self.status);
        let retry_after = self.retry_after;
        let mut response: Response<'static> = View::new(template, self).status(status).respond_to(request)?;
        if let Some(seconds) = retry_after {
            response.set_header(Header::new("Retry-After", seconds.to_string()));
        }
        Ok(response)
    }
}

/// What a catcher answers.
#[derive(Responder)]
enum Caught {
    Explained(Explanation),
    Elsewhere(Elsewhere),
}

/// Something has to be done first, on another page.
struct Elsewhere(String);

impl<'r> Responder<'r, 'static> for Elsewhere {
    fn respond_to(self, request: &'r Request<'_>) -> Result<'static> {
        // htmx would put the whole page of a redirect into the fragment's place.
        if Partial::of(request).0 {
            return Response::build().status(Status::Ok).header(Header::new("HX-Redirect", self.0)).ok();
        }
        Redirect::to(self.0).respond_to(request)
    }
}

#[catch(default)]
fn any(status: Status, request: &Request<'_>) -> Caught {
    match status {
        Status::Unauthorized => return Caught::Elsewhere(Elsewhere(way_in_and_back(request))),
        // Who may do more than members needs two-factor first.
        Status::PreconditionRequired => return Caught::Elsewhere(Elsewhere("/settings/two-factor".to_owned())),
        _ => {}
    }
    Caught::Explained(explained(status, request))
}

fn explained(status: Status, request: &Request<'_>) -> Explanation {
    let refused = request.local_cache(Refusal::default).0.get();
    refused.cloned().unwrap_or_else(|| {
        let error = match status {
            Status::NotFound => Error::NotFound,
            // A path whose parts cannot be what they should be, such as /submissions/abc.
            Status::UnprocessableEntity => return explain(&Error::NotFound, Status::NotFound),
            Status::ServiceUnavailable => Error::Busy,
            status if status.code >= 500 => Error::Internal(status.to_string().into()),
            _ => Error::Forbidden("This address does not take such a request. Go back and try again.".into()),
        };
        explain(&error, status)
    })
}

fn explain(error: &Error, status: Status) -> Explanation {
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
