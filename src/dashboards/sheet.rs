//! All charts of a page with their figures.

use std::ops::DerefMut;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::known::{Known, Values, in_one, mean};
use super::{Headline, Line, Panel, kpis, system};
use crate::charts::{Chart, Mark, Series};
use crate::metrics::query::{Aggregate, Answer, Query, Range, Span};
use crate::metrics::source::{Source, Store, Told};

/// A page of charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Board {
    /// How the site does, for everybody.
    Kpis,
    /// How the machinery does, for whoever keeps it running.
    System,
}

impl Board {
    /// Its charts, in their order.
    pub fn panels(self) -> &'static [Panel] {
        match self {
            Board::Kpis => &kpis::PANELS,
            Board::System => &system::PANELS,
        }
    }
}

/// A chart and its large figure.
pub struct Figure {
    pub panel: &'static Panel,
    pub chart: Chart,
    /// In words, such as `41 votes a minute`; nothing where nothing is known.
    pub headline: Option<String>,
    /// Which line that is of, where there are several.
    pub line: Option<String>,
    /// In words, such as `12 % more than in the 24 hours before`; nothing where that says nothing.
    pub change: Option<String>,
}

/// What a page shows.
pub struct Sheet {
    pub range: Range,
    pub span: Span,
    /// When it was read.
    pub at: DateTime<Utc>,
    pub figures: Vec<Figure>,
    /// Whose figures they are.
    pub store: Store,
    /// Why they are not InfluxDB's, where there is one: a sentence for operators.
    pub instead: Option<String>,
}

impl Sheet {
    /// Reads all of it at once. The connection is taken when PostgreSQL is asked, and not before.
    pub async fn read<C, E>(
        source: &Source,
        conn: impl Future<Output = Result<C, E>>,
        board: Board,
        range: Range,
    ) -> Result<Self, E>
    where
        C: DerefMut<Target = PgConnection>,
        E: From<sqlx::Error>,
    {
        let at = Utc::now();
        let span = range.span(at);
        let twice = Span { start: span.start - span.length(), steps: span.steps * 2, ..span };
        let mut queries: Vec<Query> = Vec::new();
        for query in board.panels().iter().flat_map(|panel| (panel.asks)(twice)) {
            if !queries.contains(&query) {
                queries.push(query);
            }
        }
        let asked = source.ask(&queries, at).await;
        let Told { answers, store, instead } = asked.told(&mut *conn.await?, &queries).await?;
        let halves: Vec<(Answer, Answer)> = answers.iter().map(|answer| halves(answer, span)).collect();
        let figures = board.panels().iter().map(|panel| {
            let asked = (panel.asks)(twice);
            let places: Vec<usize> =
                asked.iter().filter_map(|query| queries.iter().position(|known| known == query)).collect();
            let before: Vec<&Answer> = places.iter().map(|place| &halves[*place].0).collect();
            let now: Vec<&Answer> = places.iter().map(|place| &halves[*place].1).collect();
            Figure::of(panel, range, span, &asked, &before, &now)
        });
        Ok(Sheet { range, span, at, figures: figures.collect(), store, instead })
    }

    /// Says that this happened, on the charts that it is about.
    pub fn mark(&mut self, mark: &Mark, about: impl Fn(&Panel) -> bool) {
        for figure in self.figures.iter_mut().filter(|figure| about(figure.panel)) {
            figure.chart.marks.push(mark.clone());
        }
    }

    /// The chart with this name.
    pub fn figure(&self, id: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.panel.id == id)
    }
}

impl Figure {
    fn of(
        panel: &'static Panel,
        range: Range,
        span: Span,
        asked: &[Query],
        before: &[&Answer],
        now: &[&Answer],
    ) -> Self {
        let seconds = span.step.num_seconds() as f64;
        let lines = panel.shown(&Known { answers: now.to_vec(), seconds });
        let lines_before = panel.shown(&Known { answers: before.to_vec(), seconds });
        let first = lines.first().map(|line| line.name.clone()).unwrap_or_default();
        let (value, earlier, when) = match panel.headline {
            Headline::Whole => (
                newest(&in_all(panel, asked, now, seconds), &first),
                newest(&in_all(panel, asked, before, seconds), &first),
                format!("in the {range} before"),
            ),
            Headline::Newest => {
                let ago = if range == Range::Hour { "an hour" } else { range.words() };
                (newest(&lines, &first), newest(&lines_before, &first), format!("{ago} before"))
            }
        };
        let line = Some(first).filter(|_| lines.len() > 1);
        let series = lines.into_iter().map(|line| {
            let earlier = lines_before.iter().find(|other| other.name == line.name);
            let earlier = earlier.and_then(|other| mean(&other.values));
            Series::new(line.name, line.values).compared_with(earlier)
        });
        Figure {
            panel,
            headline: value.map(|value| said(panel, value)),
            line,
            change: value.zip(earlier).and_then(|(value, earlier)| change(value, earlier, &when)),
            chart: Chart {
                title: panel.title.to_owned(),
                unit: panel.unit,
                shape: panel.shape,
                together: panel.together,
                start: span.start,
                step: span.step,
                series: series.collect(),
                marks: Vec::new(),
            },
        }
    }
}

/// The lines over all of the time.
fn in_all(panel: &Panel, asked: &[Query], answers: &[&Answer], seconds: f64) -> Vec<Line> {
    let folded: Vec<Answer> = asked
        .iter()
        .zip(answers)
        .map(|(query, answer)| match query.aggregate {
            Aggregate::Sum => {
                in_one(answer, |values| values.iter().flatten().copied().reduce(|sum, value| sum + value))
            }
            Aggregate::Mean { .. } => in_one(answer, mean),
            Aggregate::Max { .. } => in_one(answer, |values| values.iter().flatten().copied().reduce(f64::max)),
        })
        .collect();
    // Only the time of which something is known.
    let of = answers.first().map_or(0, |answer| known_steps(answer));
    let known = Known { answers: folded.iter().collect(), seconds: seconds * of.max(1) as f64 };
    panel.shown(&known)
}

fn known_steps(answer: &Answer) -> usize {
    let values = answer.found.first().and_then(|found| found.values.first()).unwrap_or(&answer.nothing);
    values.iter().flatten().count()
}

/// The last figure of the line with this name.
fn newest(lines: &[Line], name: &str) -> Option<f64> {
    let line = lines.iter().find(|line| line.name == name)?;
    line.values.iter().rev().copied().flatten().next()
}

/// The figure with its unit.
fn said(panel: &Panel, value: f64) -> String {
    match panel.floor {
        Some(floor) if value < floor => format!("fewer than {}", panel.unit.say(floor)),
        _ => panel.unit.say(value),
    }
}

/// How a figure compares with an earlier one.
fn change(value: f64, earlier: f64, when: &str) -> Option<String> {
    if !(earlier > 0.0 && earlier.is_finite() && value.is_finite()) {
        return None;
    }
    let percent = ((value / earlier - 1.0) * 100.0).round();
    Some(match percent {
        0.0 => format!("about as {when}"),
        more if more >= 200.0 => format!("{:.0} times as much as {when}", (value / earlier).min(1e6)),
        more if more > 0.0 => format!("{more:.0} % more than {when}"),
        less => format!("{:.0} % less than {when}", -less),
    })
}

/// What was asked for twice the time, as the time before and the time itself.
fn halves(answer: &Answer, span: Span) -> (Answer, Answer) {
    let half = usize::try_from(span.steps).unwrap_or(0);
    let cut = |from: usize, span: Span| {
        let part = |values: &Values| values.iter().skip(from).take(half).copied().collect::<Values>();
        let found = answer.found.iter().map(|found| crate::metrics::query::Found {
            of: found.of.clone(),
            values: found.values.iter().map(part).collect(),
        });
        Answer { span, found: found.collect(), nothing: part(&answer.nothing) }
    };
    let before: TimeDelta = span.length();
    (cut(0, Span { start: span.start - before, ..span }), cut(half, span))
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn a_change_is_said_only_where_it_says_something() {
        let said = |value, earlier| change(value, earlier, "in the hour before");
        assert_eq!(said(112.0, 100.0).as_deref(), Some("12 % more than in the hour before"));
        assert_eq!(said(40.0, 100.0).as_deref(), Some("60 % less than in the hour before"));
        assert_eq!(said(100.2, 100.0).as_deref(), Some("about as in the hour before"));
        assert_eq!(said(900.0, 100.0).as_deref(), Some("9 times as much as in the hour before"));
        assert_eq!((said(1.0, 0.0), said(f64::NAN, 1.0)), (None, None));
    }
}
