//! InfluxDB, as it is at its best and at its worst.

mod shipper;
