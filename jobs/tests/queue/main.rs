//! The queue on real PostgreSQL with real processes, which are really killed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod commands;
mod drained;
mod endings;
mod entering;
mod killing;
mod photos;
mod processes;
mod support;
mod worker;
