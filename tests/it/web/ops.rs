//! Pages for whoever runs the site.

mod jobs;
mod operations;
mod reports;
mod security;
mod similar_photos;
