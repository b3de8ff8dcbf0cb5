//! Pages of those who keep the site running.

pub mod alerts;
pub mod audit;
pub mod jobs;
pub mod operations;
pub mod overview;
pub mod reports;
pub mod security;
pub mod similar_photos;
mod throughput;

use rocket::{Route, routes};

pub fn routes() -> Vec<Route> {
    let mut all = routes![
        overview::show,
        overview::picture,
        alerts::list,
        alerts::show,
        alerts::begin_silence,
        alerts::end_silence,
        alerts::test,
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
