//! How fast photos are made at the moment.

use std::time::Duration;

use sqlx::PgConnection;

/// What the next photos can expect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// How long recent jobs took; nothing when there were none.
    pub each: Option<Duration>,
    /// Jobs that can run at once; 0 when no worker is there.
    pub slots: i64,
}

impl Pace {
    /// How long a job waits and runs that has so many before it.
    pub fn expected(&self, ahead: i64) -> Option<Duration> {
        let rounds = ahead / self.slots.max(1) + 1;
        self.each.filter(|_| self.slots > 0).map(|each| each.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX)))
    }
}

/// From the last fifty `make_thumbnails` jobs that succeeded, and the workers seen within a minute.
pub async fn pace(conn: &mut PgConnection) -> Result<Pace, sqlx::Error> {
    // An order by kind and number has but one index, in which the fifty stand side by side. Were the kind compared by `=`, the
    // planner would see that the order is one of numbers alone, and could walk those of all jobs. `LIMIT 1` keeps it from
    // reading all attempts at once.
    let row = sqlx::query!(
        r#"
        SELECT (
            SELECT avg(last.took)::double precision
            FROM (
                SELECT number, attempt FROM fang_tasks
                WHERE state = 'finished' AND kind >= 'make_thumbnails' AND kind <= 'make_thumbnails'
                ORDER BY kind DESC, number DESC LIMIT 50
            ) AS recent, LATERAL (
                SELECT extract(epoch FROM a.ended_at - a.started_at) AS took FROM job_attempts a
                WHERE a.job = recent.number AND a.attempt = recent.attempt AND a.outcome = 'finished'
                LIMIT 1
            ) AS last
        ) AS each, (
            SELECT coalesce(sum(slots), 0)::bigint FROM workers
            WHERE stopped_at IS NULL AND seen_at > now() - interval '1 minute'
        ) AS "slots!"
        "#
    )
    .fetch_one(conn)
    .await?;
    let each = row.each.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Ok(Pace { each, slots: row.slots })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_grows_with_the_queue_and_shrinks_with_the_workers() {
        let pace = |slots| Pace { each: Some(Duration::from_secs(2)), slots };
        assert_eq!(pace(1).expected(0), Some(Duration::from_secs(2)));
        assert_eq!(pace(1).expected(9), Some(Duration::from_secs(20)));
        assert_eq!(pace(4).expected(9), Some(Duration::from_secs(6)));
        assert_eq!(pace(0).expected(9), None);
        assert_eq!(Pace { each: None, slots: 4 }.expected(0), None);
    }
}
