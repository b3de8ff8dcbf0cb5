//! `/metrics`, for collectors of others. It is not there unless the settings open it.

use rocket::http::{Accept, Status};
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest};
use rocket::{Request, Responder, Route, State, get, routes};

use super::fairings::proxy;
use crate::config::Config;
use crate::metrics::openmetrics::{self, Text};
use crate::metrics::recorder;
use crate::secret;

pub fn routes() -> Vec<Route> {
    openmetrics::begin();
    routes![metrics]
}

/// Whoever may see what this process counts: with the token, or from this machine itself, whichever the settings allow.
pub struct Collector;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Collector {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let Outcome::Success(config) = request.guard::<&State<Config>>().await else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let settings = &config.openmetrics;
        // What a proxy on this machine passes on comes from this machine too.
        let near = request.remote().is_some_and(|remote| remote.ip().to_canonical().is_loopback());
        if settings.loopback && near && !proxy::HEADERS.iter().any(|name| request.headers().contains(*name)) {
            return Outcome::Success(Collector);
        }
        let Some(token) = settings.token() else { return Outcome::Error((Status::NotFound, ())) };
        let shown = request.headers().get_one("Authorization").and_then(|header| header.strip_prefix("Bearer "));
        match shown {
            Some(shown) if secret::same(token, shown.trim()) => Outcome::Success(Collector),
            _ => Outcome::Error((Status::NotFound, ())),
        }
    }
}

/// The text with its exact type, by which collectors choose their parser.
#[derive(Responder)]
pub struct Exposition {
    text: String,
    media_type: rocket::http::Header<'static>,
}

/// What this process has counted since it began.
#[get("/metrics")]
pub fn metrics(_collector: Collector, accept: Option<&Accept>) -> Exposition {
    let wanted = accept.is_some_and(|accept| accept.media_types().any(|kind| kind.sub() == "openmetrics-text"));
    let text = if wanted { Text::Open } else { Text::Prometheus };
    Exposition {
        text: openmetrics::render(recorder(), text),
        media_type: rocket::http::Header::new("Content-Type", text.media_type()),
    }
}
