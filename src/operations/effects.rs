//! What it means to the domain when a job has failed for good, is tried again after that, or will never run. Each answers for
//! every kind, so that a new kind does not compile until somebody has thought about it.

use sqlx::{Postgres, Transaction};

use crate::mail;
use crate::queue::{Job, JobKind};
use crate::submissions::{drafts, moderation, processing, revival};

/// Said to the member when every attempt has failed.
const OUR_FAULT: &str = "Something went wrong on our side, and your photo is not to blame. Please send it again.";

/// Why something cannot be done to a job, in a sentence for operators. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub String);

/// What is done to a domain, or why nothing was.
pub type Effect = Result<Result<(), Refused>, sqlx::Error>;

/// A job has failed for good, with this error at last: in the transaction that says so.
pub async fn gave_up(tx: &mut Transaction<'_, Postgres>, job: &Job, error: &str) -> Result<(), sqlx::Error> {
    match *job {
        Job::SendMail { mail, .. } => mail::give_up(tx, mail, error).await,
        Job::MakeThumbnails { submission } => processing::give_up(tx, submission, OUR_FAULT).await.map(drop),
        // The next tick tries again, or an operator does: nobody is told otherwise until then.
        Job::MakePreview { .. }
        | Job::MoveThumbnails { .. }
        | Job::MakeSharePicture { .. }
        | Job::RemakeAllThumbnails
        | Job::DeleteVotes { .. }
        | Job::QueueDigests
        | Job::TellOfPhotos
        | Job::DeleteAccounts
        | Job::RankPhotos
        | Job::WriteWords
        | Job::DeleteOldRecords
        | Job::DeleteDiscardedBlobs
        | Job::DeleteOrphanedBlobs
        | Job::RunOperation { .. } => Ok(()),
    }
}

/// A job that has failed for good will be tried again: whatever it needs to find is put back, in the same transaction.
pub async fn revive(tx: &mut Transaction<'_, Postgres>, job: &Job) -> Effect {
    Ok(match *job {
        Job::MakeThumbnails { submission } => revival::revive(tx, submission).await?.map_err(Refused),
        Job::SendMail { mail, .. } => mail::owe_again(tx, mail).await?.map_err(Refused),
        Job::MakePreview { draft } => match drafts::load(tx, draft).await? {
            None => refuse(format!("The form of draft {draft} was sent or left since.")),
            Some(draft) if draft.preview_key.is_some() => refuse(format!("Draft {} has its preview.", draft.id)),
            Some(_) => Ok(()),
        },
        Job::MoveThumbnails { submission } if moderation::misplaced(tx, submission).await?.is_none() => {
            refuse(format!("The pictures of photo {submission} are where they belong."))
        }
        // These look for what there is to be done, and go on where they stopped.
        Job::MoveThumbnails { .. }
        | Job::MakeSharePicture { .. }
        | Job::RemakeAllThumbnails
        | Job::DeleteVotes { .. }
        | Job::QueueDigests
        | Job::TellOfPhotos
        | Job::DeleteAccounts
        | Job::RankPhotos
        | Job::WriteWords
        | Job::DeleteOldRecords
        | Job::DeleteDiscardedBlobs
        | Job::DeleteOrphanedBlobs
        | Job::RunOperation { .. } => Ok(()),
    })
}

/// A waiting job will never run, for this reason: what waits for it is told so, in the same transaction.
pub async fn cancel(tx: &mut Transaction<'_, Postgres>, job: &Job, reason: &str) -> Effect {
    Ok(match *job {
        Job::SendMail { mail, .. } => {
            mail::give_up(tx, mail, reason).await?;
            Ok(())
        }
        Job::MakeThumbnails { submission } => {
            processing::give_up(tx, submission, OUR_FAULT).await?;
            Ok(())
        }
        Job::MoveThumbnails { .. } => {
            refuse("A photo that is hidden would keep its pictures within reach. Show or hide the photo instead.")
        }
        Job::DeleteVotes { .. } => refuse("Somebody relies on it that these votes go."),
        Job::RunOperation { operation } => refuse(format!("Stop operation {operation} instead.")),
        // The form works without it, the next tick asks for it again, or nobody has been promised anything.
        Job::MakePreview { .. }
        | Job::MakeSharePicture { .. }
        | Job::RemakeAllThumbnails
        | Job::QueueDigests
        | Job::TellOfPhotos
        | Job::DeleteAccounts
        | Job::RankPhotos
        | Job::WriteWords
        | Job::DeleteOldRecords
        | Job::DeleteDiscardedBlobs
        | Job::DeleteOrphanedBlobs => Ok(()),
    })
}

/// A running job is to end at once.
pub fn stop(job: &Job) -> Result<(), Refused> {
    match *job {
        Job::RunOperation { operation } => refuse(format!("Stop operation {operation} instead.")),
        _ => Ok(()),
    }
}

/// What a retry means besides another run, in words after a number of jobs.
pub fn revived(kind: JobKind) -> &'static str {
    match kind {
        JobKind::MakeThumbnails => "their photos become pending again, if their files are still kept",
        JobKind::SendMail => "their mails are owed again, unless they are older than mails are kept",
        JobKind::MakePreview => "their forms get a preview, if they still wait",
        JobKind::MoveThumbnails => "pictures that are not where they belong are moved",
        JobKind::MakeSharePicture => "pictures with another score than people see are drawn anew",
        JobKind::RemakeAllThumbnails => "they go on where they stopped",
        JobKind::DeleteVotes => "what is left of the votes goes",
        JobKind::QueueDigests => "whoever was not told of the week yet is told",
        JobKind::RunOperation => "their operations go on where they stopped",
        JobKind::TellOfPhotos
        | JobKind::DeleteAccounts
        | JobKind::RankPhotos
        | JobKind::WriteWords
        | JobKind::DeleteOldRecords
        | JobKind::DeleteDiscardedBlobs
        | JobKind::DeleteOrphanedBlobs => "they do what there is to be done by now",
    }
}

/// What it means that jobs will never run, in words after a number of jobs.
pub fn cancelled(kind: JobKind) -> &'static str {
    match kind {
        JobKind::MakeThumbnails => "their photos fail, and their owners are told; the files are kept for 30 days",
        JobKind::SendMail => "their mails are sent to nobody",
        JobKind::MakePreview => "their forms work without a preview",
        JobKind::MoveThumbnails => "refused: pictures of hidden photos would stay within reach",
        JobKind::DeleteVotes => "refused: somebody relies on it that these votes go",
        JobKind::MakeSharePicture => "links to their photos show the photo, or the score of before",
        JobKind::RemakeAllThumbnails => "photos keep the pictures that they have",
        JobKind::QueueDigests => "who was not told of the week yet is not told",
        JobKind::RunOperation => "refused: stop the operation instead",
        JobKind::TellOfPhotos
        | JobKind::DeleteAccounts
        | JobKind::RankPhotos
        | JobKind::WriteWords
        | JobKind::DeleteOldRecords
        | JobKind::DeleteDiscardedBlobs
        | JobKind::DeleteOrphanedBlobs => "the next tick of their schedule does it",
    }
}

fn refuse<T>(why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused(why.into()))
}
