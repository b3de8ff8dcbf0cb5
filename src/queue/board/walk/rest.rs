//! What a filter asks for beside its path.

use chrono::{DateTime, Utc};

use super::super::filter::{By, JobFilter};
use crate::queue::JobState;

/// What must be true of a job, whatever the path knows already.
#[derive(Debug)]
pub struct Rest {
    pub state: Option<&'static str>,
    pub kind: Option<String>,
    pub lane: Option<String>,
    pub error: Option<i64>,
    pub submission: Option<i64>,
    pub account: Option<i64>,
    pub worker: Option<i64>,
    pub attempts: Option<i32>,
    pub pattern: Option<String>,
    pub created: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    pub ended: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
}

impl Rest {
    pub fn new(filter: &JobFilter) -> Self {
        let range = |by| if filter.by == by { (filter.since, filter.until) } else { (None, None) };
        let failed = filter.error.map(|_| JobState::Failed);
        Rest {
            state: filter.state.or(failed).map(JobState::stored),
            kind: filter.kind.clone(),
            lane: filter.lane.clone(),
            error: filter.error,
            submission: filter.submission,
            account: filter.account,
            worker: filter.worker,
            attempts: filter.attempts,
            pattern: filter.q.as_deref().map(pattern),
            created: range(By::Created),
            ended: range(By::Ended),
        }
    }
}

/// For ILIKE: the text anywhere, with nothing in it that means more than itself.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern + "%"
}
