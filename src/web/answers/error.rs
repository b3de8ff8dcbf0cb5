//! What a visitor is told when something goes wrong: a page, or a line for the status region of the page they are on.

use rocket::http::{Header, Status};
use rocket::response::{Redirect, Responder, Response, Result};
use rocket::{Catcher, Request, catch, catchers};

use super::return_to::login_path_from;
use super::view::{View, log_internal};
use crate::error::Error;
use crate::web::guards::hx::Partial;
use crate::web::guards::refusal::{Explanation, explain, refused, status};

/// One catcher for every status.
pub fn catchers() -> Vec<Catcher> {
    catchers![any]
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> Result<'static> {
        if let Error::Internal(cause) = &self {
            log_internal(request, cause);
        }
        explain(&self, status(&self)).respond_to(request)
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
        if Partial::of(request).0 || Partial::is_script(request) {
            return Response::build().status(Status::Ok).header(Header::new("HX-Redirect", self.0)).ok();
        }
        Redirect::to(self.0).respond_to(request)
    }
}

#[catch(default)]
fn any(status: Status, request: &Request<'_>) -> Caught {
    match status {
        Status::Unauthorized => return Caught::Elsewhere(Elsewhere(login_path_from(request))),
        // Who may do more than members needs two-factor first.
        Status::PreconditionRequired => return Caught::Elsewhere(Elsewhere("/settings/two-factor".to_owned())),
        _ => {}
    }
    Caught::Explained(explained(status, request))
}

fn explained(status: Status, request: &Request<'_>) -> Explanation {
    refused(request).unwrap_or_else(|| {
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
