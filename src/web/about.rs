//! Pages of words.

use rocket::get;
use serde_json::json;

use super::view::View;

/// What this is.
#[get("/about")]
pub fn show() -> View {
    View::new("about/page", json!({}))
}

/// How scores and ranks are worked out.
#[get("/about/scores")]
pub fn scores() -> View {
    View::new("about/scores", json!({}))
}

/// What we promise, and what is lacking.
#[get("/accessibility")]
pub fn accessibility() -> View {
    View::new("about/accessibility", json!({ "contact": null }))
}
