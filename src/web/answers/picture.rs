//! A chart on a page, and as a picture in the colours of whoever looks at it.

use std::io::Cursor;

use rocket::Request;
use rocket::http::{ContentType, Header};
use rocket::response::{Responder, Response, Result};
use serde::Serialize;

use crate::charts::{self, Chart, Size, Table};
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

/// An SVG that stays as it is, for whoever may see it.
pub struct Drawing(pub String);

impl<'r> Responder<'r, 'static> for Drawing {
    fn respond_to(self, _: &'r Request<'_>) -> Result<'static> {
        Response::build()
            .header(ContentType::SVG)
            .header(Header::new("Content-Security-Policy", "default-src 'none'"))
            .header(Header::new("Cache-Control", "private, max-age=3600"))
            .sized_body(self.0.len(), Cursor::new(self.0))
            .ok()
    }
}

/// A chart as the partial `shared/_chart` shows it.
#[derive(Serialize)]
pub struct ShownChart {
    /// Its own on the page.
    id: &'static str,
    name: &'static str,
    src: String,
    /// The picture for a phone, where there is one.
    small: Option<String>,
    csv: String,
    sentence: String,
    table: Table,
}

impl ShownChart {
    /// With the addresses of its picture and of its numbers.
    pub fn of(chart: &Chart, id: &'static str, name: &'static str, (src, csv): (String, String)) -> Self {
        ShownChart { id, name, src, small: None, csv, sentence: chart.sentence(), table: chart.table() }
    }

    /// With a picture for phones, in whose letters it can be read there.
    pub fn also_small(mut self) -> Self {
        self.small = Some(format!("{}?size=small", self.src));
        self
    }
}
