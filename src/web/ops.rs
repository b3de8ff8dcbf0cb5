//! Pages of those who keep the site running.

pub mod audit;
pub mod security;
pub mod similar_photos;

use rocket::{Route, routes};

pub fn routes() -> Vec<Route> {
    routes![audit::list, security::list, similar_photos::list, similar_photos::distinct]
}
