//! A job held by this process, and the fence that makes sure that only its holder ends it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use crate::failure::Failure;
use crate::lines::Lines;

/// A job held by this process. It is ours while the row still names this attempt and this worker: the fence.
#[derive(Debug)]
pub struct Claim {
    /// fang's id.
    pub id: Uuid,
    /// What people call it.
    pub number: i64,
    /// Rises with every claim of the job.
    pub attempt: i32,
    /// The process that holds it.
    pub worker: i64,
    /// What it does.
    pub kind: String,
    /// How many attempts have failed before this one.
    pub failures: i32,
    /// How many may.
    pub max_attempts: i16,
    /// The name that only one waiting job may have.
    pub unique: Option<String>,
    /// How long it waited once it was due.
    pub waited: Duration,
    /// What was said and is not written down yet.
    pub(crate) lines: Lines,
    /// Whether the handler's own transaction has ended it.
    pub(crate) settled: AtomicBool,
}

impl Claim {
    /// Says what is done at the moment, for whoever looks at the job: a few words, now and then. At most 200 lines of an attempt are
    /// kept, without what looks like a secret or an address.
    pub fn say(&self, what: impl AsRef<str>) {
        self.lines.say(what.as_ref());
    }

    /// Commits a handler's effect together with the end of its job, so that the effect happens exactly once.
    /// [`Failure::Lost`] means that nothing was committed and that nothing may be published.
    pub async fn commit(&self, mut tx: Transaction<'_, Postgres>) -> Result<(), Failure> {
        let ended = finish(&mut tx, self.worker, &[self.id], &[self.attempt]).await?;
        if ended == 0 {
            tx.rollback().await?;
            return Err(Failure::Lost);
        }
        tx.commit().await?;
        self.settled.store(true, Ordering::Release);
        Ok(())
    }

    /// Whether the job is still ours: to be asked before an effect outside PostgreSQL.
    pub async fn held(&self, conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar!(
            r#"
            SELECT EXISTS (
                SELECT FROM fang_tasks
                WHERE id = $1 AND attempt = $2 AND lease_owner = $3 AND state = 'in_progress'
            ) AS "held!"
            "#,
            self.id,
            self.attempt,
            self.worker,
        )
        .fetch_one(conn)
        .await
    }

    /// Whether the handler has already ended the job.
    pub(crate) fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Acquire)
    }

    /// Whether a failure of this attempt is the last one.
    pub(crate) fn is_last(&self) -> bool {
        self.failures + 1 >= i32::from(self.max_attempts)
    }
}

/// Finishes jobs of one worker, and says how many were still its own.
pub(crate) async fn finish(
    conn: &mut PgConnection,
    worker: i64,
    ids: &[Uuid],
    attempts: &[i32],
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        WITH ended AS (
            UPDATE fang_tasks t
            SET state = 'finished', error_message = NULL, error_group = NULL, lease_owner = NULL, lease_until = NULL, updated_at = now()
            FROM unnest($1::uuid[], $2::integer[]) AS mine (id, attempt)
            WHERE t.id = mine.id AND t.attempt = mine.attempt AND t.lease_owner = $3 AND t.state = 'in_progress'
            RETURNING t.number, t.attempt
        ), closed AS (
            UPDATE job_attempts a
            SET ended_at = clock_timestamp(), outcome = 'finished'
            FROM ended
            WHERE a.job = ended.number AND a.attempt = ended.attempt
        )
        SELECT count(*) AS "count!" FROM ended
        "#,
        ids,
        attempts,
        worker,
    )
    .fetch_one(conn)
    .await
}
