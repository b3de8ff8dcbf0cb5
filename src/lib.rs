//! RateMyDerp: the domain, and behind the feature `web` the pages.
//!
//! Arrows point down:
//! `web -> check, operations -> notifications -> ratings -> submissions -> accounts -> mail -> queue, storage -> templates, metrics, config, db, error`.

pub mod accounts;
pub mod alerts;
pub mod charts;
pub mod check;
pub mod config;
pub mod dashboards;
pub mod db;
pub mod error;
pub mod finding;
pub mod health;
pub mod mail;
pub mod metrics;
pub mod notifications;
pub mod operations;
pub mod queue;
pub mod ratings;
pub mod reports;
pub mod secret;
pub mod steering;
pub mod storage;
pub mod submissions;
pub mod templates;
#[cfg(feature = "web")]
pub mod web;

#[cfg(feature = "demo")]
pub use ratemyderp_pictures::demo;
