//! Every recurring job. Jobs processes tick; pages read when.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Job;
use crate::config::JobsConfig;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A job that recurs.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// What to do. The schedule has the name of its kind.
    pub job: Job,
    /// How often; ticks are at whole multiples of it since `from`.
    pub every: Duration,
    /// A moment of a tick, counted from the beginning of 1970 (UTC), a Thursday.
    pub from: Duration,
}

impl Schedule {
    /// Its name, the same in every process.
    pub fn name(&self) -> &'static str {
        self.job.kind().name()
    }

    /// The tick that a moment belongs to: the last one that is not after it.
    pub fn tick(&self, moment: DateTime<Utc>) -> DateTime<Utc> {
        let milliseconds = |length: Duration| i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        let since = moment.timestamp_millis().saturating_sub(milliseconds(self.from));
        let into = since.rem_euclid(milliseconds(self.every).max(1));
        DateTime::from_timestamp_millis(moment.timestamp_millis().saturating_sub(into)).unwrap_or(moment)
    }

    /// The first tick after a moment.
    pub fn next_tick(&self, moment: DateTime<Utc>) -> DateTime<Utc> {
        self.tick(moment) + self.every
    }
}

/// All of them.
pub fn all(config: &JobsConfig) -> Vec<Schedule> {
    let every = |seconds: u32| Duration::from_secs(seconds.max(1).into());
    let from_midnight = |job, every| Schedule { job, every, from: Duration::ZERO };
    vec![
        // After a run that took long it rests first: `rank_rest_factor`.
        from_midnight(Job::RankPhotos, every(config.rank_every_seconds)),
        from_midnight(Job::WriteWords, HOUR / 60),
        from_midnight(Job::TellOfPhotos, HOUR / 6),
        from_midnight(Job::DeleteOldRecords, HOUR / 6),
        from_midnight(Job::DeleteAccounts, HOUR),
        from_midnight(Job::DeleteDiscardedBlobs, HOUR / 6),
        from_midnight(Job::DeleteOrphanedBlobs, DAY),
        // Mondays at six in the morning, UTC.
        Schedule { job: Job::QueueDigests, every: 7 * DAY, from: 4 * DAY + 6 * HOUR },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_a_whole_multiple_since_its_first_moment() {
        let digests = Schedule { job: Job::QueueDigests, every: 7 * DAY, from: 4 * DAY + 6 * HOUR };
        let at = |time: &str| time.parse::<DateTime<Utc>>().unwrap_or_default();
        // A Monday.
        assert_eq!(digests.tick(at("2026-11-23T05:59:59.999Z")), at("2026-11-16T06:00:00Z"));
        assert_eq!(digests.tick(at("2026-11-23T06:00:00Z")), at("2026-11-23T06:00:00Z"));
        assert_eq!(digests.next_tick(at("2026-11-25T12:00:00Z")), at("2026-11-30T06:00:00Z"));
        assert_eq!(digests.tick(at("1969-12-31T00:00:00Z")), at("1969-12-29T06:00:00Z"));
    }
}
