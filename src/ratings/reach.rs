//! How far photos get: how often they are shared, how many people come by those links, and how often their pages are looked at. Gathered in the process and added to
//! `submission_days` every ten seconds: nobody who shares or arrives waits for a write.
//!
//! Each person counts once a photo a day. A keyed hash of person, photo and day says who was counted; whatever is written twice finds
//! it there and adds nothing. Looks are only added up: what a killed process had not written is not counted, ten seconds at most.

mod views;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::NaiveDate;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::RaterId;
use crate::secret::{Secret, mac};

/// How often what was gathered is written.
pub const EVERY: Duration = Duration::from_secs(10);

/// So many wait at most while PostgreSQL is away; what comes then is not counted.
const MOST: usize = 100_000;

/// Written in one statement.
const BATCH: usize = 5_000;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// They pressed "Share".
    Share,
    /// They came by a shared link.
    Arrival,
}

/// A step towards or from a photo, on a day (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    pub step: Step,
    pub submission: i64,
    pub day: NaiveDate,
}

/// What one process has counted and not yet written.
pub struct Reach {
    key: [u8; 32],
    waiting: Mutex<HashMap<Uuid, Reached>>,
    views: views::Views,
}

impl Reach {
    /// Nothing yet. All processes hash alike.
    pub fn new(secret: &Secret) -> Self {
        Reach { key: secret.key("who shared and arrived"), waiting: Mutex::default(), views: views::Views::default() }
    }

    /// Counts what this person did, unless they did so today already.
    pub fn count(&self, who: RaterId, reached: Reached) {
        let Reached { step, submission, day } = reached;
        let text = format!("{step:?} {submission} {day} {}", who.0);
        let mut mark = [0; 16];
        mark.copy_from_slice(&mac(&self.key, text.as_bytes())[..16]);
        let mut waiting = self.waiting();
        if waiting.len() < MOST {
            waiting.insert(Uuid::from_bytes(mark), reached);
        }
    }

    /// Somebody who is known to rate looks at the page of a photo.
    pub fn look(&self, submission: i64, day: NaiveDate) {
        self.views.count(submission, day);
    }

    /// Writes what waits. What could not be written waits on; what was, without our hearing of it, is not counted again.
    pub async fn flush(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        loop {
            let batch: Vec<(Uuid, Reached)> =
                self.waiting().iter().take(BATCH).map(|(mark, reached)| (*mark, *reached)).collect();
            if batch.is_empty() {
                return self.views.flush(pool).await;
            }
            add(&mut *pool.acquire().await?, &batch).await?;
            let mut waiting = self.waiting();
            for (mark, _) in &batch {
                waiting.remove(mark);
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Uuid, Reached>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what is gathered, again and again, until the process ends.
pub async fn keep_writing(reach: Arc<Reach>, pool: PgPool) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut away = false;
    loop {
        ticks.tick().await;
        match reach.flush(&pool).await {
            Ok(()) if std::mem::take(&mut away) => log::info!("shares and arrivals are written again"),
            Ok(()) => {}
            Err(sqlx::Error::PoolClosed) => return,
            Err(error) if !std::mem::replace(&mut away, true) => log::warn!("shares and arrivals wait: {error}"),
            Err(_) => {}
        }
    }
}

/// One statement: what is marked is counted. Days are locked in the order in which the ranking job locks them.
async fn add(conn: &mut PgConnection, batch: &[(Uuid, Reached)]) -> Result<(), sqlx::Error> {
    let marks: Vec<Uuid> = batch.iter().map(|(mark, _)| *mark).collect();
    let submissions: Vec<i64> = batch.iter().map(|(_, reached)| reached.submission).collect();
    let days: Vec<NaiveDate> = batch.iter().map(|(_, reached)| reached.day).collect();
    let shared: Vec<bool> = batch.iter().map(|(_, reached)| reached.step == Step::Share).collect();
    sqlx::query!(
        "WITH given AS (
             SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::date[], $4::boolean[]) AS g (mark, submission, day, shared)),
         fresh AS (
             INSERT INTO reached (day, mark) SELECT day, mark FROM given ORDER BY day, mark
             ON CONFLICT DO NOTHING RETURNING mark),
         noted AS (INSERT INTO rating_changes (submission, day) SELECT DISTINCT submission, day FROM fresh JOIN given USING (mark))
         INSERT INTO submission_days AS d (submission, day, shares, arrivals)
         SELECT submission, day, count(*) FILTER (WHERE shared), count(*) FILTER (WHERE NOT shared)
         FROM fresh JOIN given USING (mark) JOIN submissions s ON s.id = submission AND s.moderation <> 'removed'
         GROUP BY submission, day ORDER BY submission, day
         ON CONFLICT (submission, day) DO UPDATE
         SET shares = d.shares + excluded.shares, arrivals = d.arrivals + excluded.arrivals",
        &marks,
        &submissions,
        &days,
        &shared
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Forgets who was counted on days that are over.
pub async fn prune(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM reached WHERE day < (now() AT TIME ZONE 'UTC')::date - 1").execute(conn).await.map(drop)
}
