//! Does htmx ask for a fragment?

use std::convert::Infallible;

use rocket::Request;
use rocket::request::{FromRequest, Outcome};

/// True only for a request that htmx made to swap a part of the page. History restores and full navigations are not.
#[derive(Debug, Clone, Copy)]
pub struct Partial(pub bool);

impl Partial {
    /// Reads htmx's two headers.
    pub fn of(request: &Request<'_>) -> Self {
        let is = |name, value| request.headers().get_one(name) == Some(value);
        Partial(is("HX-Request", "true") && is("HX-Request-Type", "partial"))
    }

    /// Did htmx make this request at all, of which it may take a part only?
    pub fn is_script(request: &Request<'_>) -> bool {
        request.headers().get_one("HX-Request") == Some("true")
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Partial {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Partial::of(request))
    }
}
