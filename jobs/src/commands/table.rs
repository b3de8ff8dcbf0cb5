//! Columns for people.

pub use ratemyderp::queue::board::formats::table;
