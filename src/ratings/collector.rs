//! Groups the votes that wait at the same moment into one transaction, so that a commit is paid for once.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};

use super::brake::admit;
use super::double_tap;
use super::record::{Recorded, Vote, record};
use crate::config::VoteBrakes;
use crate::error::Error;

/// The most votes in one transaction: enough to share a commit, few enough to hold locks for milliseconds.
const BATCH: usize = 128;

/// Votes that may wait; past that, senders wait too.
const WAITING: usize = 1024;

struct Cast {
    vote: Vote,
    reply: oneshot::Sender<Result<Recorded, Error>>,
}

/// Counts votes on one connection, batch after batch. A vote alone is a batch of one and waits for nobody.
#[derive(Clone)]
pub struct Collector {
    votes: mpsc::Sender<Cast>,
}

impl Collector {
    /// Starts counting; stops when the last clone is dropped. A rater's votes on two photos less than `same_tap` apart are one
    /// [double tap](double_tap), of which the first vote counts.
    pub fn start(pool: PgPool, brakes: VoteBrakes, same_tap: Duration) -> Self {
        let (votes, waiting) = mpsc::channel(WAITING);
        tokio::spawn(count(pool, brakes, same_tap, waiting));
        Collector { votes }
    }

    /// Answers when the vote is committed, or was refused.
    pub async fn cast(&self, vote: Vote) -> Result<Recorded, Error> {
        let (reply, answer) = oneshot::channel();
        self.votes.send(Cast { vote, reply }).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

async fn count(pool: PgPool, brakes: VoteBrakes, same_tap: Duration, mut waiting: mpsc::Receiver<Cast>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let votes: Vec<Vote> = batch.iter().map(|cast| cast.vote).collect();
        match commit(&pool, &brakes, same_tap, &votes).await {
            Ok(recorded) => {
                for (cast, recorded) in batch.drain(..).zip(recorded) {
                    // Whoever went away no longer needs the answer; the vote counts.
                    let _ = cast.reply.send(Ok(recorded));
                }
            }
            Err(cause) => {
                log::error!("{} votes were not recorded: {cause}", batch.len());
                for cast in batch.drain(..) {
                    let _ = cast.reply.send(Err(Error::Busy));
                }
            }
        }
    }
}

async fn commit(
    pool: &PgPool,
    brakes: &VoteBrakes,
    same_tap: Duration,
    votes: &[Vote],
) -> Result<Vec<Recorded>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let doubled = double_tap::find(&mut tx, votes, same_tap).await?;
    let meant: Vec<Vote> =
        votes.iter().zip(&doubled).filter(|(_, doubled)| !**doubled).map(|(vote, _)| *vote).collect();
    let braked = admit(&mut tx, &meant, brakes).await?;
    let admitted: Vec<Vote> =
        meant.iter().zip(&braked).filter(|(_, braked)| braked.is_none()).map(|(vote, _)| *vote).collect();
    let mut recorded = record(&mut tx, &admitted).await?.into_iter();
    tx.commit().await?;
    let mut meant = braked.into_iter().filter_map(|braked| braked.map(Recorded::Braked).or_else(|| recorded.next()));
    let answers =
        doubled.into_iter().filter_map(|doubled| if doubled { Some(Recorded::DoubleTap) } else { meant.next() });
    Ok(answers.collect())
}

fn stopped() -> Error {
    Error::Internal("the collector has stopped".into())
}
