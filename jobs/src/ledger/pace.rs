//! How long jobs waited and ran: summed in this process, and written with the heartbeat.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ratemyderp::queue::board::Measure;
use sqlx::PgPool;

/// The largest bucket: eight days.
const LAST_BUCKET: i16 = 118;

/// What was measured since the last heartbeat.
#[derive(Default)]
pub(super) struct Pace(Mutex<BTreeMap<(String, &'static str, i16), i64>>);

impl Pace {
    /// One attempt of a job of this kind.
    pub fn add(&self, kind: &str, waited: Duration, ran: Duration, failed: bool) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = failed.then_some((Measure::Failed, ran));
        for (measure, took) in [(Measure::Wait, waited), (Measure::Run, ran)].into_iter().chain(failed) {
            *counts.entry((kind.to_owned(), measure.name(), bucket(took))).or_default() += 1;
        }
    }

    /// Adds it to the minute and the hour. What cannot be written is kept for the next time. In the order of the keys, so that
    /// two processes never wait for each other.
    pub async fn flush(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() {
            return Ok(());
        }
        let written = write(pool, &counts).await;
        if written.is_err() {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            counts.into_iter().for_each(|(key, n)| *kept.entry(key).or_default() += n);
        }
        written
    }
}

async fn write(pool: &PgPool, counts: &BTreeMap<(String, &'static str, i16), i64>) -> Result<(), sqlx::Error> {
    let kinds: Vec<String> = counts.keys().map(|(kind, ..)| kind.clone()).collect();
    let measures: Vec<String> = counts.keys().map(|(_, measure, _)| (*measure).to_owned()).collect();
    let buckets: Vec<i16> = counts.keys().map(|(.., bucket)| *bucket).collect();
    let ns: Vec<i64> = counts.values().copied().collect();
    sqlx::query!(
        "INSERT INTO job_pace AS p (at, hourly, kind, measure, bucket, n)
         SELECT date_trunc(t.unit, now()), t.hourly, c.kind, c.measure, c.bucket, c.n
         FROM (VALUES ('minute', false), ('hour', true)) AS t (unit, hourly),
              unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[]) AS c (kind, measure, bucket, n)
         ORDER BY t.hourly, c.kind, c.measure, c.bucket
         ON CONFLICT (hourly, at, kind, measure, bucket) DO UPDATE SET n = p.n + excluded.n",
        &kinds,
        &measures,
        &buckets,
        &ns
    )
    .execute(pool)
    .await
    .map(drop)
}

/// Bucket k counts what took less than 2^(k/4) ms, and no less than the one before.
fn bucket(took: Duration) -> i16 {
    let ms = took.as_secs_f64() * 1000.0;
    (0..LAST_BUCKET).find(|&bucket| ms < (f64::from(bucket) / 4.0).exp2()).unwrap_or(LAST_BUCKET)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_what_took_less_than_its_end() {
        for (ms, expected) in [(0.0, 0), (0.99, 0), (1.0, 1), (1.99, 4), (2.0, 5), (1e12, LAST_BUCKET)] {
            assert_eq!(bucket(Duration::from_secs_f64(ms / 1000.0)), expected, "{ms} ms");
        }
    }
}
