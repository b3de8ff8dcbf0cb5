//! Answers that are no pages.

use rocket::http::{ContentType, Header, Status};
use rocket::response::Responder;

/// A text for a terminal, a spreadsheet or a program. Never stored: it may show what members wrote.
#[derive(Responder)]
pub struct File {
    body: (Status, (ContentType, String)),
    cache: Header<'static>,
}

impl File {
    pub fn new(kind: ContentType, body: String) -> Self {
        File { body: (Status::Ok, (kind, body)), cache: Header::new("Cache-Control", "no-store") }
    }

    /// What is wrong with what was asked for, a line each.
    pub fn refused(lines: &[String]) -> Self {
        let body = lines.join("\n") + "\n";
        let (status, kind) = (Status::UnprocessableEntity, ContentType::Plain);
        File { body: (status, (kind, body)), cache: Header::new("Cache-Control", "no-store") }
    }
}
