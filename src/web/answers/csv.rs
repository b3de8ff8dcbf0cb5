//! Figures for other programs.

use std::io::Cursor;

use rocket::Request;
use rocket::http::{ContentType, Header};
use rocket::response::{Responder, Response, Result};

/// A table with a heading, under a name without its ending.
pub struct Csv {
    pub name: String,
    pub text: String,
}

impl<'r> Responder<'r, 'static> for Csv {
    fn respond_to(self, _: &'r Request<'_>) -> Result<'static> {
        Response::build()
            .header(ContentType::CSV)
            .header(Header::new(
                "Content-Disposition",
                format!("attachment; filename=\"ratemyderp-{}.csv\"", self.name),
            ))
            .header(Header::new("Cache-Control", "private, no-cache"))
            .sized_body(self.text.len(), Cursor::new(self.text))
            .ok()
    }
}
