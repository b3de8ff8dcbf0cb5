//! How far a path was gone, and what was found there.

use chrono::{DateTime, Utc};

use super::super::filter::Cursor;

/// A job that was looked at.
#[derive(Debug)]
pub struct Row {
    /// Counts from one within the window.
    pub pos: i64,
    pub number: i64,
    /// Its moment in this order.
    pub key: DateTime<Utc>,
    pub priority: i16,
    pub created_at: DateTime<Utc>,
    /// False for one row alone: the last one of the window, when not enough matched.
    pub matches: bool,
}

/// How far a path was gone.
#[derive(Debug)]
pub struct Reach {
    /// The last place that was looked at.
    pub after: Cursor,
    /// No job of this number or a lower one can match.
    pub lowest: i64,
    /// Along attempts and failures: nothing earlier matters.
    pub earliest: DateTime<Utc>,
    /// Along attempts: the stretch of time that is looked at.
    pub slice: (DateTime<Utc>, DateTime<Utc>),
    /// Attempts after this do not matter.
    pub latest: DateTime<Utc>,
}
