//! Deals the next photos: all who wait at the same moment are looked up by the same statements.

use std::collections::BTreeMap;

use sqlx::{PgConnection, PgPool};

use super::deck::{self, Asker, Class, DeckKey, Rater, Who};
use crate::db::batches::{Answers, Batches};
use crate::error::Error;
use crate::submissions::{self, Submission};

/// Connections that raters are looked up on, and as many that photos are.
const CONNECTIONS: u32 = 2;

/// Looks up raters and deals photos for a whole process.
#[derive(Clone)]
pub struct Dealer {
    raters: Batches<Raters>,
    photos: Batches<Photos>,
}

/// What somebody is shown next.
#[derive(Debug, Clone)]
pub struct Deal {
    /// Them, further on.
    pub rater: Rater,
    /// Nothing when they have seen them all.
    pub next: Option<Submission>,
    /// The photo that was asked for beside; nothing if it was removed.
    pub last: Option<Submission>,
}

/// Somebody who waits for the next photo, and the one that they rated last.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub asker: Asker,
    pub last: Option<i64>,
}

impl Dealer {
    /// Starts dealing by the orders of this key.
    pub fn start(pool: PgPool, key: DeckKey) -> Self {
        Dealer {
            raters: Batches::start(pool.clone(), Raters, CONNECTIONS),
            photos: Batches::start(pool, Photos(key), CONNECTIONS),
        }
    }

    /// What is known of somebody.
    pub async fn rater(&self, who: Who) -> Result<Rater, Error> {
        self.raters.ask(who).await?.ok_or(Error::NotFound)
    }

    /// What [`deck::current`] gives them, with all that is shown of it.
    pub async fn deal(&self, rater: Rater, class: Class, last: Option<i64>) -> Result<Deal, Error> {
        self.photos.ask(Wanted { asker: Asker { rater, class }, last }).await
    }
}

struct Raters;

impl Answers for Raters {
    type Question = Who;
    type Answer = Option<Rater>;

    async fn answer(&self, conn: &mut PgConnection, asked: &[Who]) -> Result<Vec<Option<Rater>>, sqlx::Error> {
        deck::load_all(conn, asked).await
    }
}

struct Photos(DeckKey);

impl Answers for Photos {
    type Question = Wanted;
    type Answer = Deal;

    async fn answer(&self, conn: &mut PgConnection, wanted: &[Wanted]) -> Result<Vec<Deal>, sqlx::Error> {
        let mut askers: Vec<Asker> = wanted.iter().map(|wanted| wanted.asker).collect();
        let next = deck::current_all(conn, &self.0, &mut askers).await?;
        let mut ids: Vec<i64> =
            next.iter().flatten().copied().chain(wanted.iter().filter_map(|wanted| wanted.last)).collect();
        ids.sort_unstable();
        ids.dedup();
        let shown = submissions::find_all(conn, &ids).await?;
        let shown: BTreeMap<i64, Submission> = shown.into_iter().map(|photo| (photo.id, photo)).collect();
        let deal = |((asker, next), wanted): ((&Asker, Option<i64>), &Wanted)| Deal {
            rater: asker.rater,
            next: next.and_then(|id| shown.get(&id).cloned()),
            last: wanted.last.and_then(|id| shown.get(&id).cloned()),
        };
        Ok(askers.iter().zip(next).zip(wanted).map(deal).collect())
    }
}
