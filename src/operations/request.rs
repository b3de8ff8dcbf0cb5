//! What an operator asks for, before anything is done.

use std::collections::BTreeSet;

use chrono::Utc;
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::error::Error;
use crate::queue::JobState;
use crate::queue::board::JobFilter;

/// Longest reason.
const REASON: usize = 500;

/// Most jobs that can be chosen one by one.
pub const MOST_NUMBERS: usize = 1_000;

/// Which jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// These.
    Numbers(BTreeSet<i64>),
    /// All that a filter matches, up to [`MOST`](super::MOST).
    Filter(JobFilter),
}

/// What is to be done to which jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// What.
    pub verb: Verb,
    /// The lane or the priority, for verbs that take one.
    pub value: Option<String>,
    /// To which jobs.
    pub jobs: Selection,
    /// Why.
    pub reason: String,
}

impl Request {
    /// Reads what was typed; `reason` and `value` may be empty. The lane is compared with those that there are later.
    pub fn parse(verb: &str, value: &str, reason: &str, jobs: Selection) -> Result<Self, Error> {
        let known = verb.trim().parse::<Verb>().ok().filter(|&verb| verb != Verb::Undo);
        let Some(verb) = known else {
            return Err(Error::invalid(
                "verb",
                format!("There is nothing called {:?} that can be done to jobs.", shown(verb)),
            ));
        };
        let value = parse_value(verb, value.trim())?;
        let reason = parse_reason(verb, reason.trim())?;
        let jobs = jobs.checked(verb)?;
        Ok(Request { verb, value, jobs, reason })
    }
}

impl Selection {
    /// Numbers as they were typed or marked: several in a field are parted by commas or blanks.
    pub fn numbers<'a>(fields: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let words = fields
            .into_iter()
            .flat_map(|field| field.split(|c: char| c == ',' || c.is_whitespace()))
            .filter(|word| !word.is_empty());
        let number = |word: &str| {
            let number = word.parse::<i64>().ok().filter(|&number| number > 0);
            number.ok_or_else(|| Error::invalid("numbers", format!("{:?} is not a job’s number.", shown(word))))
        };
        Ok(Selection::Numbers(words.map(number).collect::<Result<_, _>>()?))
    }

    fn checked(self, verb: Verb) -> Result<Self, Error> {
        let numbers = match self {
            Selection::Filter(filter) => return narrowed(filter, verb).map(Selection::Filter),
            Selection::Numbers(numbers) => numbers,
        };
        if numbers.is_empty() {
            return Err(Error::invalid("numbers", "Mark at least one job."));
        }
        if numbers.len() > MOST_NUMBERS {
            let text = format!(
                "Mark at most {MOST_NUMBERS} jobs; these are {}. For more, act on everything that a filter matches.",
                numbers.len()
            );
            return Err(Error::invalid("numbers", text));
        }
        Ok(Selection::Numbers(numbers))
    }

    /// In words.
    pub fn sentence(&self) -> String {
        match self {
            Selection::Numbers(numbers) => match numbers.iter().map(i64::to_string).collect::<Vec<_>>().as_slice() {
                [one] => format!("Job {one}"),
                few if few.len() <= 10 => format!("Jobs {}", few.join(", ")),
                many => format!("{} marked jobs, from {} to {}", many.len(), many[0], many[many.len() - 1]),
            },
            Selection::Filter(filter) => filter.subject(Utc::now()),
        }
    }
}

/// The same jobs in the state that is meant, where that is clear, from the first one on.
fn narrowed(filter: JobFilter, verb: Verb) -> Result<JobFilter, Error> {
    let meant = match verb {
        Verb::Retry | Verb::Discard | Verb::Restore => Some(JobState::Failed),
        Verb::Stop => Some(JobState::Processing),
        _ => None,
    };
    if filter.from_the_start() == JobFilter::default() {
        return Err(Error::invalid("numbers", "Mark at least one job, or say which by a filter."));
    }
    let Some(state) = filter.state.or(meant) else {
        return Err(Error::invalid("state", format!("To {}, choose the state queued or retrying.", verb.words())));
    };
    Ok(JobFilter { state: Some(state), ..filter.from_the_start() })
}

fn parse_value(verb: Verb, value: &str) -> Result<Option<String>, Error> {
    match verb {
        Verb::SetPriority => {
            let priority = value.parse::<i16>().ok().filter(|priority| (-100..=100).contains(priority));
            let priority = priority.ok_or_else(|| {
                Error::invalid("value", "Type a priority from -100 (goes first) to 100; 0 is the usual one.")
            })?;
            Ok(Some(priority.to_string()))
        }
        Verb::MoveLane if value.is_empty() => Err(Error::invalid("value", "Choose a lane.")),
        Verb::MoveLane => Ok(Some(value.to_owned())),
        _ if !value.is_empty() => Err(Error::invalid("value", format!("To {} takes no value.", verb.words()))),
        _ => Ok(None),
    }
}

/// Why, as it was typed: something, for what destroys.
pub fn parse_reason(verb: Verb, reason: &str) -> Result<String, Error> {
    let length = reason.chars().count();
    if verb.needs_reason() && reason.is_empty() {
        return Err(Error::invalid("reason", "Say why: whoever looks at these jobs later wants to know."));
    }
    if length > REASON {
        return Err(Error::invalid("reason", format!("Shorten the reason to {REASON} characters; it has {length}.")));
    }
    if reason.contains('\0') {
        return Err(Error::invalid("reason", "Remove the invisible characters from the reason."));
    }
    Ok(reason.to_owned())
}

/// What somebody typed, short enough to be repeated.
fn shown(text: &str) -> String {
    text.trim().chars().take(40).collect()
}
