//! The whole thing, on a real PostgreSQL, mostly through its pages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they mean by failing")]

mod accounts;
mod achievements;
mod alerts;
mod architecture;
mod awaited_photos;
mod batches;
mod biases;
mod board;
mod boards;
mod deck;
mod double_tap;
mod finding;
mod health;
mod influx;
mod invariants;
mod journeys;
mod mail;
mod merge;
mod metrics;
mod migrations;
mod own_ratings;
mod processes;
mod rating_style;
mod record;
mod standings;
mod steering;
mod storage;
mod support;
mod tools;
mod web;
