//! Which jobs somebody asks for. One filter serves pages, files, the command line and operations: it is read from words
//! ([`parse`]), kept as JSON, written back as parameters, and said as a sentence.

mod cursor;
mod known;
mod parse;
mod sentence;
mod times;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

pub use self::cursor::Cursor;
pub use self::known::Known;
pub use self::times::{length, spoken};
use crate::queue::JobState;

/// Which moment of a job `since` and `until` are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum By {
    /// When it was asked for.
    #[default]
    Created,
    /// When an attempt began.
    Started,
    /// When it finished or failed.
    Ended,
}

/// In which order jobs come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Sort {
    /// What happened last comes first.
    #[default]
    Newest,
    /// What waits, in the order in which workers take it.
    Next,
}

/// Which jobs. Everything that is given must be true of a job.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobFilter {
    /// In this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<JobState>,
    /// Of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Of this lane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lane: Option<String>,
    /// Failed with an error of this group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<i64>,
    /// Run by this process, in any attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker: Option<i64>,
    /// About this photo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission: Option<i64>,
    /// About this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<i64>,
    /// Started at least so often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<i32>,
    /// From this moment on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// What these two are about.
    #[serde(skip_serializing_if = "is_default")]
    pub by: By,
    /// With this in the text of its error, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Which come first.
    #[serde(skip_serializing_if = "is_default")]
    pub sort: Sort,
    /// Only what comes after this place in that order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Cursor>,
}

impl JobFilter {
    /// The same jobs as parameters, as [`parse`](Self::parse) reads them; empty for all jobs.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let time = |time: DateTime<Utc>| time.format("%Y-%m-%d %H:%M:%S").to_string();
        let timed = self.since.is_some() || self.until.is_some();
        let all = [
            ("state", self.state.map(|state| state.name().to_owned())),
            ("kind", self.kind.clone()),
            ("lane", self.lane.clone()),
            ("error", self.error.map(|id| id.to_string())),
            ("worker", self.worker.map(|number| number.to_string())),
            ("submission", self.submission.map(|id| id.to_string())),
            ("account", self.account.map(|id| id.to_string())),
            ("attempts", self.attempts.map(|least| least.to_string())),
            ("since", self.since.map(time)),
            ("until", self.until.map(time)),
            ("by", Some(self.by).filter(|_| timed).map(|by| <&str>::from(by).to_owned())),
            ("q", self.q.clone()),
            ("sort", Some(self.sort).filter(|&sort| sort != Sort::Newest).map(|sort| <&str>::from(sort).to_owned())),
            ("before", self.before.map(|cursor| cursor.to_string())),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The same jobs from the first page on.
    pub fn from_the_start(&self) -> Self {
        JobFilter { before: None, ..self.clone() }
    }

    /// Does it ask for nothing but states, kinds and lanes? Then the exact number is known: see [`counts`](super::counts).
    pub fn is_counted(&self) -> bool {
        let JobFilter { state, kind, lane, sort, .. } = self.clone();
        self.from_the_start() == JobFilter { state, kind, lane, sort, ..JobFilter::default() }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
