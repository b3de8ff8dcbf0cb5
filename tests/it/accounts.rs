//! What accounts promise, below their pages.

mod rights;
mod two_factor;
