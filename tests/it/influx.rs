//! InfluxDB, as it is at its best and at its worst.

mod check;
mod reader;
mod real;
mod shipper;
