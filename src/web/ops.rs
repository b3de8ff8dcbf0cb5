//! Pages of those who keep the site running.

pub mod audit;
pub mod look_alikes;

use rocket::{Route, routes};

/// Its routes.
pub fn routes() -> Vec<Route> {
    routes![audit::list, look_alikes::list, look_alikes::distinct]
}
