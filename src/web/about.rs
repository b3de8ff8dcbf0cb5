//! Pages of words.

use rocket::{Route, State, get, routes};
use serde_json::json;

use super::answers::view::View;
use super::db::Db;
use super::guards::{appearance, visitor};
use super::submissions::last_visit;
use crate::accounts::{security_log, session};
use crate::config::Config;
use crate::error::Error;
use crate::ratings::boards::reached;
use crate::ratings::{biases, boards, standings};
use crate::submissions::drafts;

pub fn routes() -> Vec<Route> {
    routes![show, scores, accessibility, privacy, terms]
}

#[get("/about")]
pub fn show() -> View {
    View::new("about/page", json!({}))
}

/// How scores and ranks are worked out, with the first of the leaderboard as the example.
#[get("/about/scores")]
pub async fn scores(db: &Db, config: &State<Config>) -> Result<View, Error> {
    let mut conn = db.acquire().await?;
    let example = standings::example(&mut conn).await?;
    let data = json!({
        "example": example,
        "least": boards::LEAST,
        "calm": boards::CALM,
        "ranked": boards::RANKED,
        "half_life": reached::HALF_LIFE,
        "share": reached::SHARE,
        "arrival": reached::ARRIVAL,
        "calm_day": reached::CALM_DAY,
        "quiet_views": reached::QUIET_VIEWS,
        "pull": biases::PULL,
        "step": f64::from(biases::STEP) / 100.0,
        "evened": config.jobs.even_out_raters,
        "rest": boards::photo_of_the_day::REST,
    });
    Ok(View::new("about/scores", data))
}

/// What we promise, and what is lacking.
#[get("/accessibility")]
pub fn accessibility(config: &State<Config>) -> View {
    View::new("about/accessibility", json!({ "contact": config.site.contact() }))
}

/// What we keep, for how long, and who sees it.
#[get("/privacy")]
pub fn privacy(config: &State<Config>) -> View {
    let data = json!({
        "contact": config.site.contact(),
        "visitor_days": visitor::COOKIE_DAYS,
        "visited_days": last_visit::DAYS,
        "appearance_days": appearance::COOKIE_DAYS,
        "idle_hours": session::IDLE_HOURS,
        "remembered_days": session::REMEMBERED_DAYS,
        "longest_days": session::LONGEST_DAYS,
        "security_days": security_log::KEPT_DAYS,
        "originals": config.storage.keep_originals,
        "draft_hours": drafts::KEPT_HOURS,
        "grace_days": config.accounts.deletion_grace_days,
        "finished_days": config.jobs.keep_finished_days,
    });
    View::new("about/privacy", data)
}

/// What we ask of each other.
#[get("/terms")]
pub fn terms(config: &State<Config>) -> View {
    let data = json!({
        "contact": config.site.contact(),
        "grace_days": config.accounts.deletion_grace_days,
        "per_day": config.uploads.per_day,
        "per_day_when_new": config.uploads.per_day_when_new,
        "new_days": config.uploads.new_account_days,
    });
    View::new("about/terms", data)
}
