//! What members change about their accounts.

mod delete;
mod email;
mod export;
mod password;
mod sessions;
mod two_factor;
