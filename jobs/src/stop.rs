//! The wish that an attempt ends.

use std::sync::OnceLock;

use tokio::sync::Notify;

/// Whether an attempt is to end.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    why: OnceLock<String>,
    asked: Notify,
}

impl Stop {
    /// Ends it; of two reasons the first one counts.
    pub fn ask(&self, why: String) {
        if self.why.set(why).is_ok() {
            self.asked.notify_one();
        }
    }

    /// Waits until it is asked for, and says who did and why.
    pub async fn asked(&self) -> String {
        loop {
            if let Some(why) = self.why.get() {
                return why.clone();
            }
            self.asked.notified().await;
        }
    }
}
