//! Counters of one measurement, for all its tags.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::{DateTime, Utc};

use super::point::{Point, Tags, Value};

/// Is nothing counted in this process?
pub(super) static RESTING: AtomicBool = AtomicBool::new(false);

/// All series of a measurement: rows by tags, columns by field. Room for all of them is taken once.
pub(super) struct Family {
    measurement: &'static str,
    fields: Vec<&'static str>,
    rows: usize,
    /// Since the process began.
    counts: Vec<AtomicU64>,
    /// Of those, what was taken already.
    taken: Vec<AtomicU64>,
}

impl Family {
    pub fn new(measurement: &'static str, fields: Vec<&'static str>, rows: usize) -> Self {
        let zeros = || (0..rows * fields.len()).map(|_| AtomicU64::new(0)).collect();
        let (counts, taken) = (zeros(), zeros());
        Family { measurement, fields, rows, counts, taken }
    }

    /// Adds to one counter; what is out of bounds is nobody's.
    pub fn add(&self, row: usize, field: usize, more: u64) {
        if RESTING.load(Ordering::Relaxed) {
            return;
        }
        if let Some(count) = self.counts.get(row * self.fields.len() + field) {
            count.fetch_add(more, Ordering::Relaxed);
        }
    }

    pub fn measurement(&self) -> &'static str {
        self.measurement
    }

    /// What was counted since the process began: rows in which anything was, with all their fields.
    pub fn totals(&self) -> impl Iterator<Item = (usize, Vec<(&'static str, u64)>)> {
        (0..self.rows).filter_map(|row| {
            let counts = &self.counts[row * self.fields.len()..(row + 1) * self.fields.len()];
            let counts: Vec<u64> = counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
            let any = counts.iter().any(|count| *count > 0);
            any.then(|| (row, self.fields.iter().copied().zip(counts).collect()))
        })
    }

    /// Takes what was counted since the last time: rows in which something was, and of those the fields in which something was.
    pub fn drain(&self, at: DateTime<Utc>, tags: &dyn Fn(usize) -> Tags, into: &mut Vec<Point>) {
        for row in 0..self.rows {
            let mut fields = Vec::new();
            for (field, name) in self.fields.iter().enumerate() {
                let place = row * self.fields.len() + field;
                let all = self.counts[place].load(Ordering::Relaxed);
                let count = all.saturating_sub(self.taken[place].swap(all, Ordering::Relaxed));
                if count > 0 {
                    fields.push(((*name).into(), Value::Whole(i64::try_from(count).unwrap_or(i64::MAX))));
                }
            }
            if !fields.is_empty() {
                into.push(Point { measurement: self.measurement, tags: tags(row), fields, at, gauge: false });
            }
        }
    }
}

/// Names that are known when they first come: kinds of jobs. The last place is for those that find no room.
pub(super) struct Names(Vec<OnceLock<&'static str>>);

impl Names {
    pub fn new(room: usize) -> Self {
        Names((0..room).map(|_| OnceLock::new()).collect())
    }

    /// The place of a name.
    pub fn place(&self, name: &'static str) -> usize {
        let last = self.0.len().saturating_sub(1);
        self.0[..last].iter().position(|known| *known.get_or_init(|| name) == name).unwrap_or(last)
    }

    /// The name in a place.
    pub fn name(&self, place: usize) -> &'static str {
        self.0.get(place).and_then(|known| known.get()).copied().unwrap_or("other")
    }
}
