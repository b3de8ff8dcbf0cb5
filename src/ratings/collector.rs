//! Groups the votes that wait at the same moment into one transaction, so that a commit is paid for once.

use std::time::Duration;

use sqlx::{Connection, PgConnection, PgPool};

use super::brake::admit;
use super::double_tap;
use super::record::{Recorded, Vote, record};
use crate::config::VoteBrakes;
use crate::db::batches::{Answers, Batches};
use crate::error::Error;

/// Connections that votes are counted on: while one batch waits for its commit the next is counted.
const CONNECTIONS: u32 = 2;

/// Counts votes, batch after batch. A vote alone is a batch of one and waits for nobody.
#[derive(Clone)]
pub struct Collector {
    votes: Batches<Count>,
}

impl Collector {
    /// Starts counting; stops when the last clone is dropped. A rater's votes on two photos less than `same_tap` apart are one
    /// [double tap](double_tap), of which the first vote counts.
    pub fn start(pool: PgPool, brakes: VoteBrakes, same_tap: Duration) -> Self {
        Collector { votes: Batches::start(pool, Count { brakes, same_tap }, CONNECTIONS) }
    }

    /// Answers when the vote is committed, or was refused. Whoever goes away meanwhile has voted all the same.
    pub async fn cast(&self, vote: Vote) -> Result<Recorded, Error> {
        self.votes.ask(vote).await
    }
}

struct Count {
    brakes: VoteBrakes,
    same_tap: Duration,
}

impl Answers for Count {
    type Question = Vote;
    type Answer = Recorded;

    async fn answer(&self, conn: &mut PgConnection, votes: &[Vote]) -> Result<Vec<Recorded>, sqlx::Error> {
        let mut tx = conn.begin().await?;
        let doubled = double_tap::find(&mut tx, votes, self.same_tap).await?;
        let meant: Vec<Vote> =
            votes.iter().zip(&doubled).filter(|(_, doubled)| !**doubled).map(|(vote, _)| *vote).collect();
        let braked = admit(&mut tx, &meant, &self.brakes).await?;
        let admitted: Vec<Vote> =
            meant.iter().zip(&braked).filter(|(_, braked)| braked.is_none()).map(|(vote, _)| *vote).collect();
        let mut recorded = record(&mut tx, &admitted).await?.into_iter();
        tx.commit().await?;
        let mut meant =
            braked.into_iter().filter_map(|braked| braked.map(Recorded::Braked).or_else(|| recorded.next()));
        let answers =
            doubled.into_iter().filter_map(|doubled| if doubled { Some(Recorded::DoubleTap) } else { meant.next() });
        Ok(answers.collect())
    }
}
