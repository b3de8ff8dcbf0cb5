//! Alerts: what is told, when, and how often.

mod outlets;
mod system;
mod told;
