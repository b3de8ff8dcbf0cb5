//! What each kind of job does, one file a kind.

mod delete_accounts;
mod delete_discarded_blobs;
mod delete_old_records;
mod delete_orphaned_blobs;
mod delete_votes;
mod make_preview;
mod make_share_picture;
mod make_thumbnails;
mod move_thumbnails;
mod pixels;
mod queue_digests;
mod rank_photos;
mod remake_all_thumbnails;
mod renditions;
mod run_operation;
mod send_mail;
mod tell_of_photos;
mod write_words;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ratemyderp::operations::effects;
use ratemyderp::queue::{Job, JobKind, Lane};
use serde::Deserialize;
use serde_json::Value;
use sqlx::{Postgres, Transaction};
use strum::VariantArray;

use crate::{Claim, Context, Failure, JobSet, Runnable};

/// The product's jobs.
impl JobSet for Context {
    fn kinds(&self) -> Vec<String> {
        JobKind::VARIANTS.iter().map(|kind| kind.name().to_owned()).collect()
    }

    fn lanes(&self) -> Vec<String> {
        Lane::VARIANTS.iter().map(|lane| lane.name().to_owned()).collect()
    }

    fn decode(&self, arguments: &Value) -> Result<Arc<dyn Runnable>, String> {
        let job = Job::deserialize(arguments).map_err(|error| error.to_string())?;
        Ok(Arc::new(Task { ctx: self.clone(), job }))
    }
}

/// A job, and what its handler works with.
struct Task {
    ctx: Context,
    job: Job,
}

#[async_trait]
impl Runnable for Task {
    fn timeout(&self) -> Duration {
        self.job.definition().timeout
    }

    fn backoff(&self, failures: u32) -> Duration {
        self.job.kind().backoff(failures)
    }

    async fn run(&self, claim: &Claim) -> Result<(), Failure> {
        run(&self.ctx, claim, &self.job).await
    }

    async fn gave_up(&self, tx: &mut Transaction<'_, Postgres>, error: &str) -> Result<(), sqlx::Error> {
        effects::gave_up(tx, &self.job, error).await
    }

    async fn stopped(&self, tx: &mut Transaction<'_, Postgres>, reason: &str) -> Result<bool, sqlx::Error> {
        match effects::cancel(tx, &self.job, reason).await? {
            Ok(()) => Ok(true),
            Err(_) => self.gave_up(tx, reason).await.map(|()| false),
        }
    }
}

/// Runs one job. Every effect is fenced by the claim or safe to repeat; a row that has vanished is a success.
async fn run(ctx: &Context, claim: &Claim, job: &Job) -> Result<(), Failure> {
    match *job {
        Job::MakeThumbnails { submission } => make_thumbnails::run(ctx, claim, submission).await,
        Job::MakePreview { draft } => make_preview::run(ctx, claim, draft).await,
        Job::MoveThumbnails { submission } => move_thumbnails::run(ctx, claim, submission).await,
        Job::MakeSharePicture { submission } => make_share_picture::run(ctx, claim, submission).await,
        Job::RemakeAllThumbnails => remake_all_thumbnails::run(ctx, claim).await,
        Job::DeleteVotes { submission } => delete_votes::run(ctx, claim, submission).await,
        Job::SendMail { mail, .. } => send_mail::run(ctx, claim, mail).await,
        Job::QueueDigests => queue_digests::run(ctx, claim).await,
        Job::TellOfPhotos => tell_of_photos::run(ctx, claim).await,
        Job::DeleteAccounts => delete_accounts::run(ctx, claim).await,
        Job::RankPhotos => rank_photos::run(ctx, claim).await,
        Job::WriteWords => write_words::run(ctx, claim).await,
        Job::DeleteOldRecords => delete_old_records::run(ctx, claim).await,
        Job::DeleteDiscardedBlobs => delete_discarded_blobs::run(ctx, claim).await,
        Job::DeleteOrphanedBlobs => delete_orphaned_blobs::run(ctx, claim).await,
        Job::RunOperation { operation } => run_operation::run(ctx, operation).await,
    }
}
