//! Pages of words.

use rocket::{State, get};
use serde_json::json;

use super::view::View;
use super::visitor::COOKIE_DAYS;
use crate::config::Config;

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

/// What we keep, for how long, and who sees it.
#[get("/privacy")]
pub fn privacy(config: &State<Config>) -> View {
    let data = json!({
        "visitor_days": COOKIE_DAYS,
        "grace_days": config.accounts.deletion_grace_days,
        "finished_days": config.jobs.keep_finished_days,
    });
    View::new("about/privacy", data)
}

/// What we ask of each other.
#[get("/terms")]
pub fn terms() -> View {
    View::new("about/terms", json!({}))
}
