//! A filter in words.

use chrono::{DateTime, Utc};

use super::times::spoken;
use super::{By, JobFilter, Sort};
use crate::queue::JobState;

impl JobFilter {
    /// Such as `Failed make_thumbnails jobs that ended between 12:00 and 13:00 UTC, newest first`.
    pub fn sentence(&self, now: DateTime<Utc>) -> String {
        let order = match self.sort {
            Sort::Newest => "newest first",
            Sort::Next => "in the order in which they are taken",
        };
        format!("{}, {order}", self.subject(now))
    }

    /// The same without the order: `Failed make_thumbnails jobs that ended between 12:00 and 13:00 UTC`.
    pub fn subject(&self, now: DateTime<Utc>) -> String {
        let state = match self.state {
            Some(JobState::Queued) => "Queued",
            Some(JobState::Processing) => "Running",
            Some(JobState::Retrying) => "Retrying",
            Some(JobState::Failed) => "Failed",
            Some(JobState::Finished) => "Finished",
            None => "",
        };
        let mut words: Vec<String> = [state, self.kind.as_deref().unwrap_or_default()]
            .into_iter()
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        words.push(if words.is_empty() { "All jobs".into() } else { "jobs".into() });
        let qualities = [
            self.lane.as_ref().map(|lane| format!("of the lane {lane}")),
            self.submission.map(|id| format!("about photo {id}")),
            self.account.map(|id| format!("about account {id}")),
            self.error.map(|id| format!("with the error {id}")),
            self.q.as_ref().map(|text| format!("with “{text}” in the error")),
            self.attempts.map(|least| format!("with at least {least} attempt{}", if least == 1 { "" } else { "s" })),
            self.worker.map(|number| format!("that worker {number} ran")),
            self.times(now),
        ];
        words.extend(qualities.into_iter().flatten());
        let all = words.join(" ");
        if self.state.is_none() && self.kind.is_some() { format!("All {all}") } else { all }
    }

    fn times(&self, now: DateTime<Utc>) -> Option<String> {
        let verb = match self.by {
            By::Created => "that were created",
            By::Started => "that started",
            By::Ended => "that ended",
        };
        let time = |time| spoken(time, now);
        match (self.since, self.until) {
            (Some(since), Some(until)) => Some(format!("{verb} between {} and {} UTC", time(since), time(until))),
            (Some(since), None) => Some(format!("{verb} since {} UTC", time(since))),
            (None, Some(until)) => Some(format!("{verb} before {} UTC", time(until))),
            (None, None) => None,
        }
    }
}
