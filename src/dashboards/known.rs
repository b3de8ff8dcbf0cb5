//! Answers to the questions of one chart, and arithmetic on figures that may be gaps.

use crate::metrics::buckets::{BUCKETS, quantile};
use crate::metrics::query::{Answer, Found};

/// Figures in steps; nothing is a gap.
pub type Values = Vec<Option<f64>>;

/// What is known over a time.
pub struct Known<'a> {
    /// In the order of the questions.
    pub answers: Vec<&'a Answer>,
    /// How many seconds each step has.
    pub seconds: f64,
}

impl Known<'_> {
    /// A field of all series together.
    pub fn total(&self, answer: usize, field: usize) -> Values {
        let Some(answer) = self.answers.get(answer) else { return Vec::new() };
        let mut series = answer.found.iter().filter_map(|found| found.values.get(field));
        let Some(first) = series.next() else { return answer.nothing.clone() };
        series.fold(first.clone(), |sum, more| both(&sum, more, |a, b| a + b))
    }

    /// A field of the series of one value.
    pub fn of(&self, answer: usize, value: &str, field: usize) -> Values {
        self.answers.get(answer).map(|answer| answer.of(Some(value), field)).unwrap_or_default()
    }

    /// The values that a tag has.
    pub fn names(&self, answer: usize) -> Vec<&str> {
        let found = self.answers.get(answer).map(|answer| answer.found.as_slice()).unwrap_or_default();
        found.iter().filter_map(|found| found.of.as_deref()).collect()
    }

    /// So many in each of so many seconds.
    pub fn per(&self, seconds: f64, values: Values) -> Values {
        let times = self.seconds / seconds;
        each(values, |value| value / times)
    }

    /// The time in seconds below which this share lies, from the fields of a histogram that begin at this place.
    pub fn quantile(&self, answer: usize, value: Option<&str>, first: usize, share: f64) -> Values {
        let field = |place: usize| match value {
            Some(value) => self.of(answer, value, first + place),
            None => self.total(answer, first + place),
        };
        let buckets: Vec<Values> = (0..BUCKETS).map(field).collect();
        let steps = buckets.first().map_or(0, Vec::len);
        let in_step = |step: usize| {
            let mut counts = [0; BUCKETS];
            for (count, values) in counts.iter_mut().zip(&buckets) {
                *count = values.get(step).copied().flatten().unwrap_or(0.0).max(0.0) as u64;
            }
            quantile(&counts, share).map(|millis| millis / 1000.0)
        };
        (0..steps).map(in_step).collect()
    }
}

/// A change of every figure.
pub fn each(values: Values, change: impl Fn(f64) -> f64) -> Values {
    values.into_iter().map(|value| value.map(&change)).collect()
}

/// Two figures of each step; a gap where either is.
pub fn both(one: &Values, other: &Values, of: impl Fn(f64, f64) -> f64) -> Values {
    let length = one.len().max(other.len());
    let at = |values: &Values, step: usize| values.get(step).copied().flatten();
    (0..length).map(|step| Some(of(at(one, step)?, at(other, step)?))).collect()
}

/// One for each of the other; nothing where there is none of the other.
pub fn ratio(one: &Values, other: &Values) -> Values {
    let share = both(one, other, |one, other| if other > 0.0 { one / other } else { f64::NAN });
    share.into_iter().map(|value| value.filter(|value| value.is_finite())).collect()
}

/// So many in a hundred; nothing where there is nothing to have a share of.
pub fn percent(part: &Values, whole: &Values) -> Values {
    each(ratio(part, whole), |share| 100.0 * share)
}

/// The mean of the figures that there are.
pub fn mean(values: &Values) -> Option<f64> {
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

/// An answer as if its steps were one: counters added up, gauges by their mean, largest ones by the largest.
pub fn in_one(answer: &Answer, fold: impl Fn(&Values) -> Option<f64>) -> Answer {
    let found = answer.found.iter().map(|found| Found {
        of: found.of.clone(),
        values: found.values.iter().map(|values| vec![fold(values)]).collect(),
    });
    Answer { span: answer.span.whole(), found: found.collect(), nothing: vec![fold(&answer.nothing)] }
}
