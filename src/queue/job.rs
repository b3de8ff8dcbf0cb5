//! The jobs that there are. How each kind is treated says [`definitions`](super::definitions).

use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, EnumString, IntoStaticStr, VariantArray};

/// Something to be done by the jobs process. Jobs carry ids and load the rest fresh, so that they are safe to repeat.
///
/// A kind is stored, and read by operators, as the variant's name in snake_case: a verb with its object.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, EnumDiscriminants)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum_discriminants(
    name(JobKind),
    derive(Hash, EnumString, IntoStaticStr, VariantArray),
    strum(serialize_all = "snake_case"),
    doc = "What a job does, without the photo or mail that it does it to.",
    allow(missing_docs)
)]
pub enum Job {
    /// Make the renditions of an uploaded photo and put it into the deck.
    MakeThumbnails {
        /// The photo's id.
        submission: i64,
    },
    /// Make a small picture of a file that waits for the rest of its form.
    MakePreview {
        /// The draft's id.
        draft: i64,
    },
    /// Move the renditions of a photo out of reach, or back, as it is hidden or not.
    MoveThumbnails {
        /// The photo's id.
        submission: i64,
    },
    /// Draw the picture of a photo with its score, for links on other sites.
    MakeSharePicture {
        /// The photo's id.
        submission: i64,
    },
    /// Make all renditions of all photos anew.
    RemakeAllThumbnails,
    /// Delete the votes for a photo that was deleted, and the reports of it.
    DeleteVotes {
        /// The photo's id.
        submission: i64,
    },
    /// Send a mail, or find out that nobody is to have it.
    SendMail {
        /// The mail's id.
        mail: i64,
        /// One that its reader can switch off: it waits for those that somebody waits for.
        optional: bool,
    },
    /// Add up the week that is over, and owe a mail on it to everybody who wants one.
    QueueDigests,
    /// Owe a mail to members who have seen every photo and wait for more, when there are.
    TellOfPhotos,
    /// Delete the accounts whose owners have left, when their grace is over.
    DeleteAccounts,
    /// Work out the standings.
    RankPhotos,
    /// Write down by which words photos and members are found.
    WriteWords,
    /// Delete finished jobs, sessions, links and mails, and what belongs to them, after their time.
    DeleteOldRecords,
    /// Delete blobs that no row names any more, when their time has come, and drafts that waited too long.
    DeleteDiscardedBlobs,
    /// Look for blobs that no row ever named, and delete them.
    DeleteOrphanedBlobs,
    /// Count what an operation is about, or do it, a few hundred jobs at a time.
    RunOperation {
        /// Its number.
        operation: i64,
    },
}

/// What a job does its work to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Submission(i64),
    Draft(i64),
    Mail(i64),
    Operation(i64),
    /// Whatever there is of its sort.
    Everything,
}

impl Subject {
    pub(super) fn id(self) -> Option<i64> {
        match self {
            Subject::Submission(id) | Subject::Draft(id) | Subject::Mail(id) | Subject::Operation(id) => Some(id),
            Subject::Everything => None,
        }
    }
}

impl Job {
    /// What it does.
    pub fn kind(&self) -> JobKind {
        self.into()
    }

    /// The photo that it is about.
    pub(super) fn submission(&self) -> Option<i64> {
        match self.subject() {
            Subject::Submission(id) => Some(id),
            _ => None,
        }
    }

    pub(super) fn subject(&self) -> Subject {
        match self {
            Job::MakeThumbnails { submission }
            | Job::MoveThumbnails { submission }
            | Job::MakeSharePicture { submission }
            | Job::DeleteVotes { submission } => Subject::Submission(*submission),
            Job::MakePreview { draft } => Subject::Draft(*draft),
            Job::SendMail { mail, .. } => Subject::Mail(*mail),
            Job::RunOperation { operation } => Subject::Operation(*operation),
            Job::RemakeAllThumbnails
            | Job::QueueDigests
            | Job::TellOfPhotos
            | Job::DeleteAccounts
            | Job::RankPhotos
            | Job::WriteWords
            | Job::DeleteOldRecords
            | Job::DeleteDiscardedBlobs
            | Job::DeleteOrphanedBlobs => Subject::Everything,
        }
    }
}

impl JobKind {
    /// As stored, and as operators read it, such as `make_thumbnails`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
