//! Why an attempt did not succeed.

use std::time::Duration;

use ratemyderp::{error, storage};

/// Why an attempt did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It may go better another time.
    Retry(String),
    /// It can never succeed.
    Hopeless(String),
    /// It was not even tried, for this reason: it should be after so long, and this attempt does not count.
    Postponed(String, Duration),
    /// An operator asked for its end: who, and why.
    Stopped(String),
    /// The job is somebody else's by now, or has ended: whatever was done must not be published.
    Lost,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Retry(why) | Failure::Hopeless(why) | Failure::Postponed(why, _) | Failure::Stopped(why) => {
                f.write_str(why)
            }
            Failure::Lost => f.write_str("its lease was lost"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Failure::Retry(format!("database: {error}"))
    }
}

impl From<storage::Error> for Failure {
    fn from(error: storage::Error) -> Self {
        Failure::Retry(format!("storage: {error}"))
    }
}

impl From<error::Error> for Failure {
    fn from(error: error::Error) -> Self {
        Failure::Retry(error.to_string())
    }
}
