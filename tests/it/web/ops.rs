//! Pages for whoever runs the site.

pub mod alerts;
pub mod errors;
mod jobs;
mod operations;
mod overview;
mod reports;
mod security;
mod similar_photos;
mod steering;
mod system;
