//! InfluxDB, as it is at its best and at its worst.

mod check;
mod deploy;
mod pages;
mod ranges;
mod reader;
mod real;
mod recorded;
mod shipper;
