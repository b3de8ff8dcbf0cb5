//! Pages for whoever runs the site.

mod reports;
mod security;
mod similar_photos;
