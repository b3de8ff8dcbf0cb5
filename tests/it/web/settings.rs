//! What members change about their accounts.

mod confirmation;
mod delete;
mod email;
mod export;
mod password;
mod sessions;
mod two_factor;
