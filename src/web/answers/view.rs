//! A template with its data, as an answer.

use std::fmt::Display;

use rocket::Request;
use rocket::http::{ContentType, Header, Status};
use rocket::response::{Responder, Response, Result};
use serde::Serialize;

use super::layout::Layout;
use crate::secret::redact;
use crate::templates::Templates;

/// A page or a fragment. The same URL gives either, so caches are told what it depends on.
pub struct View {
    template: &'static str,
    data: serde_json::Result<serde_json::Value>,
    status: Status,
    stored: bool,
}

impl View {
    /// This template, with status 200.
    pub fn new(template: &'static str, data: impl Serialize) -> Self {
        View { template, data: serde_json::to_value(data), status: Status::Ok, stored: true }
    }

    /// The same, never to be stored: it shows what opens an account.
    pub fn secret(mut self) -> Self {
        self.stored = false;
        self
    }

    /// The same, never to be stored: the Back button must not show a photo as unrated that has been rated since.
    pub fn current(mut self) -> Self {
        self.stored = false;
        self
    }

    /// The same with another status.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }
}

impl<'r> Responder<'r, 'static> for View {
    fn respond_to(self, request: &'r Request<'_>) -> Result<'static> {
        let templates = request.rocket().state::<Templates>().ok_or(Status::InternalServerError)?;
        let mut data = self.data.map_err(|cause| log_internal(request, &cause))?;
        data["layout"] = serde_json::to_value(Layout::of(request)).map_err(|cause| log_internal(request, &cause))?;
        let html = templates.render(self.template, &data).map_err(|cause| log_internal(request, &cause))?;
        Response::build()
            .status(self.status)
            .header(ContentType::HTML)
            .header(Header::new("Cache-Control", if self.stored { "private, no-cache" } else { "no-store" }))
            .header(Header::new("Vary", "HX-Request, HX-Request-Type"))
            .sized_body(html.len(), std::io::Cursor::new(html))
            .ok()
    }
}

/// Logs our own fault once, with what was asked for.
pub fn log_internal(request: &Request<'_>, cause: &dyn Display) -> Status {
    log::error!("{} {}: {cause}", request.method(), redact(request.uri().path().as_str()));
    Status::InternalServerError
}
