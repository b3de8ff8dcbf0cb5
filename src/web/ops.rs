//! Pages of those who keep the site running.

pub mod audit;
pub mod jobs;
pub mod operations;
pub mod reports;
pub mod security;
pub mod similar_photos;

use rocket::{Route, get, routes};
use serde_json::json;

use super::answers::view::View;
use super::db::Db;
use super::guards::privileged::Staff;
use crate::error::Error;
use crate::reports::open;

pub fn routes() -> Vec<Route> {
    let mut all = routes![
        show,
        audit::list,
        operations::list,
        operations::show,
        operations::create,
        operations::start,
        operations::steer_it,
        reports::list,
        reports::show,
        reports::create,
        reports::undo,
        security::list,
        similar_photos::list,
        similar_photos::distinct,
    ];
    all.extend(jobs::routes());
    all
}

/// What waits for whoever is asking, in a sentence, and the way to it.
#[get("/ops")]
pub async fn show(staff: Staff, db: &Db) -> Result<View, Error> {
    let waiting = match staff.role().moderates() {
        true => Some(open::photo_count(&mut *db.acquire().await?).await?),
        false => None,
    };
    Ok(View::new("ops/page", json!({ "waiting": waiting })))
}
