//! What a request must show.

mod csrf;
mod privileged;
mod session;
