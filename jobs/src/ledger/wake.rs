//! Being woken when a job arrives, on a connection of its own. Without it jobs only start later, at the next poll.

use std::sync::Arc;
use std::time::Duration;

use log::warn;
use ratemyderp::queue::CHANNEL;
use sqlx::postgres::{PgListener, PgPoolOptions};

use super::Shared;

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
    loop {
        // Something may have arrived before we listened, and while the connection was lost (`None`).
        shared.wake.send_replace(());
        listener.try_recv().await?;
    }
}
