//! Where a job stands.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Where a job stands, in the order of its life.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum JobState {
    /// It waits for its first attempt.
    Queued,
    /// A worker has it.
    Processing,
    /// It waits for another attempt, after one that failed or was given back.
    Retrying,
    /// Its attempts are used up, or it can never succeed.
    Failed,
    /// It is done, or gave way to another job that does the same.
    Finished,
}

impl JobState {
    /// The word for it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// fang's word for it, as stored.
    pub fn stored(self) -> &'static str {
        match self {
            JobState::Queued => "new",
            JobState::Processing => "in_progress",
            JobState::Retrying => "retried",
            JobState::Finished => "finished",
            JobState::Failed => "failed",
        }
    }
}

impl From<String> for JobState {
    fn from(stored: String) -> Self {
        match stored.as_str() {
            "in_progress" => JobState::Processing,
            "retried" => JobState::Retrying,
            "finished" => JobState::Finished,
            "failed" => JobState::Failed,
            _ => JobState::Queued, // the enum has no further value, and never gets one
        }
    }
}
