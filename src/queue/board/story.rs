//! What happened to a job, in sentences: on its page and on the command line.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Attempt, JobProgress, JobRow, JobState};
use crate::templates::group_thousands;

/// A job that has not come further for so long is said to be stuck.
const STUCK: TimeDelta = TimeDelta::minutes(10);

/// Where it stands and what comes next, in a sentence.
pub fn standing(job: &JobRow, now: DateTime<Utc>) -> String {
    let due = if job.due_at > now {
        format!("may start in {}", length(job.due_at - now))
    } else {
        format!("could have started {} ago", length(now - job.due_at))
    };
    let ago = length(now - job.updated_at);
    match job.state {
        JobState::Queued => format!("It waits for its first attempt, and {due}."),
        JobState::Retrying => {
            format!("{} of {} attempts failed. It waits for the next one, and {due}.", job.failures, job.max_attempts)
        }
        JobState::Processing => match job.stop_requested_at {
            Some(at) => format!("It runs, and was asked to stop {} ago.", length(now - at)),
            None => "It runs.".to_owned(),
        },
        JobState::Failed if job.discarded_at.is_some() => format!("An operator gave it up {ago} ago."),
        JobState::Failed => format!(
            "It failed for good {ago} ago, after {} failed attempts of at most {}.",
            job.failures, job.max_attempts
        ),
        JobState::Finished => match job.superseded_by {
            Some(other) => format!("It gave way to job {other}, which does the same, {ago} ago."),
            None => format!("It finished {ago} ago."),
        },
    }
}

/// How far a long job has come, and when it will have done the rest if it goes on like that.
pub fn progress_in_words(job: &JobRow, progress: &JobProgress, attempts: &[Attempt], now: DateTime<Utc>) -> String {
    let percent = progress.done * 100 / progress.total.max(1);
    let (done, total) = (group_thousands(progress.done), group_thousands(progress.total));
    let skipped = match progress.skipped {
        0 => String::new(),
        skipped => format!("; {} of them were left as they were", group_thousands(skipped)),
    };
    let rest = match (job.state, progress.updated_at) {
        (JobState::Processing, Some(at)) if now - at > STUCK => {
            format!(" It has not come further for {}.", length(now - at))
        }
        (JobState::Processing, _) => eta(progress, attempts, now)
            .map(|left| format!(" At this pace the rest takes about {}.", length(left)))
            .unwrap_or_default(),
        _ => String::new(),
    };
    format!("{done} of {total} are done ({percent} %){skipped}.{rest}")
}

/// From how long all attempts together took for what is done.
fn eta(progress: &JobProgress, attempts: &[Attempt], now: DateTime<Utc>) -> Option<TimeDelta> {
    let left = progress.total - progress.done;
    let worked: TimeDelta = attempts.iter().map(|attempt| attempt.ended_at.unwrap_or(now) - attempt.started_at).sum();
    let each = worked.num_milliseconds().max(0) as f64 / progress.done as f64;
    (progress.done > 0 && left > 0).then(|| TimeDelta::milliseconds((each * left as f64) as i64))
}

/// `350 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 days 4 h`.
pub fn length(time: TimeDelta) -> String {
    let ms = time.num_milliseconds().max(0);
    let s = ms / 1000;
    match s {
        _ if ms < 1000 => format!("{ms} ms"),
        0..10 => format!("{}.{} s", s, ms % 1000 / 100),
        10..60 => format!("{s} s"),
        60..3600 => format!("{} min {} s", s / 60, s % 60),
        3600..86400 => format!("{} h {} min", s / 3600, s % 3600 / 60),
        _ => format!("{} days {} h", s / 86400, s % 86400 / 3600),
    }
}
