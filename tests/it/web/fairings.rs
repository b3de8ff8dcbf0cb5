//! What happens to every request.

mod assets;
