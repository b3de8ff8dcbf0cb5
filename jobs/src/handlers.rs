//! What each kind of job does, one file a kind.

mod delete_accounts;
mod delete_discarded_blobs;
mod delete_old_records;
mod delete_orphaned_blobs;
mod delete_votes;
mod make_preview;
mod make_thumbnails;
mod move_thumbnails;
mod pixels;
mod queue_digests;
mod rank_photos;
mod remake_all_thumbnails;
mod renditions;
mod send_mail;

use ratemyderp::queue::Job;
use sqlx::{Postgres, Transaction};

use crate::{Claim, Context, Failure};

/// Runs one job. Every effect is fenced by the claim or safe to repeat; a row that has vanished is a success.
pub(crate) async fn run(ctx: &Context, claim: &Claim, job: &Job) -> Result<(), Failure> {
    match *job {
        Job::MakeThumbnails { submission } => make_thumbnails::run(ctx, claim, submission).await,
        Job::MakePreview { draft } => make_preview::run(ctx, claim, draft).await,
        Job::MoveThumbnails { submission } => move_thumbnails::run(ctx, claim, submission).await,
        Job::RemakeAllThumbnails => remake_all_thumbnails::run(ctx, claim).await,
        Job::DeleteVotes { submission } => delete_votes::run(ctx, claim, submission).await,
        Job::SendMail { mail, .. } => send_mail::run(ctx, claim, mail).await,
        Job::QueueDigests => queue_digests::run(ctx, claim).await,
        Job::DeleteAccounts => delete_accounts::run(ctx).await,
        Job::RankPhotos => rank_photos::run(ctx, claim).await,
        Job::DeleteOldRecords => delete_old_records::run(ctx).await,
        Job::DeleteDiscardedBlobs => delete_discarded_blobs::run(ctx).await,
        Job::DeleteOrphanedBlobs => delete_orphaned_blobs::run(ctx, claim).await,
    }
}

/// The job has failed for good, with this error at last: what that means to the domain, in the transaction that says so.
pub(crate) async fn gave_up(tx: &mut Transaction<'_, Postgres>, job: &Job, error: &str) -> Result<(), sqlx::Error> {
    match *job {
        Job::SendMail { mail, .. } => send_mail::gave_up(tx, mail, error).await,
        Job::MakeThumbnails { submission } => make_thumbnails::gave_up(tx, submission).await,
        // The next tick tries again, or an operator does: nobody is told otherwise until then.
        Job::MakePreview { .. }
        | Job::MoveThumbnails { .. }
        | Job::RemakeAllThumbnails
        | Job::DeleteVotes { .. }
        | Job::QueueDigests
        | Job::DeleteAccounts
        | Job::RankPhotos
        | Job::DeleteOldRecords
        | Job::DeleteDiscardedBlobs
        | Job::DeleteOrphanedBlobs => Ok(()),
    }
}
