//! One row of figures.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

/// Names and values of what a series is about, in the order of names as they are declared.
pub type Tags = Vec<(&'static str, String)>;

/// A figure. A field is of one type for ever.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A count.
    Whole(i64),
    /// A measure.
    Real(f64),
}

/// Figures of one series at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// What was measured.
    pub measurement: &'static str,
    /// Of what.
    pub tags: Tags,
    /// The figures by name.
    pub fields: Vec<(Cow<'static, str>, Value)>,
    /// The beginning of the ten seconds that a count is about; the moment of a gauge.
    pub at: DateTime<Utc>,
    /// See [`metric_points`](super::store).
    pub gauge: bool,
}

impl Point {
    /// How much there is of something.
    pub fn gauge(
        measurement: &'static str,
        at: DateTime<Utc>,
        tags: Tags,
        fields: Vec<(Cow<'static, str>, Value)>,
    ) -> Self {
        Point { measurement, tags, fields, at, gauge: true }
    }

    /// Its tags as stored, with the process that it comes from; empty ones say nothing.
    pub fn tags_of(&self, instance: Option<&str>) -> serde_json::Value {
        let own = self.tags.iter().map(|(name, value)| (*name, value.as_str()));
        own.chain(instance.map(|slot| ("instance", slot)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// Its figures as stored, without those that are none.
    pub fn fields_stored(&self) -> serde_json::Map<String, serde_json::Value> {
        let stored = |value: Value| match value {
            Value::Whole(count) => Some(count.into()),
            Value::Real(measure) => serde_json::Number::from_f64(measure).map(Into::into),
        };
        self.fields.iter().filter_map(|(name, value)| Some((name.to_string(), stored(*value)?))).collect()
    }
}
