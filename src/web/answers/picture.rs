//! A chart as a picture, in the colours of whoever looks at it.

use std::io::Cursor;

use rocket::Request;
use rocket::http::{ContentType, Header};
use rocket::response::{Responder, Response, Result};

use crate::charts::{self, Chart, Size};
use crate::web::guards::appearance::Appearance;

/// An SVG with a policy of its own. It is asked for anew with each page.
pub struct ChartPicture(pub Chart, pub Size);

impl<'r> Responder<'r, 'static> for ChartPicture {
    fn respond_to(self, request: &'r Request<'_>) -> Result<'static> {
        let svg = self.0.svg_in(self.1, &Appearance::of(request).classes());
        Response::build()
            .header(ContentType::SVG)
            .header(Header::new("Content-Security-Policy", charts::CSP))
            .header(Header::new("Cache-Control", "private, no-cache"))
            .sized_body(svg.len(), Cursor::new(svg))
            .ok()
    }
}
