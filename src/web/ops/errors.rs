//! Errors by group: which there are, and each with its jobs, versions and what operators say about it.

mod acts;
mod chart;
mod list;
mod show;

use rocket::http::Status;
use rocket::{Route, routes};

use super::notice::{Way, notice};
use crate::web::answers::view::View;

pub fn routes() -> Vec<Route> {
    routes![list::list, show::show, chart::svg, chart::csv, acts::note, acts::mute, acts::unmute]
}

/// 404: there is no such group.
fn unknown(id: &str) -> View {
    let shown: String = id.chars().take(40).collect();
    let message =
        format!("There is no error group “{shown}”. It may have been another one, or nothing failed with it for long.");
    notice(Status::NotFound, "No such error group", &message, "error", &[Way::new("/ops/errors", "All errors")])
}
