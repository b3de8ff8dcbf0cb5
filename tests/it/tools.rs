//! The tools of the browser tests do what they say, and can fail.

mod faults;
mod terminal;
mod visitor;

use crate::support::browser::{Options, Visitor};
use crate::support::specimen::Specimen;

async fn visit(options: Options, path: &str) -> (Specimen, Visitor) {
    let (site, visitor) = (Specimen::start().await, Visitor::new(options).await);
    visitor.goto(&site.url(path)).await;
    (site, visitor)
}

/// Whether the page's script changed its title.
async fn script_runs(visitor: &Visitor) -> bool {
    visitor.evaluate::<String>("document.title").await == "script ran"
}
