//! What happened meanwhile: where it is written above a picture, and how it is said.

use chrono::{DateTime, Utc};

/// Something that happened at a moment, such as a deploy, or that lasted, such as an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub at: DateTime<Utc>,
    lasts: Lasts,
    /// A few words, for the picture.
    pub label: String,
    /// The same as a clause, for sentence and table.
    pub words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasts {
    No,
    Still,
    Until(DateTime<Utc>),
}

impl Mark {
    /// It took no time.
    pub fn moment(at: DateTime<Utc>, label: impl Into<String>, words: impl Into<String>) -> Self {
        Mark { at, lasts: Lasts::No, label: label.into(), words: words.into() }
    }

    /// It lasted until then, or lasts still.
    pub fn lasting(
        at: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
        label: impl Into<String>,
        words: impl Into<String>,
    ) -> Self {
        let lasts = until.map_or(Lasts::Still, Lasts::Until);
        Mark { at, lasts, label: label.into(), words: words.into() }
    }

    /// The first version that was seen at work then.
    pub fn deploy((at, version): (DateTime<Utc>, String)) -> Self {
        let words = format!("version {version} came");
        Mark::moment(at, version, words)
    }

    /// When it was over, as far as that lies before the end of a chart; nothing for what took no time.
    pub(super) fn until(&self, end: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.lasts {
            Lasts::No => None,
            Lasts::Still => Some(end),
            Lasts::Until(until) => Some(until.min(end)),
        }
    }

    /// Was any of it between these?
    pub(super) fn within(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> bool {
        let over = match self.lasts {
            Lasts::No => self.at,
            Lasts::Still => end,
            Lasts::Until(until) => until,
        };
        self.at < end && over >= start
    }

    /// As in `At 14:05 UTC: version 2 came.`
    pub(super) fn say(&self, moment: &dyn Fn(DateTime<Utc>) -> String, daily: bool) -> String {
        let (words, at) = (&self.words, moment(self.at));
        match self.lasts {
            Lasts::No if daily => format!("On {at}: {words}."),
            Lasts::No => format!("At {at}: {words}."),
            Lasts::Still => format!("Since {at}: {words}."),
            Lasts::Until(until) => format!("From {at} to {}: {words}.", moment(until)),
        }
    }
}

/// Room for a letter, and between two labels.
const LETTER: f64 = 9.0;
const BETWEEN: f64 = 8.0;

/// Longest label.
const LONGEST: usize = 22;

/// A label in its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Label {
    /// Where its mark is.
    pub x: f64,
    /// 0 is the uppermost.
    pub row: usize,
    /// It stands on the left of its mark.
    pub end: bool,
    pub text: String,
}

/// Labels of marks, the newest first, between these and in so many rows, so that none covers another one or is crossed by the line of
/// another mark. Those that find no room are left out: sentence and table have them.
pub(super) fn labels(marks: &[(f64, &str)], (left, right): (f64, f64), rows: usize) -> Vec<Label> {
    let mut placed: Vec<Label> = Vec::new();
    // Lines of those that were placed cross the rows below theirs.
    let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); rows];
    for (x, text) in marks {
        let text = shortened(text, LONGEST);
        let width = LETTER * text.chars().count() as f64;
        let places = (0..rows).rev().flat_map(|row| [(row, false), (row, true)]);
        let found = places.into_iter().find(|&(row, end)| {
            let (from, to) = reach(*x, width, end);
            let free =
                |row: usize, from: f64, to: f64| taken[row].iter().all(|(left, right)| to < *left || from > *right);
            from >= left && to <= right && free(row, from, to) && (row + 1..rows).all(|below| free(below, *x, *x))
        });
        let Some((row, end)) = found else { continue };
        let (from, to) = reach(*x, width, end);
        taken[row].push((from - BETWEEN, to + BETWEEN));
        (row + 1..rows).for_each(|below| taken[below].push((*x - BETWEEN, *x + BETWEEN)));
        placed.push(Label { x: *x, row, end, text });
    }
    placed
}

fn reach(x: f64, width: f64, end: bool) -> (f64, f64) {
    if end { (x - width, x) } else { (x, x + width) }
}

/// At most so many letters of it.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn neighbours_stand_in_two_rows_and_on_two_sides_and_the_oldest_go_without() {
        let at = |x: f64| (x, "0.1.0+abc");
        let placed = labels(&[at(300.0), at(290.0), at(280.0), at(270.0), at(260.0)], (60.0, 700.0), 2);
        assert!((2..5).contains(&placed.len()), "{placed:?}");
        assert_eq!(placed[0].x, 300.0, "the newest has its label");
        assert!(labels(&[at(650.0)], (60.0, 700.0), 1)[0].end, "it does not leave the picture");
    }

    proptest! {
        #[test]
        fn no_label_covers_another_one(marks in prop::collection::vec((60.0f64..700.0, "[a-z0-9.+]{1,40}"), 0..30)) {
            let marks: Vec<(f64, &str)> = marks.iter().map(|(x, text)| (*x, text.as_str())).collect();
            let placed = labels(&marks, (60.0, 700.0), 2);
            for (index, one) in placed.iter().enumerate() {
                let reach_of = |label: &Label| reach(label.x, LETTER * label.text.chars().count() as f64, label.end);
                let (from, to) = reach_of(one);
                prop_assert!(from >= 60.0 && to <= 700.0);
                for other in &placed[index + 1..] {
                    let (left, right) = reach_of(other);
                    prop_assert!(one.row != other.row || to < left || from > right, "{one:?} {other:?}");
                    let crossed = |above: &Label, below: &Label| {
                        let (from, to) = reach_of(below);
                        above.row < below.row && above.x > from && above.x < to
                    };
                    prop_assert!(!crossed(one, other) && !crossed(other, one), "{one:?} {other:?}");
                }
            }
        }
    }
}
