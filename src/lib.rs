//! RateMyDerp: the domain, and behind the feature `web` the pages.
//!
//! Arrows point down: `web -> ratings -> submissions -> accounts -> queue, storage -> config, db, error`.

pub mod config;
pub mod db;
pub mod error;
pub mod queue;
pub mod storage;
