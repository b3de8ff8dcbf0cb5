//! A text for programs, which is not sent again to whoever has it.

use std::io::Cursor;

use chrono::{DateTime, Utc};
use rocket::Request;
use rocket::http::{ContentType, Header, Status};
use rocket::response::{Responder, Response, Result};
use sha2::{Digest, Sha256};

/// Seconds for which anybody may keep it without asking again. Short: a hidden photo is to be gone.
const KEPT: u32 = 60;

/// As RFC 9110 writes a time.
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// The same for everybody.
pub struct Document {
    pub kind: ContentType,
    pub text: String,
    /// When what it says last changed, where that is known.
    pub changed: Option<DateTime<Utc>>,
}

impl Document {
    /// In UTF-8, of this kind.
    pub fn new(kind: ContentType, text: String) -> Self {
        Document { kind, text, changed: None }
    }

    /// Does the asker have it? Whoever names a tag is answered by the tag alone.
    fn known(&self, request: &Request<'_>, tag: &str) -> bool {
        let headers = request.headers();
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        if headers.contains("If-None-Match") {
            let mut tags = headers.get("If-None-Match").flat_map(|value| value.split(','));
            return tags.any(|known| known.trim() == "*" || bare(known) == bare(tag));
        }
        let since = headers.get_one("If-Modified-Since").and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        self.changed.zip(since).is_some_and(|(changed, since)| changed.timestamp() <= since.timestamp())
    }
}

impl<'r> Responder<'r, 'static> for Document {
    fn respond_to(self, request: &'r Request<'_>) -> Result<'static> {
        // Weak: it is the same when it is compressed.
        let tag = format!("W/\"{}\"", hex::encode(&Sha256::digest(&self.text)[..12]));
        let mut response = Response::build();
        response.header(Header::new("Cache-Control", format!("public, max-age={KEPT}")));
        if let Some(changed) = self.changed {
            response.header(Header::new("Last-Modified", changed.format(HTTP_DATE).to_string()));
        }
        if self.known(request, &tag) {
            return response.header(Header::new("ETag", tag)).status(Status::NotModified).ok();
        }
        response
            .header(Header::new("ETag", tag))
            .header(self.kind)
            .sized_body(self.text.len(), Cursor::new(self.text))
            .ok()
    }
}
