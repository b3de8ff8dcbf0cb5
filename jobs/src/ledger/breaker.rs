//! Kinds that rest: where one attempt after the other fails alike, what they need is away, such as a mail server. Trying on would
//! use up the attempts of thousands of jobs, and a core.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ratemyderp::queue::errors::ErrorGroup;

use super::Ending;

/// Attempts that fail alike, one after the other, before a kind rests.
const ALIKE: u32 = 10;

/// The first rest, as a part of the longest; each that follows is twice as long.
const FIRST: u32 = 16;

/// What failed lately, by kind.
#[derive(Default)]
pub(super) struct Breaker(Mutex<BTreeMap<String, Row>>);

/// Failures in a row.
struct Row {
    group: i64,
    failures: u32,
    rest: Duration,
    until: Instant,
}

impl Row {
    fn first(group: i64, now: Instant) -> Self {
        Row { group, failures: 0, rest: Duration::ZERO, until: now }
    }

    fn rests(&self) -> bool {
        self.failures >= ALIKE
    }
}

impl Breaker {
    /// Takes note of how an attempt ended. The answer is how long the kind rests from now on, at most `longest`. Only what may go better another time
    /// counts: a job that can never succeed says nothing about others, and could be sent in to make them wait.
    pub fn note(&self, kind: &str, ending: &Ending, longest: Duration) -> Option<Duration> {
        match ending {
            Ending::Finished => self.rows().remove(kind).and(None),
            Ending::Retry(error, _) => self.failed(kind, ErrorGroup::of(kind, error).id, longest),
            Ending::Failed(_) | Ending::Postponed(..) | Ending::Stopped(_) | Ending::Settled => None,
        }
    }

    fn failed(&self, kind: &str, group: i64, longest: Duration) -> Option<Duration> {
        let (mut rows, now) = (self.rows(), Instant::now());
        let row = rows.entry(kind.to_owned()).or_insert_with(|| Row::first(group, now));
        if row.group != group {
            *row = Row::first(group, now);
        }
        row.failures += 1;
        // Those that were tried together end one rest together.
        (row.rests() && row.until <= now).then(|| {
            row.rest = (row.rest * 2).clamp(longest / FIRST, longest);
            row.until = now + row.rest;
            row.rest
        })
    }

    /// Those of `kinds` that may be taken now. After a rest each idle worker may try one job of the kind.
    pub fn awake(&self, kinds: &[String]) -> Vec<String> {
        let (rows, now) = (self.rows(), Instant::now());
        let awake = |kind: &&String| rows.get(*kind).is_none_or(|row| !row.rests() || row.until <= now);
        kinds.iter().filter(awake).cloned().collect()
    }

    /// The kinds that rest or are being tried.
    pub fn resting(&self) -> Vec<String> {
        self.rows().iter().filter(|(_, row)| row.rests()).map(|(kind, _)| kind.clone()).collect()
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<String, Row>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(64);

    fn fail(breaker: &Breaker, times: u32, error: &str) {
        let ending = Ending::Retry(error.to_owned(), Duration::ZERO);
        (0..times).for_each(|_| {
            breaker.note("mail", &ending, LONGEST);
        });
    }

    fn kinds() -> Vec<String> {
        ["mail", "rank"].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_kind_rests_when_attempts_fail_alike_in_a_row() {
        let breaker = Breaker::default();
        fail(&breaker, ALIKE - 1, "job 5: nobody listens");
        assert_eq!(breaker.awake(&kinds()), kinds(), "not yet");
        fail(&breaker, 1, "job 99: nobody listens");
        assert_eq!(breaker.awake(&kinds()), ["rank"]);
        assert_eq!(breaker.resting(), ["mail"]);
        breaker.note("mail", &Ending::Finished, LONGEST);
        assert_eq!(breaker.awake(&kinds()), kinds(), "one that succeeds ends it");
        fail(&breaker, 1, "nobody listens");
        assert_eq!(breaker.awake(&kinds()), kinds(), "and what was before is forgotten");
    }

    #[test]
    fn other_errors_and_hopeless_jobs_make_nothing_rest() {
        let breaker = Breaker::default();
        for _ in 0..3 * ALIKE {
            fail(&breaker, 1, "nobody listens");
            fail(&breaker, 1, "the line is busy");
            breaker.note("rank", &Ending::Failed("no such photo".to_owned()), LONGEST);
        }
        assert_eq!(breaker.awake(&kinds()), kinds());
    }

    #[test]
    fn rests_get_longer_up_to_the_longest() {
        let breaker = Breaker::default();
        fail(&breaker, ALIKE, "nobody listens");
        for expected in [4, 8, 16, 32, 64, 64] {
            assert_eq!(breaker.rows()["mail"].rest.as_secs(), expected);
            assert_eq!(breaker.awake(&kinds()), ["rank"]);
            breaker.rows().get_mut("mail").unwrap().until = Instant::now();
            assert_eq!(breaker.awake(&kinds()), kinds(), "a try");
            fail(&breaker, 8, "nobody listens");
        }
    }

    #[test]
    fn nothing_rests_where_that_is_switched_off() {
        let breaker = Breaker::default();
        let ending = Ending::Retry("nobody listens".to_owned(), Duration::ZERO);
        (0..2 * ALIKE).for_each(|_| {
            breaker.note("mail", &ending, Duration::ZERO);
        });
        assert_eq!(breaker.awake(&kinds()), kinds());
    }
}
