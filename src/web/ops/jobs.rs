//! Jobs: lists by any filter, as a page and as files, and each on its own page.

mod data;
mod file;
mod list;
mod show;

use rocket::{Route, routes};

pub use self::data::thousands;

pub fn routes() -> Vec<Route> {
    routes![list::page, list::text, list::csv, list::json, show::show]
}
