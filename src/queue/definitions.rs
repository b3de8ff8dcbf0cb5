//! How each kind of job is treated: the one place that says it.

use std::time::Duration;

use strum::{IntoStaticStr, VariantArray};

use super::{Job, JobKind};

/// What jobs wait in; an operator can pause a lane. Lanes take turns, so that a flood in one holds up no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Lane {
    /// Work on pixels and the files that come of it.
    Images,
    /// What leaves for mail servers.
    Mail,
    /// Standings, and what photos are found by.
    Ranking,
    /// What nobody waits for.
    Upkeep,
    /// What operators do to the jobs of the others.
    Operations,
}

impl Lane {
    /// As stored.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Which *waiting* jobs stand for one another. A request made during a run is a job of its own, since the run may have read
/// before the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// One of the kind waits.
    PerKind,
    /// One of the kind waits for each photo, draft or mail.
    PerSubject,
}

/// How the jobs of a kind are treated.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// What it waits in.
    pub lane: Lane,
    /// Lower goes first within the lane. Mails that nobody waits for go after this: see [`Job::priority`](super::Job::priority).
    pub priority: i16,
    /// How often it is tried before it counts as failed.
    pub attempts: i16,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// The longest wait between two attempts, before jitter.
    pub longest_backoff: Duration,
    /// How many may wait.
    pub unique: Unique,
    /// What it does, in one sentence for operators.
    pub summary: &'static str,
}

/// Mails that nobody waits for go behind all others of their lane.
const OPTIONAL: i16 = 10;

impl Job {
    /// Lower goes first within a lane.
    pub fn priority(&self) -> i16 {
        match self {
            Job::SendMail { optional: true, .. } => OPTIONAL,
            _ => self.definition().priority,
        }
    }

    /// The name that only one waiting job may have.
    pub fn unique(&self) -> String {
        let kind = self.kind().name();
        match (self.definition().unique, self.subject().id()) {
            (Unique::PerSubject, Some(id)) => format!("{kind}:{id}"),
            _ => kind.to_owned(),
        }
    }

    /// How it is treated.
    pub fn definition(&self) -> &'static Definition {
        self.kind().definition()
    }
}

impl JobKind {
    /// How jobs of this kind are treated.
    pub const fn definition(self) -> &'static Definition {
        match self {
            JobKind::MakeThumbnails => &MAKE_THUMBNAILS,
            JobKind::MakePreview => &MAKE_PREVIEW,
            JobKind::MoveThumbnails => &MOVE_THUMBNAILS,
            JobKind::MakeSharePicture => &MAKE_SHARE_PICTURE,
            JobKind::RemakeAllThumbnails => &REMAKE_ALL_THUMBNAILS,
            JobKind::DeleteVotes => &DELETE_VOTES,
            JobKind::SendMail => &SEND_MAIL,
            JobKind::QueueDigests => &QUEUE_DIGESTS,
            JobKind::TellOfPhotos => &TELL_OF_PHOTOS,
            JobKind::DeleteAccounts => &DELETE_ACCOUNTS,
            JobKind::RankPhotos => &RANK_PHOTOS,
            JobKind::WriteWords => &WRITE_WORDS,
            JobKind::DeleteOldRecords => &DELETE_OLD_RECORDS,
            JobKind::DeleteDiscardedBlobs => &DELETE_DISCARDED_BLOBS,
            JobKind::DeleteOrphanedBlobs => &DELETE_ORPHANED_BLOBS,
            JobKind::RunOperation => &RUN_OPERATION,
        }
    }

    /// How long to wait after so many failed attempts, before jitter: 2 s, 4 s, 8 s and so on, up to what its definition says.
    pub fn backoff(self, failures: u32) -> Duration {
        let longest = self.definition().longest_backoff.as_secs();
        Duration::from_secs(2u64.saturating_pow(failures).clamp(2, longest))
    }
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

const MAKE_THUMBNAILS: Definition = Definition {
    lane: Lane::Images,
    priority: 0,
    attempts: 6,
    timeout: minutes(2),
    longest_backoff: minutes(5),
    unique: Unique::PerSubject,
    summary: "Makes the pictures that a photo is shown with, and lets people vote on it.",
};

const MAKE_PREVIEW: Definition = Definition {
    lane: Lane::Images,
    priority: -1, // somebody looks at the form
    attempts: 2,  // and the form works without
    timeout: minutes(2),
    longest_backoff: minutes(5),
    unique: Unique::PerSubject,
    summary: "Makes a small picture of a file that waits for the rest of its form.",
};

const MOVE_THUMBNAILS: Definition = Definition {
    lane: Lane::Images,
    priority: -1, // somebody wants a picture out of sight
    attempts: 20, // and relies on it, so that it outlasts a bad hour
    timeout: minutes(2),
    longest_backoff: minutes(5),
    unique: Unique::PerSubject,
    summary: "Moves the pictures of a hidden photo out of reach, or those of one that is shown again back.",
};

const MAKE_SHARE_PICTURE: Definition = Definition {
    lane: Lane::Images,
    priority: 1, // behind what people wait for
    attempts: 3, // whoever shares the photo next asks again
    timeout: minutes(2),
    longest_backoff: minutes(5),
    unique: Unique::PerSubject,
    summary: "Draws the picture of a photo with its score that other sites show beside a link to it.",
};

const REMAKE_ALL_THUMBNAILS: Definition = Definition {
    lane: Lane::Upkeep,
    priority: 1,
    attempts: 20,                  // each attempt goes on where the last one ended
    timeout: minutes(7 * 24 * 60), // a million photos take days
    longest_backoff: minutes(5),
    unique: Unique::PerKind,
    summary: "Makes the pictures of all photos anew, one photo after the other.",
};

const DELETE_VOTES: Definition = Definition {
    lane: Lane::Upkeep,
    priority: 0,
    attempts: 20, // somebody relies on it
    timeout: minutes(10),
    longest_backoff: minutes(5),
    unique: Unique::PerSubject,
    summary: "Deletes the votes for a photo that was deleted, and the reports of it.",
};

const SEND_MAIL: Definition = Definition {
    lane: Lane::Mail,
    priority: 0,
    attempts: 20, // some ten hours
    timeout: minutes(1),
    longest_backoff: minutes(60), // servers of others can be away for long
    unique: Unique::PerSubject,
    summary: "Sends one mail, or finds out that nobody is to have it.",
};

const QUEUE_DIGESTS: Definition = Definition {
    lane: Lane::Mail,
    priority: 10,
    attempts: 6,
    timeout: minutes(10),
    longest_backoff: minutes(5),
    unique: Unique::PerKind,
    summary: "Adds up the week that is over, and queues a mail on it to each member who wants one.",
};

const TELL_OF_PHOTOS: Definition = Definition {
    lane: Lane::Mail,
    priority: 10,
    attempts: 3, // the next tick tries again anyway
    timeout: minutes(10),
    longest_backoff: minutes(5),
    unique: Unique::PerKind,
    summary: "Queues a mail to each member who has seen every photo and wants to be told of more, once there are.",
};

const DELETE_ACCOUNTS: Definition = Definition {
    lane: Lane::Upkeep,
    priority: 0,
    attempts: 3, // the next tick tries again anyway
    timeout: minutes(10),
    longest_backoff: minutes(5),
    unique: Unique::PerKind,
    summary: "Deletes the accounts whose owners have left and not come back, with their photos.",
};

const RANK_PHOTOS: Definition = Definition {
    lane: Lane::Ranking,
    priority: 0,
    attempts: 3,          // the next tick tries again anyway
    timeout: minutes(60), // everything for the first time: five minutes for a million photos on two busy cores
    longest_backoff: minutes(5),
    unique: Unique::PerKind,
    summary: "Works out the score and rank of every photo that was voted on since the last time; rests after a run that took long.",
};

const WRITE_WORDS: Definition = Definition {
    lane: Lane::Ranking,
    priority: 1,
    attempts: 3,          // the next tick tries again anyway
    timeout: minutes(60), // what was there before, once
    longest_backoff: minutes(5),
    unique: Unique::PerKind,
    summary: "Writes down by which words photos and members are found.",
};

const DELETE_OLD_RECORDS: Definition = Definition {
    lane: Lane::Upkeep,
    priority: 0,
    attempts: 3, // the next tick tries again anyway
    timeout: minutes(10),
    longest_backoff: minutes(5),
    unique: Unique::PerKind,
    summary: "Deletes jobs that ended long ago, and sessions, links and mails that have had their time.",
};

const DELETE_DISCARDED_BLOBS: Definition = Definition {
    lane: Lane::Upkeep,
    priority: 0,
    attempts: 3, // the next tick tries again anyway
    timeout: minutes(10),
    longest_backoff: minutes(5),
    unique: Unique::PerKind,
    summary: "Deletes the files of photos that were deleted or made anew, and uploads whose form never came.",
};

const DELETE_ORPHANED_BLOBS: Definition = Definition {
    lane: Lane::Upkeep,
    priority: 0,
    attempts: 3, // the next tick tries again anyway
    timeout: minutes(10),
    longest_backoff: minutes(5),
    unique: Unique::PerKind,
    summary: "Looks through all stored files, and deletes those that are a day old and belong to nothing.",
};

const RUN_OPERATION: Definition = Definition {
    lane: Lane::Operations,
    priority: 0,
    attempts: 20, // each attempt goes on where the last one ended
    timeout: minutes(10),
    longest_backoff: minutes(1),
    unique: Unique::PerSubject,
    summary: "Does to many jobs what an operator asked for, a few hundred at a time.",
};
