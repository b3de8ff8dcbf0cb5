//! Where exactly these jobs are.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::queue::board::JobFilter;

/// What may stand in an address as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The list of these jobs.
pub fn jobs(filter: &JobFilter) -> String {
    let parameters = filter.parameters();
    let parameters: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    format!("/ops/jobs?{}", parameters.join("&"))
}

/// The errors with which jobs failed.
pub const ERRORS: &str = "/ops/errors";

/// One of them.
pub fn error(group: i64) -> String {
    format!("{ERRORS}/{group}")
}

/// The page of a schedule.
pub fn schedule(name: &str) -> String {
    format!("/ops/schedules/{}", encoded(name))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}
