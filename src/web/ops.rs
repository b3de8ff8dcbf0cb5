//! Pages of those who keep the site running.

pub mod alerts;
pub mod audit;
pub mod errors;
pub mod jobs;
pub mod kinds;
pub mod lanes;
mod notice;
pub mod operations;
pub mod overview;
mod pausing;
pub mod reports;
pub mod schedules;
pub mod security;
pub mod similar_photos;
pub mod system;
mod throughput;
pub mod workers;

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
        kinds::list,
        kinds::show,
        kinds::svg,
        kinds::csv,
        kinds::pause,
        kinds::resume,
        lanes::list,
        lanes::pause,
        lanes::resume,
        lanes::limit,
        reports::list,
        reports::show,
        reports::create,
        reports::undo,
        schedules::list,
        schedules::show,
        schedules::run_now,
        schedules::pause,
        schedules::resume,
        security::list,
        similar_photos::list,
        similar_photos::distinct,
        workers::list,
        workers::show,
        workers::quiet,
        workers::unquiet,
    ];
    all.extend(errors::routes());
    all.extend(jobs::routes());
    all.extend(system::routes());
    all
}
