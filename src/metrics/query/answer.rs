//! From rows of a store to figures in even steps: what is zero, and what is a gap. The same for every store.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Aggregate, Query, Span, counted_by};

/// What is known of a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub span: Span,
    /// One for each value of the tag that was asked for, in their order; exactly one where none was.
    pub found: Vec<Found>,
    /// What a series is of which nothing is stored: zero where somebody counted, gaps where nobody did or it is measured.
    pub nothing: Vec<Option<f64>>,
}

/// Figures of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The value of the tag.
    pub of: Option<String>,
    /// For each field, a figure for each step; nothing is a gap.
    pub values: Vec<Vec<Option<f64>>>,
}

impl Answer {
    /// The figures of a field, by its place in the question; where there are several series, of the first.
    pub fn field(&self, place: usize) -> Vec<Option<f64>> {
        self.of(None, place)
    }

    /// The figures of a field of the series with this value.
    pub fn of(&self, value: Option<&str>, place: usize) -> Vec<Option<f64>> {
        let found = match value {
            Some(_) => self.found.iter().find(|found| found.of.as_deref() == value),
            None => self.found.first(),
        };
        found.and_then(|found| found.values.get(place)).unwrap_or(&self.nothing).clone()
    }
}

/// What a store has of one step of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// When the step begins; those before the span are there for what stands until it.
    pub step: DateTime<Utc>,
    /// The value of the tag that was asked for.
    pub of: Option<String>,
    /// One for each field.
    pub values: Vec<Option<f64>>,
}

/// When processes were up, by steps of one span.
#[derive(Debug, Clone, Default)]
pub struct Ups(Vec<(DateTime<Utc>, String)>);

impl Ups {
    /// In this step a process was up whose slot begins with this name, as in `web`.
    pub fn add(&mut self, step: DateTime<Utc>, role: String) {
        self.0.push((step, role));
    }

    fn any(&self, step: DateTime<Utc>, role: &str) -> bool {
        self.0.iter().any(|(at, who)| *at == step && who.starts_with(role))
    }

    /// For each step, was there such a process?
    fn steps(&self, span: &Span, role: &str) -> Vec<bool> {
        (0..span.steps).map(|step| self.any(span.start + span.step * step, role)).collect()
    }
}

/// Puts rows in their places.
pub fn answer(query: &Query, rows: Vec<Row>, ups: &Ups) -> Answer {
    let mut series: BTreeMap<Option<String>, Vec<Row>> = BTreeMap::new();
    // Stores differ in whether they tell of a series that has other figures alone.
    for row in rows.into_iter().filter(|row| row.values.iter().any(Option::is_some)) {
        series.entry(row.of.clone()).or_default().push(row);
    }
    if query.by.is_none() {
        series.entry(None).or_default();
    }
    let up = match query.aggregate {
        Aggregate::Sum => ups.steps(&query.span, counted_by(query.measurement)),
        Aggregate::Mean { .. } | Aggregate::Max { .. } => Vec::new(),
    };
    let found = series.into_iter().map(|(of, rows)| Found { of, values: fields(query, &rows, &up) });
    let found = found.collect();
    Answer { span: query.span, found, nothing: nothing(query, &up) }
}

fn nothing(query: &Query, up: &[bool]) -> Vec<Option<f64>> {
    match query.aggregate {
        Aggregate::Sum => up.iter().map(|up| up.then_some(0.0)).collect(),
        _ => vec![None; usize::try_from(query.span.steps).unwrap_or(0)],
    }
}

fn fields(query: &Query, rows: &[Row], up: &[bool]) -> Vec<Vec<Option<f64>>> {
    (0..query.fields.len())
        .map(|place| match query.aggregate {
            Aggregate::Sum => counted(&query.span, rows, place, up),
            aggregate => measured(&query.span, rows, place, aggregate),
        })
        .collect()
}

/// Counters: nothing moved where somebody counted.
fn counted(span: &Span, rows: &[Row], place: usize, up: &[bool]) -> Vec<Option<f64>> {
    let mut values: Vec<Option<f64>> = up.iter().map(|up| up.then_some(0.0)).collect();
    for row in rows {
        if let Some(value) = index(span, row.step).and_then(|index| values.get_mut(index)) {
            *value = Some(value.unwrap_or(0.0) + row.values.get(place).copied().flatten().unwrap_or(0.0));
        }
    }
    values
}

/// Gauges: what was measured, for as long as it stands.
fn measured(span: &Span, rows: &[Row], place: usize, aggregate: Aggregate) -> Vec<Option<f64>> {
    let steps = usize::try_from(span.steps).unwrap_or(0);
    let mut values = vec![None; steps];
    let mut known: Vec<(DateTime<Utc>, f64)> =
        rows.iter().filter_map(|row| Some((row.step, row.values.get(place).copied().flatten()?))).collect();
    known.sort_by_key(|(at, _)| *at);
    let stands = aggregate.stands();
    for (index, value) in values.iter_mut().enumerate() {
        let at = span.start + span.step * i32::try_from(index).unwrap_or(i32::MAX);
        let last = known.partition_point(|(then, _)| *then <= at).checked_sub(1).and_then(|last| known.get(last));
        *value = last.filter(|(then, _)| *then == at || at - *then < stands).map(|(_, value)| *value);
    }
    values
}

fn index(span: &Span, step: DateTime<Utc>) -> Option<usize> {
    let length = span.step.num_milliseconds().max(1);
    usize::try_from((step - span.start).num_milliseconds().div_euclid(length)).ok()
}
