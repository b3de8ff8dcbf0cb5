//! A template with its data, as an answer.

use std::fmt::Display;
use std::sync::Arc;

use rocket::Request;
use rocket::http::{ContentType, Header, Status};
use rocket::response::{Responder, Response, Result};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::layout::Layout;
use crate::secret::redact;
use crate::templates::Templates;

/// A page or a fragment. The same URL gives either, so caches are told what it depends on.
pub struct View {
    template: &'static str,
    data: serde_json::Result<serde_json::Value>,
    status: Status,
    stored: bool,
    revalidated: bool,
}

impl View {
    /// This template, with status 200.
    pub fn new(template: &'static str, data: impl Serialize) -> Self {
        View { template, data: serde_json::to_value(data), status: Status::Ok, stored: true, revalidated: false }
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

    /// The same, not sent again to a browser that has it and would see the same figures.
    pub fn revalidated(mut self) -> Self {
        self.revalidated = true;
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
        let templates = request.rocket().state::<Arc<Templates>>().ok_or(Status::InternalServerError)?;
        let mut data = self.data.map_err(|cause| log_internal(request, &cause))?;
        data["layout"] = serde_json::to_value(Layout::of(request)).map_err(|cause| log_internal(request, &cause))?;
        let html = templates.render(self.template, &data).map_err(|cause| log_internal(request, &cause))?;
        let mut response = Response::build();
        response
            .status(self.status)
            .header(Header::new("Cache-Control", if self.stored { "private, no-cache" } else { "no-store" }))
            .header(Header::new("Vary", "HX-Request, HX-Request-Type"));
        if self.revalidated && self.status == Status::Ok {
            let tag = etag(&html);
            let known = request.headers().get("If-None-Match").flat_map(|tags| tags.split(','));
            response.header(Header::new("ETag", tag.clone()));
            if known.into_iter().any(|known| known.trim() == tag) {
                return response.status(Status::NotModified).ok();
            }
        }
        response.header(ContentType::HTML).sized_body(html.len(), std::io::Cursor::new(html)).ok()
    }
}

/// The same for pages that differ in their tokens, and in when they were made, alone.
fn etag(html: &str) -> String {
    let mut digest = Sha256::new();
    let mut rest = html;
    while let Some((before, volatile)) = ["name=\"csrf\" value=\"", "<time class=\"updated\""]
        .iter()
        .filter_map(|start| rest.split_once(start))
        .min_by_key(|(before, _)| before.len())
    {
        digest.update(before);
        rest = volatile.split_once('>').map_or("", |(_, after)| after.split_once('<').map_or("", |(_, after)| after));
    }
    digest.update(rest);
    format!("W/\"{}\"", hex::encode(&digest.finalize()[..12]))
}

/// Logs our own fault once, with what was asked for.
pub fn log_internal(request: &Request<'_>, cause: &dyn Display) -> Status {
    log::error!("{} {}: {cause}", request.method(), redact(request.uri().path().as_str()));
    Status::InternalServerError
}

#[cfg(test)]
mod tests {
    use super::etag;

    #[test]
    fn only_tokens_and_the_time_of_making_may_differ() {
        let page = |token: &str, at: &str, jobs: u8| {
            format!(
                "<p>Updated <time class=\"updated\">{at}</time></p><form><input name=\"csrf\" value=\"{token}\"></form><p>{jobs} jobs</p>"
            )
        };
        assert_eq!(etag(&page("a", "14:05:30 UTC", 3)), etag(&page("b", "14:05:40 UTC", 3)));
        assert_ne!(etag(&page("a", "14:05:30 UTC", 3)), etag(&page("a", "14:05:30 UTC", 4)));
    }
}
