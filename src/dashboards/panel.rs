//! One chart: what it asks, and what it makes of the answers.

use super::Known;
use super::known::Values;
use crate::charts::{Shape, Together, Unit};
use crate::metrics::query::{Query, Span};

/// How the one large figure beside a chart comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headline {
    /// The same arithmetic over all of the time as over a step.
    Whole,
    /// The newest figure.
    Newest,
}

/// A chart of a page.
pub struct Panel {
    /// The heading under which it stands, together with those before and behind it that have the same.
    pub group: &'static str,
    /// In addresses.
    pub id: &'static str,
    pub title: &'static str,
    /// What is counted, and what is not.
    pub definition: &'static str,
    pub unit: Unit,
    pub shape: Shape,
    pub together: Together,
    pub headline: Headline,
    /// Figures below this are shown as one less than it: too few people to be nobody in particular.
    pub floor: Option<f64>,
    pub asks: fn(Span) -> Vec<Query>,
    /// The lines of the chart, the one that matters most first. Nothing but arithmetic on what is known, so that it can be done for
    /// each step, for all of a time, and for the time before.
    pub lines: fn(&Known<'_>) -> Vec<Line>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub name: String,
    pub values: Values,
}

impl Line {
    pub fn new(name: impl Into<String>, values: Values) -> Self {
        Line { name: name.into(), values }
    }
}

impl Panel {
    /// The lines as they may be shown.
    pub fn shown(&self, known: &Known<'_>) -> Vec<Line> {
        let mut lines = (self.lines)(known);
        if let Some(floor) = self.floor {
            for value in lines.iter_mut().flat_map(|line| &mut line.values).flatten().filter(|value| **value < floor) {
                *value = floor - 1.0;
            }
        }
        lines
    }
}
