//! Accounts: what guards them, below their pages.

mod rights;
mod two_factor;
