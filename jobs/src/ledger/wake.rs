//! Being woken when a job arrives, on a connection of its own. Without it jobs only start later, at the next poll.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use log::warn;
use ratemyderp::queue::CHANNEL;
use sqlx::postgres::{PgListener, PgPoolOptions};

use super::Shared;

/// What has come since the last look.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Nobody said in which lane.
    pub anywhere: bool,
    /// Lanes to which jobs were added, by their number.
    pub lanes: BTreeSet<usize>,
}

impl News {
    pub fn is_there(&self) -> bool {
        self.anywhere || !self.lanes.is_empty()
    }
}

const WAIT: Duration = Duration::from_secs(1);

pub(super) async fn run(shared: Arc<Shared>) {
    let options = shared.pool.connect_options().as_ref().clone();
    let own = PgPoolOptions::new().max_connections(1).acquire_timeout(WAIT * 3).connect_lazy_with(options);
    loop {
        if let Err(error) = listen(&shared, &own).await {
            warn!("not woken by new jobs for now: {error}");
        }
        tokio::time::sleep(WAIT).await;
    }
}

async fn listen(shared: &Shared, own: &sqlx::PgPool) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(own).await?;
    listener.listen(CHANNEL).await?;
    // Something may have arrived before we listened.
    shared.wake();
    loop {
        let Some(lane) = listener.try_recv().await?.and_then(|said| lane(shared, said.payload())) else {
            // While the connection was lost, or by what somebody steered.
            shared.wake();
            continue;
        };
        shared.news.send_modify(|news| {
            news.lanes.insert(lane);
        });
    }
}

/// Whoever adds a job says to which lane.
fn lane(shared: &Shared, name: &str) -> Option<usize> {
    shared.lanes.iter().position(|lane| lane == name)
}
