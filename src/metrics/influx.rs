//! Figures in InfluxDB 2, for whoever has one: what is in PostgreSQL is sent there, in order, and nothing waits for it.

mod address;
pub mod client;
pub mod line;
pub mod shipper;
pub mod unsent;

pub use self::client::{Client, Token, Trouble, Written};
