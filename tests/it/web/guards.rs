//! What a request must show.

mod cookies;
mod csrf;
mod privileged;
mod rights;
mod session;
