//! A place in a list of jobs.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The last job of a page, or the last one that was looked at. Lists in the order of numbers need the number alone; others the
/// moment that they are in the order of, and those in waiting order the priority too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Cursor {
    /// The job's number.
    pub number: i64,
    /// Its moment in this order.
    pub at: Option<DateTime<Utc>>,
    /// Its priority.
    pub priority: Option<i16>,
}

impl Cursor {
    /// In a list in the order of numbers.
    pub fn number(number: i64) -> Self {
        Cursor { number, at: None, priority: None }
    }
}

impl fmt::Display for Cursor {
    /// `312`, `312.1764072000000000` with the moment in microseconds, or `312.1764072000000000.10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)?;
        if let Some(at) = self.at {
            write!(f, ".{}", at.timestamp_micros())?;
        }
        if let Some(priority) = self.priority {
            write!(f, ".{priority}")?;
        }
        Ok(())
    }
}

impl FromStr for Cursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "This is no place in a list of jobs: take the link at the end of a page.".to_owned();
        let mut parts = text.split('.');
        let number = parts.next().and_then(|part| part.parse().ok()).filter(|&number: &i64| number >= 0);
        let at = match parts.next() {
            // Between the years 1970 and 9999.
            Some(part) => {
                let micros = part.parse::<i64>().ok().filter(|micros| (0..253_370_764_800_000_000).contains(micros));
                Some(micros.and_then(DateTime::from_timestamp_micros).ok_or_else(wrong)?)
            }
            None => None,
        };
        let priority = parts.next().map(|part| part.parse().map_err(|_| wrong())).transpose()?;
        match (number, parts.next()) {
            (Some(number), None) => Ok(Cursor { number, at, priority }),
            _ => Err(wrong()),
        }
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

impl TryFrom<String> for Cursor {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
