//! Pages for whoever runs the site.

mod similar_photos;
