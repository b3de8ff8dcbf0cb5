//! What happens to every request.

mod assets;
mod no_store;
