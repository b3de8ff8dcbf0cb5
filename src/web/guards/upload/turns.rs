//! Whose form with a file is read, and when: a few of each account, of each network and of the process at a time, so that many at
//! once need little memory and nobody keeps others waiting.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::config::UploadsConfig;
use crate::web::guards::limits::Network;

/// Forms that one process reads at the same time. On a fast connection each takes more than a megabyte, most of it in hyper's
/// buffers, whose size Rocket cannot set. More than one network has, so that none has them all.
const AT_ONCE: usize = 8;

/// The lines of this process.
pub struct Turns {
    process: Arc<Semaphore>,
    accounts: Lines<i64>,
    networks: Lines<Network>,
}

impl Turns {
    /// As many turns as are configured.
    pub fn new(config: &UploadsConfig) -> Self {
        Turns {
            process: Arc::new(Semaphore::new(AT_ONCE)),
            accounts: Lines::new(config.open_per_account),
            networks: Lines::new(config.open_per_network),
        }
    }

    /// The lines in which a form of this member's stands.
    pub fn of(&self, account: i64, network: Network) -> Lane {
        Lane {
            account: self.accounts.line(account),
            network: self.networks.line(network),
            process: self.process.clone(),
        }
    }
}

/// The three lines of one form.
pub struct Lane {
    account: Arc<Semaphore>,
    network: Arc<Semaphore>,
    process: Arc<Semaphore>,
}

/// The right to read on, until it is dropped.
pub struct Turn {
    _held: [Option<OwnedSemaphorePermit>; 3],
}

impl Lane {
    /// Waits for a turn: in one's own account's line first, so that whoever sends many stands in nobody else's way. A form that is
    /// slow needs little memory, and none of the process's turns. Nothing when it took too long.
    pub async fn turn(&self, slow: bool, wait: Duration) -> Option<Turn> {
        timeout(wait, self.stand(slow)).await.ok().flatten()
    }

    async fn stand(&self, slow: bool) -> Option<Turn> {
        let account = self.account.clone().acquire_owned().await.ok()?;
        let network = self.network.clone().acquire_owned().await.ok()?;
        let process = if slow { None } else { Some(self.process.clone().acquire_owned().await.ok()?) };
        Some(Turn { _held: [Some(account), Some(network), process] })
    }
}

/// A line for each of many, while somebody stands in it.
struct Lines<K> {
    turns: usize,
    known: Mutex<HashMap<K, Weak<Semaphore>>>,
}

impl<K: Eq + Hash> Lines<K> {
    fn new(turns: u32) -> Self {
        Lines { turns: turns as usize, known: Mutex::default() }
    }

    fn line(&self, key: K) -> Arc<Semaphore> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, line| line.strong_count() > 0);
        if let Some(line) = known.get(&key).and_then(Weak::upgrade) {
            return line;
        }
        let line = Arc::new(Semaphore::new(self.turns));
        known.insert(key, Arc::downgrade(&line));
        line
    }
}
