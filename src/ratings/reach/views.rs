//! How often the pages of photos were looked at, added up in the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::NaiveDate;
use sqlx::PgPool;

use super::{BATCH, MOST};

/// What is counted and not yet written, by photo and day.
#[derive(Default)]
pub(super) struct Views {
    waiting: Mutex<BTreeMap<(i64, NaiveDate), i64>>,
}

impl Views {
    pub fn count(&self, submission: i64, day: NaiveDate) {
        let mut waiting = self.waiting();
        if waiting.len() < MOST || waiting.contains_key(&(submission, day)) {
            *waiting.entry((submission, day)).or_default() += 1;
        }
    }

    /// Writes what waits. What could not be written waits on.
    pub async fn flush(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        loop {
            let batch: Vec<((i64, NaiveDate), i64)> = {
                let mut waiting = self.waiting();
                (0..BATCH).map_while(|_| waiting.pop_first()).collect()
            };
            if batch.is_empty() {
                return Ok(());
            }
            if let Err(error) = add(pool, &batch).await {
                let mut waiting = self.waiting();
                for (key, looks) in batch {
                    *waiting.entry(key).or_default() += looks;
                }
                return Err(error);
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<(i64, NaiveDate), i64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Days are locked in the order in which the ranking job locks them.
async fn add(pool: &PgPool, batch: &[((i64, NaiveDate), i64)]) -> Result<(), sqlx::Error> {
    let submissions: Vec<i64> = batch.iter().map(|((submission, _), _)| *submission).collect();
    let days: Vec<NaiveDate> = batch.iter().map(|((_, day), _)| *day).collect();
    let looks: Vec<i64> = batch.iter().map(|(_, looks)| *looks).collect();
    sqlx::query!(
        "WITH given AS (
             SELECT g.* FROM unnest($1::bigint[], $2::date[], $3::bigint[]) AS g (submission, day, looks)
                  JOIN submissions s ON s.id = g.submission AND s.moderation <> 'removed'),
         noted AS (INSERT INTO rating_changes (submission, day) SELECT submission, day FROM given)
         INSERT INTO submission_days AS d (submission, day, views)
         SELECT submission, day, looks FROM given ORDER BY submission, day
         ON CONFLICT (submission, day) DO UPDATE SET views = d.views + excluded.views",
        &submissions,
        &days,
        &looks
    )
    .execute(pool)
    .await
    .map(drop)
}
