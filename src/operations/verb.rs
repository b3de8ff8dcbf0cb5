//! What can be done to jobs.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::queue::JobState;

/// What is done to jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Verb {
    /// A failed job gets all its attempts anew.
    Retry,
    /// A job that waits for its time is due now.
    RunNow,
    /// A failed job is put aside.
    Discard,
    /// One that was put aside is failed as before.
    Restore,
    /// A waiting job will never run.
    Cancel,
    /// A running job is asked to end.
    Stop,
    /// A waiting job waits in another lane.
    MoveLane,
    /// A waiting job goes before or behind others of its lane.
    SetPriority,
    /// What another operation did is taken back.
    Undo,
}

impl Verb {
    /// As stored.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// In a sentence, after "to" and before "312 jobs".
    pub fn words(self) -> &'static str {
        match self {
            Verb::Retry => "retry",
            Verb::RunNow => "run at once",
            Verb::Discard => "put aside",
            Verb::Restore => "bring back",
            Verb::Cancel => "cancel",
            Verb::Stop => "stop",
            Verb::MoveLane => "move to another lane",
            Verb::SetPriority => "give another priority",
            Verb::Undo => "set back",
        }
    }

    /// What it was that was done, after "312 jobs were".
    pub fn past(self) -> &'static str {
        match self {
            Verb::Retry => "put back into the queue",
            Verb::RunNow => "made due at once",
            Verb::Discard => "put aside",
            Verb::Restore => "brought back",
            Verb::Cancel => "cancelled",
            Verb::Stop => "asked to stop",
            Verb::MoveLane => "moved to another lane",
            Verb::SetPriority => "given another priority",
            Verb::Undo => "set back to what they were",
        }
    }

    /// Does it destroy something, so that it has to be said why?
    pub fn needs_reason(self) -> bool {
        matches!(self, Verb::Discard | Verb::Cancel | Verb::Stop)
    }

    /// Does it take a lane or a number?
    pub fn takes_value(self) -> bool {
        matches!(self, Verb::MoveLane | Verb::SetPriority)
    }

    /// Can what it did be taken back, as long as nothing else has happened to the job? Otherwise why not.
    pub fn undoable(self) -> Result<(), &'static str> {
        match self {
            Verb::Stop => Err("What was stopped cannot be made to go on; it can be retried."),
            Verb::Undo => Err("What was taken back can be done again by a new operation."),
            _ => Ok(()),
        }
    }

    /// May it be done to a job in this state? Otherwise why not, in a sentence about the job.
    pub fn fits(self, state: JobState, discarded: bool) -> Result<(), String> {
        let waits = matches!(state, JobState::Queued | JobState::Retrying);
        let fits = match self {
            Verb::Retry => state == JobState::Failed,
            Verb::Discard => state == JobState::Failed && !discarded,
            Verb::Restore => state == JobState::Failed && discarded,
            Verb::RunNow | Verb::Cancel | Verb::MoveLane | Verb::SetPriority => waits,
            Verb::Stop => state == JobState::Processing,
            Verb::Undo => true,
        };
        if fits {
            return Ok(());
        }
        let is = match state {
            JobState::Failed if discarded => "has been put aside",
            JobState::Failed => "has failed",
            JobState::Finished => "has finished",
            JobState::Processing => "is running",
            JobState::Queued | JobState::Retrying => "waits",
        };
        Err(format!("It {is}: {}.", self.wants()))
    }

    fn wants(self) -> &'static str {
        match self {
            Verb::Retry => "only failed jobs can be retried",
            Verb::RunNow => "only waiting jobs can be made due",
            Verb::Discard => "only failed jobs can be put aside, once",
            Verb::Restore => "only what was put aside can be brought back",
            Verb::Cancel => "only waiting jobs can be cancelled, running ones can be asked to stop",
            Verb::Stop => "only running jobs can be asked to stop",
            Verb::MoveLane | Verb::SetPriority => "only waiting jobs can be moved",
            Verb::Undo => "nothing can be taken back",
        }
    }
}

impl From<String> for Verb {
    fn from(stored: String) -> Self {
        stored.parse().unwrap_or(Verb::Undo) // the column's CHECK allows no other
    }
}
