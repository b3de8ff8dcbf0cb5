//! The numbers of a chart as a table.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Chart, Mark, Series, Together, duration};

/// Most rows.
const ROWS: usize = 60;

/// A table as templates show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// What a row is, as in `each row 20 min, the highest of them`.
    pub caption: String,
    /// The names of the series, and one more for what happened meanwhile, if anything did.
    pub heading: Vec<String>,
    pub rows: Vec<TableRow>,
}

/// One or more intervals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableRow {
    /// When the first begins.
    pub at: DateTime<Utc>,
    /// One for each series, with its unit; `no figure` for a gap; what happened meanwhile.
    pub cells: Vec<String>,
}

pub(super) fn of(chart: &Chart) -> Table {
    let each = chart.len().div_ceil(ROWS).max(1);
    let starts = (0..chart.len()).step_by(each);
    let marks = chart.happened();
    let end = |start: usize| chart.time((start + each).min(chart.len()));
    let row = |start: usize| {
        let mut cells: Vec<String> = chart.series.iter().map(|series| cell(chart, series, start, each)).collect();
        cells.extend((!marks.is_empty()).then(|| meanwhile(&marks, chart.time(start), end(start))));
        TableRow { at: chart.time(start), cells }
    };
    let mut heading: Vec<String> = chart.series.iter().map(|series| series.name.clone()).collect();
    heading.extend((!marks.is_empty()).then(|| "Meanwhile".to_owned()));
    let step = chart.step.num_milliseconds() as f64 / 1000.0;
    let of_several = match chart.together {
        _ if each == 1 => "",
        Together::Sum => ", added up",
        Together::Mean => ", on average",
        Together::Highest => ", the highest within it",
    };
    Table {
        caption: format!("{}, each row {}{of_several}", chart.title, duration(step * each as f64)),
        heading,
        rows: starts.map(row).collect(),
    }
}

/// What happened in a row, in the order in which it did.
fn meanwhile(marks: &[&Mark], start: DateTime<Utc>, end: DateTime<Utc>) -> String {
    let words: Vec<&str> =
        marks.iter().rev().filter(|mark| mark.within(start, end)).map(|mark| mark.words.as_str()).collect();
    words.join("; ")
}

fn cell(chart: &Chart, series: &Series, start: usize, each: usize) -> String {
    let values: Vec<f64> = (start..start + each).filter_map(|index| series.at(index)).collect();
    if values.is_empty() {
        return "no figure".to_owned();
    }
    let sum: f64 = values.iter().sum();
    chart.unit.say(match chart.together {
        Together::Sum => sum,
        Together::Mean => sum / values.len() as f64,
        Together::Highest => values.into_iter().fold(0.0, f64::max),
    })
}
