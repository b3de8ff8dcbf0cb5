//! What happens on the site, as figures over time: counted in memory, written to PostgreSQL every ten seconds, and from there
//! added up by the minute and by the hour.
//!
//! Whoever does something tells the [`recorder`], which neither waits nor allocates. Only processes that have
//! [started](flusher::start) a flusher write anything.

pub mod buckets;
mod family;
pub mod flusher;
pub mod gauges;
pub mod influx;
pub mod openmetrics;
pub mod point;
pub mod query;
pub mod recorder;
pub mod rollup;
mod slot;
pub mod source;
pub mod store;
pub mod system;
mod tags;

use std::time::Duration;

pub use self::recorder::{Recorder, Voted, recorder};
pub use self::tags::{AccountEvent, By, Ending, Letter, PhotoEvent, Refusal, Via, VisitEvent};

/// Between two points of a series, on the clock's grid.
pub const EVERY: Duration = Duration::from_secs(10);
