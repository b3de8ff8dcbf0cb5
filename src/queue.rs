//! Jobs, and how they enter the queue. Free of the queue's machinery: whoever changes something names what has to follow.

pub mod board;
pub mod check;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::{Postgres, Transaction};

/// Where a worker process listens for new jobs; the payload is the lane.
pub const CHANNEL: &str = "ratemyderp_jobs";

/// Something to be done by the jobs process. Jobs carry ids and load the rest fresh, so that they are safe to repeat.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Make the renditions of an uploaded photo and put it into the deck.
    Thumbnail {
        /// The photo's id.
        submission: i64,
    },
    /// Make a small picture of a file that waits for the rest of its form.
    Preview {
        /// The draft's id.
        draft: i64,
    },
    /// Move the renditions of a photo out of reach, or back, as it is hidden or not.
    Relocate {
        /// The photo's id.
        submission: i64,
    },
    /// Make all renditions of all photos anew.
    Rerender,
    /// Delete the votes for a photo that was deleted.
    Erase {
        /// The photo's id.
        submission: i64,
    },
    /// Send a mail, or find out that nobody is to have it.
    Mail {
        /// The mail's id.
        mail: i64,
        /// One that its reader can switch off: it waits for those that somebody waits for.
        optional: bool,
    },
    /// Add up the week that is over, and owe a mail on it to everybody who wants one.
    Digests,
    /// Delete the accounts whose owners have left, when their grace is over.
    Forget,
    /// Work out the standings.
    Rank,
    /// Delete finished jobs and what belongs to them, after their time.
    Prune,
    /// Delete blobs that no row names any more, when their time has come, and drafts that waited too long.
    Discard,
    /// Look for blobs that no row ever named.
    Sweep,
}

impl Job {
    /// Every kind there is. A process leaves alone what it does not know, since a newer one may.
    pub const KINDS: &[&str] = &[
        "thumbnail",
        "preview",
        "relocate",
        "rerender",
        "erase",
        "mail",
        "digests",
        "forget",
        "rank",
        "prune",
        "discard",
        "sweep",
    ];

    /// Every lane there is.
    pub const LANES: &[&str] = &["images", "mail", "ranking", "upkeep"];

    /// The name of the variant, as stored.
    pub fn kind(&self) -> &'static str {
        match self {
            Job::Thumbnail { .. } => "thumbnail",
            Job::Preview { .. } => "preview",
            Job::Relocate { .. } => "relocate",
            Job::Rerender => "rerender",
            Job::Erase { .. } => "erase",
            Job::Mail { .. } => "mail",
            Job::Digests => "digests",
            Job::Forget => "forget",
            Job::Rank => "rank",
            Job::Prune => "prune",
            Job::Discard => "discard",
            Job::Sweep => "sweep",
        }
    }

    /// What it waits in; an operator can pause a lane. Lanes take turns, so that a flood in one holds up no other.
    pub fn lane(&self) -> &'static str {
        match self {
            Job::Thumbnail { .. } | Job::Preview { .. } | Job::Relocate { .. } => "images",
            Job::Mail { .. } | Job::Digests => "mail",
            Job::Rank => "ranking",
            Job::Rerender | Job::Erase { .. } | Job::Forget | Job::Prune | Job::Discard | Job::Sweep => "upkeep",
        }
    }

    /// Lower goes first within a lane.
    pub fn priority(&self) -> i16 {
        match self {
            // Somebody wants a picture out of sight, or looks at a form: neither waits behind a flood of uploads.
            Job::Relocate { .. } | Job::Preview { .. } => -1,
            Job::Rerender => 1,
            Job::Mail { optional: true, .. } | Job::Digests => 10,
            _ => 0,
        }
    }

    /// A name that only one *waiting* job may have. A request made during a run is a job of its own, since the run may have
    /// read before the change.
    pub fn unique(&self) -> Option<String> {
        match self {
            Job::Thumbnail { submission } | Job::Relocate { submission } | Job::Erase { submission } => {
                Some(format!("{}:{submission}", self.kind()))
            }
            Job::Preview { draft } => Some(format!("preview:{draft}")),
            Job::Rerender | Job::Digests | Job::Forget | Job::Rank | Job::Prune | Job::Discard | Job::Sweep => {
                Some(self.kind().to_owned())
            }
            Job::Mail { mail, .. } => Some(format!("mail:{mail}")),
        }
    }

    /// How often it is tried before it counts as failed.
    pub fn max_attempts(&self) -> i16 {
        match self {
            Job::Thumbnail { .. } => 6,
            Job::Preview { .. } => 2,                       // the form works without
            Job::Relocate { .. } | Job::Erase { .. } => 20, // somebody relies on it, so that it outlasts a bad hour
            Job::Rerender => 20,                            // each attempt goes on where the last one ended
            Job::Forget | Job::Rank | Job::Prune | Job::Discard | Job::Sweep => 3, // the next tick tries again anyway
            Job::Mail { .. } => 20,                         // some ten hours
            Job::Digests => 6,
        }
    }

    /// How long one attempt may take.
    pub fn timeout(&self) -> Duration {
        match self {
            Job::Thumbnail { .. } | Job::Preview { .. } | Job::Relocate { .. } => Duration::from_secs(120),
            Job::Erase { .. } | Job::Digests | Job::Forget | Job::Rank | Job::Prune | Job::Discard | Job::Sweep => {
                Duration::from_secs(600)
            }
            Job::Rerender => Duration::from_secs(7 * 24 * 3600), // a million photos take days
            Job::Mail { .. } => Duration::from_secs(60),
        }
    }

    /// How long to wait after so many failed attempts, before jitter: 2 s, 4 s, 8 s, and never more than five minutes, or an
    /// hour for mail, since servers of others can be away for long.
    pub fn backoff(&self, failures: u32) -> Duration {
        let longest = if matches!(self, Job::Mail { .. }) { 3600 } else { 300 };
        Duration::from_secs(2u64.saturating_pow(failures).clamp(2, longest))
    }

    fn submission(&self) -> Option<i64> {
        match self {
            Job::Thumbnail { submission } | Job::Relocate { submission } | Job::Erase { submission } => {
                Some(*submission)
            }
            _ => None,
        }
    }
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// The job's number, as people see it.
    pub number: i64,
    /// False when a waiting job of the same name does it.
    pub new: bool,
}

/// Adds a job to the transaction that makes it necessary: both happen or neither does.
///
/// A waiting job of the same unique name is taken instead, and locked until the transaction ends: a worker that took it
/// earlier would not see the change that this request is about.
pub async fn enqueue(tx: &mut Transaction<'_, Postgres>, job: Job) -> Result<Enqueued, sqlx::Error> {
    // PostgreSQL folds equal notifications of one transaction into one.
    sqlx::query_as!(
        Enqueued,
        r#"
        WITH put AS (
            INSERT INTO fang_tasks (metadata, task_type, uniq_hash, kind, priority, max_attempts, submission)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (uniq_hash) WHERE state IN ('new', 'retried')
            DO UPDATE SET updated_at = now()
            RETURNING number, xmax = 0 AS new
        )
        SELECT number AS "number!", new AS "new!"
        FROM put, LATERAL (SELECT pg_notify($8, $2)) AS wake
        "#,
        stored(&serde_json::json!(job)),
        job.lane(),
        job.unique(),
        job.kind(),
        job.priority(),
        job.max_attempts(),
        job.submission(),
        CHANNEL,
    )
    .fetch_one(&mut **tx)
    .await
}

/// A job's arguments in the shape that fang's runnable of that name can read.
pub fn stored(job: &serde_json::Value) -> serde_json::Value {
    serde_json::json!({ "type": "Work", "job": job })
}
