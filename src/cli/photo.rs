//! Taking photos out of sight and back.

use clap::{Args, Subcommand};
use ratemyderp::submissions::moderation;

use super::Failure;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Out of the deck, the lists and its own page; its votes stay
    Hide {
        /// The photo's number, as in its URL
        number: i64,
    },
    /// Back, at the end of the deck
    Unhide {
        /// The photo's number, as in its URL
        number: i64,
    },
}

pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let (_, pool) = super::start()?;
    let mut tx = pool.begin().await?;
    match arguments.action {
        Action::Hide { number } => moderation::hide(&mut tx, number).await?,
        Action::Unhide { number } => moderation::unhide(&mut tx, number).await?,
    }
    tx.commit().await?;
    Ok(())
}
