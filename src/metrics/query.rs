//! One question about figures, as plain data: what was measured, of what, over which time, and in which steps. Whoever holds figures
//! has a compiler from it to its own language; [`sql`] is that of PostgreSQL. All give the same numbers.
//!
//! Nothing in a question comes from a visitor: a page offers [ranges](Range), and each chart has its questions.

pub mod answer;
pub mod flux;
pub mod sql;

use std::fmt;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use strum::VariantArray;

pub use self::answer::{Answer, Found};

/// What is asked. Several fields are several answers from the same rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Query {
    /// As in [`Point`](super::point::Point).
    pub measurement: &'static str,
    /// Names of figures.
    pub fields: Vec<&'static str>,
    /// Only series whose tag has one of these values.
    pub only: Vec<(&'static str, Vec<&'static str>)>,
    /// A series for each value of this tag; all others are added up.
    pub by: Option<&'static str>,
    pub aggregate: Aggregate,
    pub span: Span,
}

impl Query {
    /// What was counted.
    pub fn counters(measurement: &'static str, fields: &[&'static str], span: Span) -> Self {
        Query { measurement, fields: fields.to_vec(), only: vec![], by: None, aggregate: Aggregate::Sum, span }
    }

    /// What was measured, on average.
    pub fn gauges(measurement: &'static str, fields: &[&'static str], stands: Stands, span: Span) -> Self {
        Query { aggregate: Aggregate::Mean { stands }, ..Query::counters(measurement, fields, span) }
    }

    /// The largest that was measured.
    pub fn largest(measurement: &'static str, fields: &[&'static str], stands: Stands, span: Span) -> Self {
        Query { aggregate: Aggregate::Max { stands }, ..Query::counters(measurement, fields, span) }
    }

    /// A series for each value of this tag.
    pub fn by(self, tag: &'static str) -> Self {
        Query { by: Some(tag), ..self }
    }

    /// Only series whose tag has one of these values.
    pub fn only(mut self, tag: &'static str, values: &[&'static str]) -> Self {
        self.only.push((tag, values.to_vec()));
        self
    }
}

/// What the figures of a step are together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aggregate {
    /// Of counters: their sum. A step in which the process that counts was there, and that has none, is zero.
    Sum,
    /// Of gauges: those of one moment added up over series, then the mean over time. A step without any is a gap.
    Mean {
        /// For how long a figure stands until the next one, for what is measured more seldom than steps are long.
        stands: Stands,
    },
    /// Of gauges: the largest of all series and moments.
    Max {
        /// The same.
        stands: Stands,
    },
}

/// How often a gauge is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stands {
    /// At each tick.
    Tick,
    /// Every minute.
    Minute,
    /// Every ten minutes.
    TenMinutes,
    /// Every hour.
    Hour,
}

impl Stands {
    /// How long a figure may stand; some more than the time between two, since a round may be left out.
    pub fn length(self) -> TimeDelta {
        match self {
            Stands::Tick => TimeDelta::zero(),
            Stands::Minute => TimeDelta::seconds(130),
            Stands::TenMinutes => TimeDelta::minutes(21),
            Stands::Hour => TimeDelta::minutes(130),
        }
    }
}

impl Aggregate {
    /// For how long a figure stands until the next one.
    pub fn stands(self) -> TimeDelta {
        match self {
            Aggregate::Sum => TimeDelta::zero(),
            Aggregate::Mean { stands } | Aggregate::Max { stands } => stands.length(),
        }
    }
}

/// Which time, in steps of one length. Both ends lie on the clock's grid of steps, so that the last one is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    pub start: DateTime<Utc>,
    pub step: TimeDelta,
    pub steps: i32,
    pub resolution: Resolution,
}

/// How fine the figures are that are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// As they came, every ten seconds.
    Points,
    Minutes,
    Hours,
    /// Three at a time, from midnight on.
    ThreeHours,
}

impl Span {
    /// When the last step ends.
    pub fn end(&self) -> DateTime<Utc> {
        self.start + self.length()
    }

    /// All steps together.
    pub fn length(&self) -> TimeDelta {
        self.step * self.steps
    }

    /// The same length before it, in one step.
    pub fn before(&self) -> Span {
        Span { start: self.start - self.length(), step: self.length(), steps: 1, resolution: self.resolution }
    }

    /// The same time in one step.
    pub fn whole(&self) -> Span {
        Span { start: self.start, step: self.length(), steps: 1, resolution: self.resolution }
    }
}

/// How far back a page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, VariantArray)]
pub enum Range {
    QuarterHour,
    Hour,
    Day,
    Week,
    Month,
}

impl Range {
    /// As it stands in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Range::QuarterHour => "15m",
            Range::Hour => "1h",
            Range::Day => "24h",
            Range::Week => "7d",
            Range::Month => "30d",
        }
    }

    /// As people say it, as in `the last 15 minutes`.
    pub fn words(self) -> &'static str {
        match self {
            Range::QuarterHour => "15 minutes",
            Range::Hour => "hour",
            Range::Day => "24 hours",
            Range::Week => "7 days",
            Range::Month => "30 days",
        }
    }

    /// As it is said alone, as in `1 hour`.
    pub fn alone(self) -> &'static str {
        if self == Range::Hour { "1 hour" } else { self.words() }
    }

    /// From an address. The error says which there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let found = Range::VARIANTS.iter().find(|range| range.name() == text);
        found.copied().ok_or_else(|| {
            let names: Vec<&str> = Range::VARIANTS.iter().map(|range| range.name()).collect();
            let shown: String = text.chars().take(40).collect();
            format!("There is no range “{shown}”. A page looks back {}.", names.join(", "))
        })
    }

    /// All of it.
    pub fn length(self) -> TimeDelta {
        match self {
            Range::QuarterHour => TimeDelta::minutes(15),
            Range::Hour => TimeDelta::hours(1),
            Range::Day => TimeDelta::hours(24),
            Range::Week => TimeDelta::days(7),
            Range::Month => TimeDelta::days(30),
        }
    }

    /// Between two figures of a chart.
    pub fn step(self) -> TimeDelta {
        match self {
            Range::QuarterHour => TimeDelta::seconds(10),
            Range::Hour => TimeDelta::minutes(1),
            Range::Day => TimeDelta::minutes(10),
            Range::Week => TimeDelta::hours(1),
            Range::Month => TimeDelta::hours(3),
        }
    }

    /// What is kept long enough, and no finer than it has to be.
    pub fn resolution(self) -> Resolution {
        match self {
            Range::QuarterHour | Range::Hour => Resolution::Points,
            Range::Day => Resolution::Minutes,
            Range::Week => Resolution::Hours,
            Range::Month => Resolution::ThreeHours,
        }
    }

    /// How long the newest figures take until they are written, or added up.
    fn lag(self) -> TimeDelta {
        match self.resolution() {
            Resolution::Points => TimeDelta::seconds(3),
            Resolution::Minutes | Resolution::Hours | Resolution::ThreeHours => TimeDelta::minutes(2),
        }
    }

    /// The last whole steps at this moment.
    pub fn span(self, now: DateTime<Utc>) -> Span {
        let (step, length) = (self.step(), self.length());
        let newest = now - self.lag();
        let end = newest.duration_trunc(step).unwrap_or(newest);
        let steps = i32::try_from(length.num_seconds() / step.num_seconds().max(1)).unwrap_or(1);
        Span { start: end - length, step, steps, resolution: self.resolution() }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// Which processes count for a measurement, by the beginning of their slots' names; empty for all. Where none of them was up, that
/// nothing was counted says nothing.
pub fn counted_by(measurement: &str) -> &'static str {
    match measurement {
        "http" | "answer" | "vote" | "visit" | "account" => "web",
        "job" => "jobs",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_ends_with_a_whole_step_and_is_as_long_as_its_range() {
        let now = "2026-11-25T14:05:32.5Z".parse().unwrap_or_default();
        for (range, start, end) in [
            (Range::QuarterHour, "2026-11-25T13:50:20Z", "2026-11-25T14:05:20Z"),
            (Range::Hour, "2026-11-25T13:05:00Z", "2026-11-25T14:05:00Z"),
            (Range::Day, "2026-11-24T14:00:00Z", "2026-11-25T14:00:00Z"),
            (Range::Week, "2026-11-18T14:00:00Z", "2026-11-25T14:00:00Z"),
            (Range::Month, "2026-10-26T12:00:00Z", "2026-11-25T12:00:00Z"),
        ] {
            let span = range.span(now);
            assert_eq!((span.start, span.end()), (start.parse().unwrap_or_default(), end.parse().unwrap_or_default()));
            assert_eq!(span.length(), range.length());
            assert_eq!((span.before().end(), span.before().steps), (span.start, 1));
            assert!(span.steps <= 240, "{} figures are enough", span.steps);
        }
    }

    #[test]
    fn a_range_that_there_is_not_is_answered_with_those_that_there_are() {
        assert_eq!(Range::parse("24h"), Ok(Range::Day));
        for wrong in ["", "2h", "24H", "1h ", "-1h", "day"] {
            let error = Range::parse(wrong).err().unwrap_or_default();
            assert!(error.ends_with("A page looks back 15m, 1h, 24h, 7d, 30d."), "{error}");
        }
    }
}
