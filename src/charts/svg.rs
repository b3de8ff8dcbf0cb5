//! The picture of a chart.

use std::fmt::{self, Write};

use super::marks::{Label, labels, shortened};
use super::{Chart, Mark, Series, Shape, Size, Unit, scale};

/// The style of every chart; a hash of it stands in [`CSP`](super::CSP).
pub(super) const STYLE: &str = include_str!("style.css");

/// One row of what happened meanwhile.
const ROW: f64 = 18.0;
/// What a time needs below the axis.
const TIME: f64 = 60.0;
/// Between the names of two series.
const LABEL: f64 = 18.0;
/// The thinnest of bars that stand side by side.
const THINNEST: f64 = 3.0;
/// Series that have dashes of their own.
const STYLES: usize = 4;

pub(super) fn draw(chart: &Chart, size: Size, class: &str) -> String {
    let mut svg = String::new();
    // Writing to a string does not fail.
    let _ = Frame::of(chart, size).write(&mut svg, class);
    svg
}

/// A chart on its sheet.
struct Frame<'a> {
    chart: &'a Chart,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    above: f64,
    bottom: f64,
    /// Above everything, for the unit.
    head: f64,
    /// The longest name of a series, in letters.
    longest: usize,
    /// What happened meanwhile, the newest first.
    marks: Vec<&'a Mark>,
    /// Rows above for that.
    rows: usize,
    /// Are there names at the ends? A small chart of one line has its title alone.
    named: bool,
    /// Most times written below.
    times: i64,
    /// The largest figure at the axis, in base units.
    top: f64,
}

impl<'a> Frame<'a> {
    fn of(chart: &'a Chart, size: Size) -> Self {
        let (width, height, left, times, rows) = match size {
            Size::Large => (720.0, 320.0, 64.0, 7, 2),
            Size::Small => (420.0, 250.0, 52.0, 4, 1),
            Size::Wall => (400.0, 176.0, 52.0, 3, 1),
        };
        let (head, below, longest) = if size == Size::Wall { (30.0, 30.0, 11) } else { (34.0, 40.0, 18) };
        let marks = chart.happened();
        let rows = rows.min(marks.len());
        let named = size == Size::Large || chart.series.len() > 1;
        let letters = chart.series.iter().map(|series| series.name.chars().count()).max().unwrap_or(0).min(longest);
        let axis = chart.unit.axis(chart.highest());
        let ticks = scale::ticks(chart.highest(), axis, matches!(chart.unit, Unit::Things(..)));
        let top = ticks.last().copied().unwrap_or(1.0).max(f64::MIN_POSITIVE) * axis.size;
        let right = width - if named { 24.0 + 9.5 * letters as f64 } else { 28.0 };
        // Long names leave less room for times.
        let times = times.min(((right - left) / TIME) as i64).max(1);
        let (above, bottom) = (head + ROW * rows as f64, height - below);
        Frame { chart, width, height, left, right, above, bottom, head, longest, marks, rows, named, times, top }
    }

    fn write(&self, svg: &mut String, class: &str) -> fmt::Result {
        let class = escaped(class);
        let title = escaped(&self.chart.sentence());
        write!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="{class}" viewBox="0 0 {} {}" role="img">"#,
            self.width, self.height
        )?;
        write!(svg, "<title>{title}</title><style>{STYLE}</style>")?;
        self.gaps(svg)?;
        self.axes(svg)?;
        for (index, series) in self.chart.series.iter().enumerate() {
            match self.shape() {
                Shape::Lines => self.line(svg, series, index % STYLES)?,
                Shape::Bars => self.bars(svg, series, index)?,
            }
        }
        self.names(svg)?;
        self.marks(svg)?;
        svg.write_str("</svg>")
    }

    /// Times of which there are no figures at all.
    fn gaps(&self, svg: &mut String) -> fmt::Result {
        let missing = |index: usize| self.chart.series.iter().all(|series| series.at(index).is_none());
        let mut index = 0;
        while index < self.chart.len() {
            let run = (index..self.chart.len()).take_while(|&index| missing(index)).count();
            if run > 0 {
                let (x, width) = (self.x(index as f64), self.x((index + run) as f64) - self.x(index as f64));
                let (y, height) = (self.above, self.bottom - self.above);
                write!(svg, r#"<rect class="gap" x="{x:.1}" y="{y}" width="{width:.1}" height="{height}"/>"#)?;
            }
            index += run.max(1);
        }
        Ok(())
    }

    fn axes(&self, svg: &mut String) -> fmt::Result {
        let (chart, left, right, bottom) = (self.chart, self.left, self.right, self.bottom);
        let axis = chart.unit.axis(chart.highest());
        for tick in scale::ticks(chart.highest(), axis, matches!(chart.unit, Unit::Things(..))) {
            let (y, label) = (self.y(tick * axis.size), scale::label(tick));
            write!(svg, r#"<path class="grid" d="M{left} {y:.1}H{right:.1}"/>"#)?;
            write!(svg, r#"<text class="end" x="{}" y="{:.1}">{label}</text>"#, left - 8.0, y + 5.0)?;
        }
        let unit = self.head - 16.0;
        write!(svg, r#"<text x="8" y="{unit}">{}</text>"#, escaped(axis.name))?;
        for time in scale::times(chart.start, chart.range(), self.times) {
            let x = self.x_of(time);
            let label = scale::time_label(time, chart.range());
            write!(svg, r#"<path class="axis" d="M{x:.1} {bottom}v6"/>"#)?;
            write!(svg, r#"<text class="middle" x="{x:.1}" y="{}">{label}</text>"#, bottom + 24.0)?;
        }
        write!(svg, r#"<path class="axis" d="M{left} {bottom}H{right:.1}"/>"#)?;
        // Where names do not leave room, it stands above.
        let y = if self.named { bottom + 24.0 } else { unit };
        write!(svg, r#"<text class="end" x="{}" y="{y}">UTC</text>"#, self.width - 8.0)
    }

    /// Broken where figures are missing; a figure between two gaps is a dot.
    fn line(&self, svg: &mut String, series: &Series, style: usize) -> fmt::Result {
        let (mut path, mut dots, mut before) = (String::new(), String::new(), None);
        for (index, value) in series.figures() {
            let (x, y) = (self.x(index as f64 + 0.5), self.y(value));
            let joined = index.checked_sub(1).is_some_and(|last| before == Some(last));
            write!(path, "{}{x:.1} {y:.1}", if joined { 'L' } else { 'M' })?;
            if !joined && series.at(index + 1).is_none() {
                write!(dots, r#"<circle class="f{style}" cx="{x:.1}" cy="{y:.1}" r="4"/>"#)?;
            }
            before = Some(index);
        }
        if !path.is_empty() {
            write!(svg, r#"<path class="line s{style}" d="{path}"/>{dots}"#)?;
        }
        Ok(())
    }

    /// Bars side by side that are thinner than this cannot be told apart: then they are lines.
    fn shape(&self) -> Shape {
        if self.chart.series.len() > 1 && self.bar() < THINNEST { Shape::Lines } else { self.chart.shape }
    }

    /// The room of one interval.
    fn slot(&self) -> f64 {
        (self.right - self.left) / self.chart.len().max(1) as f64
    }

    /// The width of one bar.
    fn bar(&self) -> f64 {
        (self.slot() * 0.9 / self.chart.series.len().max(1) as f64).max(0.5)
    }

    /// A zero is a low bar: it was counted.
    fn bars(&self, svg: &mut String, series: &Series, index: usize) -> fmt::Result {
        let (slot, width) = (self.slot(), self.bar());
        for (at, value) in series.figures() {
            let x = self.x(at as f64) + slot * 0.05 + width * index as f64;
            let height = (self.bottom - self.y(value)).max(2.0);
            let (style, y) = (index % STYLES, self.bottom - height);
            // An edge would leave nothing of a thin one.
            let edge = if width < 4.0 { " thin" } else { "" };
            write!(
                svg,
                r#"<rect class="f{style}{edge}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}"/>"#
            )?;
        }
        Ok(())
    }

    /// Beside the last figure of each series, so that nobody needs a legend; apart from each other.
    fn names(&self, svg: &mut String) -> fmt::Result {
        if !self.named {
            return Ok(());
        }
        let last = |series: &Series| series.figures().last().map_or(self.bottom, |(_, value)| self.y(value));
        let mut names: Vec<(f64, usize, &str)> = self
            .chart
            .series
            .iter()
            .enumerate()
            .map(|(index, series)| (last(series), index, series.name.as_str()))
            .collect();
        names.sort_by(|one, other| one.0.total_cmp(&other.0));
        let lowest = |left: usize| self.bottom - LABEL * left as f64;
        let (mut free, count) = (self.above, names.len());
        for (place, (y, index, name)) in names.into_iter().enumerate() {
            let y = y.min(lowest(count - 1 - place)).max(free);
            free = y + LABEL;
            let (style, x) = (index % STYLES, self.right + 6.0);
            let name = shortened(name, self.longest);
            match self.shape() {
                Shape::Lines => write!(svg, r#"<path class="line s{style}" d="M{x:.1} {y:.1}h14"/>"#)?,
                Shape::Bars => {
                    write!(svg, r#"<rect class="f{style}" x="{x:.1}" y="{:.1}" width="12" height="12"/>"#, y - 6.0)?
                }
            }
            write!(svg, r#"<text x="{:.1}" y="{:.1}">{}</text>"#, x + 18.0, y + 5.0, escaped(&name))?;
        }
        Ok(())
    }

    /// A dotted line where something happened, from its label down; a thick one above for as long as it lasted.
    fn marks(&self, svg: &mut String) -> fmt::Result {
        let end = self.chart.time(self.chart.len());
        let x = |mark: &Mark| self.x_of(mark.at.max(self.chart.start));
        let texts: Vec<(f64, &str)> = self.marks.iter().map(|mark| (x(mark), mark.label.as_str())).collect();
        let labels = labels(&texts, (self.left, self.width - 4.0), self.rows);
        for mark in &self.marks {
            let (from, above, bottom) = (x(mark), self.above, self.bottom);
            write!(svg, r#"<path class="mark" d="M{from:.1} {above}V{bottom}"/>"#)?;
            if let Some(until) = mark.until(end) {
                // However short it was, it is seen.
                let to = self.x_of(until).max(from + 3.0);
                write!(svg, r#"<path class="while" d="M{from:.1} {above}H{to:.1}"/>"#)?;
            }
        }
        for Label { x, row, end, text } in labels {
            let y = self.head + ROW * row as f64;
            let (class, beside) = if end { (r#" class="end""#, x - 3.0) } else { ("", x + 3.0) };
            write!(svg, r#"<path class="mark" d="M{x:.1} {:.1}V{}"/>"#, y - 8.0, self.above)?;
            write!(svg, r#"<text{class} x="{beside:.1}" y="{:.1}">{}</text>"#, y + 2.0, escaped(&text))?;
        }
        Ok(())
    }

    fn x(&self, intervals: f64) -> f64 {
        self.left + (self.right - self.left) * intervals / self.chart.len().max(1) as f64
    }

    fn x_of(&self, time: chrono::DateTime<chrono::Utc>) -> f64 {
        let step = self.chart.step.num_milliseconds().max(1) as f64;
        self.x((time - self.chart.start).num_milliseconds() as f64 / step)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.above) * (value / self.top).clamp(0.0, 1.0)
    }
}

fn escaped(text: &str) -> String {
    let allowed = text.chars().filter(|c| !c.is_control() || *c == '\n');
    allowed.fold(String::with_capacity(text.len()), |mut safe, c| {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            c => safe.push(c),
        }
        safe
    })
}
