//! What happens to every request or response: sessions are looked up, pages compressed, headers set, static files served.

pub mod assets;
pub mod compress;
pub mod headers;
pub mod proxy;
pub mod session;
pub mod timing;
