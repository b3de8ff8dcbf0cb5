//! `run_operation`: what an operator does to many jobs.

use std::time::{Duration, Instant};

use ratemyderp::operations::run::{self, Next};

use crate::{Context, Failure};

/// How long one operation keeps others waiting.
const TURN: Duration = Duration::from_secs(30);

/// Goes on with an operation until it ends, is held, waits for the jobs that it tries first, or has had its turn. Whatever was done
/// is committed with how far it came, so that another attempt goes on behind it. Between two parts the database belongs to others
/// for about half as long as the part took.
pub(super) async fn run(ctx: &Context, operation: i64) -> Result<(), Failure> {
    let turn = Instant::now();
    while turn.elapsed() < TURN {
        let begun = Instant::now();
        match run::advance(&ctx.pool, operation).await? {
            Next::More => tokio::time::sleep(begun.elapsed() / 2).await,
            Next::Wait(time) => {
                let why = "the jobs that it tries first have not ended".to_owned();
                return Err(Failure::Postponed(why, time));
            }
            Next::Nothing => return Ok(()),
        }
    }
    Err(Failure::Postponed("it lets other operations have their turn".to_owned(), Duration::ZERO))
}
