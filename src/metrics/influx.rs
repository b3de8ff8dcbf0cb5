//! Figures in InfluxDB 2, for whoever has one: what is in PostgreSQL is sent there, in order, and nothing waits for it; pages may ask
//! it, and have PostgreSQL when it does not answer well.

mod address;
pub mod backfill;
pub mod check;
pub mod client;
pub mod csv;
pub mod line;
pub mod reader;
pub mod shipper;
pub mod unsent;

pub use self::client::{Client, Token, Trouble, Written};
