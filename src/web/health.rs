//! For whoever starts, stops and watches the process.

use rocket::http::Status;
use rocket::{Route, get, routes};

use super::db::Db;

pub fn routes() -> Vec<Route> {
    routes![alive, ready]
}

#[get("/healthz")]
pub fn alive() -> &'static str {
    "alive\n"
}

/// 200 when a visitor can vote, else 503 with the reason.
#[get("/readyz")]
pub async fn ready(db: &Db) -> (Status, &'static str) {
    match votable(db).await {
        Ok(true) => (Status::Ok, "ready\n"),
        Ok(false) => (Status::ServiceUnavailable, "no photo can be rated yet\n"),
        Err(cause) => {
            log::warn!("not ready: {cause}");
            (Status::ServiceUnavailable, "the database does not answer, or is not migrated\n")
        }
    }
}

async fn votable(db: &Db) -> Result<bool, sqlx::Error> {
    let mut conn = db.acquire().await?;
    crate::ratings::deck::any(&mut conn).await
}
