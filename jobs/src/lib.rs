//! The separate process that works through the queue: thumbnails, mail, standings, upkeep.

mod attempt;
mod claim;
mod context;
mod drain;
mod failure;
mod fang_adapter;
mod handlers;
mod ledger;
mod lines;
mod minutely;
pub mod process;
mod runnable;
pub mod schedule;
mod stop;

pub use crate::claim::Claim;
pub use crate::context::Context;
pub use crate::drain::{claim, drain};
pub use crate::failure::Failure;
pub use crate::ledger::Settings;
pub use crate::runnable::{JobSet, Runnable};
