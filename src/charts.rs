//! Charts: a picture (SVG), the sentence that says the same, and its numbers as a table and as CSV. Pure functions: whoever has
//! figures hands them over, evenly spaced in time.
//!
//! What has no figure is a gap, in each of the four; a zero is a figure. Series are told apart by their dashes and by names at
//! their ends, never by colour alone.

mod csv;
mod marks;
mod scale;
mod sentence;
mod spark;
mod svg;
mod table;
mod unit;

use chrono::{DateTime, TimeDelta, Utc};

pub use self::marks::Mark;
pub use self::spark::spark;
pub use self::table::{Table, TableRow};
pub use self::unit::{Unit, duration};

/// The Content-Security-Policy of an SVG by us: it may use its own style, and nothing else. A test compares the hash.
pub const CSP: &str =
    "default-src 'none'; style-src 'sha256-vKVrQEmHgsOTYE87JamKeqF/NJgk1/55lNmbmqjA2cI='; frame-ancestors 'none'";

/// How the figures are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A line through them; for what is measured.
    Lines,
    /// A bar for each; for what is counted.
    Bars,
}

/// How large a picture is, in relation to its letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// The only one of a page.
    Large,
    /// One of several beside each other, or on a phone.
    Small,
    /// One of a dozen that fill a screen on a wall: wide, with letters that are read from afar.
    Wall,
}

/// What the figures of neighbours are together, where a table has fewer rows than the chart has figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// Counts.
    Sum,
    /// Gauges.
    Mean,
    /// Percentiles, for which nothing else is true.
    Highest,
}

/// Figures of one thing.
#[derive(Debug, Clone)]
pub struct Series {
    /// What it is, in a word or two.
    pub name: String,
    /// One for each interval; nothing is a gap.
    pub values: Vec<Option<f64>>,
    /// The mean of the period before, for comparison.
    pub before: Option<f64>,
}

impl Series {
    /// What is no finite number is a gap, and nothing is below zero.
    pub fn new(name: impl Into<String>, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let figure = |value: Option<f64>| value.filter(|value| value.is_finite()).map(|value| value.max(0.0));
        Series { name: name.into(), values: values.into_iter().map(figure).collect(), before: None }
    }

    /// The same, compared with the mean of the period before.
    pub fn compared_with(mut self, before: Option<f64>) -> Self {
        self.before = before.filter(|before| before.is_finite());
        self
    }

    fn at(&self, index: usize) -> Option<f64> {
        self.values.get(index).copied().flatten()
    }

    fn figures(&self) -> impl Iterator<Item = (usize, f64)> {
        self.values.iter().enumerate().filter_map(|(index, value)| Some((index, (*value)?)))
    }
}

/// All that a picture, a sentence and a table need.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What it shows, without a full stop.
    pub title: String,
    pub unit: Unit,
    pub shape: Shape,
    pub together: Together,
    /// When the first interval begins.
    pub start: DateTime<Utc>,
    /// How long each is.
    pub step: TimeDelta,
    pub series: Vec<Series>,
    /// What happened meanwhile.
    pub marks: Vec<Mark>,
}

impl Chart {
    /// The picture, complete with its style. The class chooses colours, as in `dark`; without one the system does.
    pub fn svg(&self, class: &str) -> String {
        self.svg_in(Size::Large, class)
    }

    /// The same in another size.
    pub fn svg_in(&self, size: Size, class: &str) -> String {
        svg::draw(self, size, class)
    }

    /// What it shows, in words: the mean, the extreme with its time, the change, and gaps.
    pub fn sentence(&self) -> String {
        sentence::of(self)
    }

    /// The numbers in at most sixty rows.
    pub fn table(&self) -> Table {
        table::of(self)
    }

    /// All numbers, without rounding: RFC 4180, a heading first.
    pub fn csv(&self) -> String {
        csv::of(self)
    }

    /// How many intervals it has.
    fn len(&self) -> usize {
        self.series.iter().map(|series| series.values.len()).max().unwrap_or(0)
    }

    /// When an interval begins.
    fn time(&self, index: usize) -> DateTime<Utc> {
        let steps = i32::try_from(index).unwrap_or(i32::MAX);
        self.step.checked_mul(steps).and_then(|after| self.start.checked_add_signed(after)).unwrap_or(self.start)
    }

    /// How much time all intervals are.
    fn range(&self) -> TimeDelta {
        self.time(self.len()) - self.start
    }

    /// What happened within its time, the newest first.
    fn happened(&self) -> Vec<&Mark> {
        let end = self.time(self.len());
        let mut marks: Vec<&Mark> = self.marks.iter().filter(|mark| mark.within(self.start, end)).collect();
        marks.sort_by_key(|mark| std::cmp::Reverse(mark.at));
        marks
    }

    /// The largest figure; zero when there is none.
    fn highest(&self) -> f64 {
        self.series.iter().flat_map(Series::figures).map(|(_, value)| value).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests;
