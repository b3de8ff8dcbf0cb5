//! The queue on real PostgreSQL with real processes, which are really killed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod attempts;
mod claims;
mod commands;
mod counting;
mod crashes;
mod enqueueing;
mod handlers;
mod needed;
mod old_kinds;
mod operations;
mod photos;
mod processes;
mod ranking;
mod stopping;
mod support;
mod test_worker;
