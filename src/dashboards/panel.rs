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

/// What can be told apart in one chart.
const LINES: usize = 4;

impl Line {
    pub fn new(name: impl Into<String>, values: Values) -> Self {
        Line { name: name.into(), values }
    }

    /// One for each value of a tag.
    pub(super) fn by_name(known: &Known<'_>, answer: usize, field: usize) -> Vec<Line> {
        let names = known.names(answer);
        if names.is_empty() {
            return vec![Line::new("all", known.total(answer, field))];
        }
        Line::most(names.into_iter().map(|name| Line::new(name, known.of(answer, name, field))).collect())
    }

    /// Of many, those with the highest figures.
    pub(super) fn most(mut lines: Vec<Line>) -> Vec<Line> {
        let most = |line: &Line| line.values.iter().copied().flatten().fold(0.0, f64::max);
        lines.sort_by(|one, other| most(other).total_cmp(&most(one)).then_with(|| one.name.cmp(&other.name)));
        lines.truncate(LINES);
        lines
    }
}

impl Panel {
    /// A chart of a line through means, which most are.
    pub(super) const fn means(
        group: &'static str,
        (id, title): (&'static str, &'static str),
        definition: &'static str,
        unit: Unit,
        asks: fn(Span) -> Vec<Query>,
        lines: fn(&Known<'_>) -> Vec<Line>,
    ) -> Panel {
        Panel {
            group,
            id,
            title,
            definition,
            unit,
            shape: Shape::Lines,
            together: Together::Mean,
            headline: Headline::Whole,
            floor: None,
            asks,
            lines,
        }
    }

    /// The same where the highest matters.
    pub(super) const fn highest(self) -> Panel {
        Panel { together: Together::Highest, ..self }
    }

    /// The same where the newest figure is the large one.
    pub(super) const fn newest(self) -> Panel {
        Panel { headline: Headline::Newest, ..self }
    }

    /// The same in bars, of what is counted.
    pub(super) const fn counted(self) -> Panel {
        Panel { shape: Shape::Bars, together: Together::Sum, ..self }
    }

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
