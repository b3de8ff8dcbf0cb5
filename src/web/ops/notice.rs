//! What an operator is told instead of a page: that something is not there, or that somebody else was first.

use rocket::http::{RawStr, Status};
use serde_json::json;

use crate::web::answers::view::View;

/// A way on from a notice.
pub struct Way {
    pub href: String,
    pub text: String,
}

impl Way {
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Way { href: href.into(), text: text.into() }
    }
}

/// 404: there is no lane, kind, worker or schedule of this name, and where all of them are.
pub fn unknown(noun: &'static str, name: &str) -> View {
    let shown: String = name.chars().take(60).collect();
    let message = format!("There is no {noun} “{shown}”. It may have been another one, or it is long gone.");
    notice(Status::NotFound, &format!("No such {noun}"), &message, noun, &[all(noun)])
}

/// 409: it clashes with what somebody else has done.
pub fn conflict(message: &str, noun: &'static str, ways: &[Way]) -> View {
    notice(Status::Conflict, "Somebody was first", message, noun, ways)
}

/// The page that lists all of a sort.
pub fn all(noun: &'static str) -> Way {
    Way::new(format!("/ops/{noun}s"), format!("All {noun}s"))
}

/// The page of one; lanes have one for all.
pub fn page_of(noun: &str, name: &str) -> String {
    match noun {
        "lane" => "/ops/lanes".to_owned(),
        _ => format!("/ops/{noun}s/{}", RawStr::new(name).percent_encode()),
    }
}

/// Such a page.
pub fn notice(status: Status, heading: &str, message: &str, noun: &'static str, ways: &[Way]) -> View {
    let ways: Vec<_> = ways.iter().map(|way| json!({ "href": way.href, "text": way.text })).collect();
    let data = json!({
        "heading": heading,
        "message": message,
        "here": format!("{noun}s"),
        "ways": ways,
        "status": status.code,
    });
    View::new("ops/notice", data).status(status)
}
