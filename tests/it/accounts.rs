//! Accounts: what guards them, below their pages.

mod database_role;
mod rights;
mod two_factor;
mod under_way;
