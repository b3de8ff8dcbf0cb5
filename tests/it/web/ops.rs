//! Pages for whoever runs the site.

mod security;
mod similar_photos;
