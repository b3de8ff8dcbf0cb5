//! Accounts: what guards them, below their pages and on them.

mod login_code;
mod privileged;
mod rights;
mod sessions;
mod setting_up;
mod two_factor;
