//! From words to a filter. What cannot be is said in a sentence, and never left out.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::{By, Cursor, JobFilter, Known, Sort, times};
use crate::error::FieldError;
use crate::queue::JobState;

/// Every parameter.
const NAMES: [&str; 14] = [
    "state",
    "kind",
    "lane",
    "error",
    "worker",
    "submission",
    "account",
    "attempts",
    "since",
    "until",
    "by",
    "q",
    "sort",
    "before",
];

/// Longest text to look for.
const LONGEST: usize = 200;

impl JobFilter {
    /// Reads parameters; empty ones are as good as none. All that is wrong comes back at once.
    pub fn parse<'a>(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
        known: &Known,
    ) -> Result<Self, Vec<FieldError>> {
        let mut words = Words { given: BTreeMap::new(), wrong: Vec::new() };
        words.take(parameters);
        let filter = JobFilter {
            state: words.one_of("state", "state", "queued, processing, retrying, failed, finished"),
            kind: words.named("kind", "kind", &known.kinds),
            lane: words.named("lane", "lane", &known.lanes),
            error: words.number("error", i64::MIN),
            worker: words.number("worker", 1),
            submission: words.number("submission", 1),
            account: words.account(&known.accounts),
            attempts: words.number("attempts", 1).map(|least| i32::try_from(least).unwrap_or(i32::MAX)),
            since: words.time("since", known.now),
            until: words.time("until", known.now),
            by: words.one_of("by", "moment", "created, started, ended").unwrap_or_default(),
            q: words.text("q"),
            sort: words.one_of("sort", "order", "newest, next").unwrap_or_default(),
            before: words.cursor("before"),
        };
        if words.wrong.is_empty() {
            words.wrong = filter.contradictions();
        }
        if words.wrong.is_empty() { Ok(filter) } else { Err(words.wrong) }
    }

    /// What cannot be true at once.
    fn contradictions(&self) -> Vec<FieldError> {
        let mut found = Vec::new();
        let mut say = |field, message: &str| found.push(FieldError { field, message: message.to_owned() });
        let waits = matches!(self.state, Some(JobState::Queued | JobState::Retrying));
        let timed = self.since.is_some() || self.until.is_some();
        if self.since.zip(self.until).is_some_and(|(since, until)| since >= until) {
            say("until", "This must be later than the time since when: no job is between them.");
        }
        if self.error.is_some() && self.state.is_some_and(|state| state != JobState::Failed) {
            say("error", "Only failed jobs have an error of a group: choose the state failed, or none.");
        }
        if timed && self.by == By::Ended && (waits || self.state == Some(JobState::Processing)) {
            say("by", "Jobs in this state have not ended: choose failed or finished, or another moment.");
        }
        if timed && self.by == By::Started && self.state == Some(JobState::Queued) {
            say("by", "Queued jobs have not started: choose another state or moment.");
        }
        if self.sort == Sort::Next && !waits {
            say("sort", "Only jobs that wait are in the order in which they are taken: choose queued or retrying.");
        }
        if self.q.is_some() && matches!(self.state, Some(JobState::Finished)) {
            say("q", "Finished jobs have no error to look in: choose another state.");
        }
        if self.before.is_some_and(|cursor| cursor.priority.is_some()) != (self.sort == Sort::Next)
            && self.before.is_some()
        {
            say("before", "This place is one of another order: take the link at the end of a page.");
        }
        found
    }
}

/// What was given and not yet looked at, and what is wrong.
struct Words<'a> {
    given: BTreeMap<&'static str, &'a str>,
    wrong: Vec<FieldError>,
}

impl<'a> Words<'a> {
    fn take(&mut self, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) {
        for (name, value) in parameters {
            match NAMES.into_iter().find(|known| *known == name) {
                None => {
                    let message = format!("There is no filter “{}”. There are: {}.", short(name), NAMES.join(", "));
                    self.wrong.push(FieldError { field: "filter", message });
                }
                Some(_) if value.trim().is_empty() => {}
                Some(name) => {
                    if self.given.insert(name, value.trim()).is_some() {
                        self.say(name, format!("There are two values of {name}: give one."));
                    }
                }
            }
        }
    }

    fn say(&mut self, field: &'static str, message: String) {
        self.wrong.push(FieldError { field, message });
    }

    fn one_of<T: FromStr>(&mut self, name: &'static str, what: &str, all: &str) -> Option<T> {
        let value = self.given.remove(name)?;
        let parsed = value.parse().ok();
        if parsed.is_none() {
            self.say(name, format!("There is no {what} “{}”. There are: {all}.", short(value)));
        }
        parsed
    }

    fn named(&mut self, name: &'static str, what: &str, known: &std::collections::BTreeSet<String>) -> Option<String> {
        let value = self.given.remove(name)?;
        if known.contains(value) {
            return Some(value.to_owned());
        }
        let all = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        self.say(name, format!("There is no {what} “{}”. There are: {all}.", short(value)));
        None
    }

    fn number(&mut self, name: &'static str, least: i64) -> Option<i64> {
        let value = self.given.remove(name)?;
        let number = value.parse().ok().filter(|&number: &i64| number >= least);
        if number.is_none() {
            self.say(name, format!("“{}” is not a number that can stand for {name}.", short(value)));
        }
        number
    }

    /// A number, or the name of one that was looked up.
    fn account(&mut self, known: &BTreeMap<String, i64>) -> Option<i64> {
        let value = self.given.get("account").copied()?;
        if value.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.number("account", 1);
        }
        let found = known.get(value).copied();
        if found.is_none() {
            self.say("account", format!("There is no account “{}”.", short(value)));
        }
        found
    }

    fn time(&mut self, name: &'static str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let value = self.given.remove(name)?;
        times::parse(value, now).map_err(|message| self.say(name, message)).ok()
    }

    fn text(&mut self, name: &'static str) -> Option<String> {
        let value = self.given.remove(name)?;
        if value.contains('\0') || value.chars().count() > LONGEST {
            self.say(name, format!("Look for {LONGEST} letters at most, none of them invisible."));
            return None;
        }
        Some(value.to_owned())
    }

    fn cursor(&mut self, name: &'static str) -> Option<Cursor> {
        let value = self.given.remove(name)?;
        value.parse().map_err(|message| self.say(name, message)).ok()
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn known() -> Known {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
        let now = "2026-11-25T13:30:00Z".parse().unwrap_or_default();
        let accounts = BTreeMap::from([("noodle".to_owned(), 5)]);
        Known { accounts, kinds: names(&["make_thumbnails", "send_mail"]), lanes: names(&["images", "mail"]), now }
    }

    fn parse(query: &[(&'static str, &'static str)]) -> Result<JobFilter, Vec<FieldError>> {
        JobFilter::parse(query.iter().copied(), &known())
    }

    #[test]
    fn a_filter_says_what_it_asks_for() {
        let now = known().now;
        for (query, sentence) in [
            (&[][..], "All jobs, newest first"),
            (
                &[
                    ("state", "failed"),
                    ("kind", "make_thumbnails"),
                    ("since", "12:00"),
                    ("until", "13:00"),
                    ("by", "ended"),
                ],
                "Failed make_thumbnails jobs that ended between 12:00 and 13:00 UTC, newest first",
            ),
            (&[("kind", "send_mail"), ("state", "")], "All send_mail jobs, newest first"),
            (
                &[("lane", "mail"), ("state", "queued"), ("sort", "next")],
                "Queued jobs of the lane mail, in the order in which they are taken",
            ),
            (&[("account", "noodle")], "All jobs about account 5, newest first"),
            (
                &[("since", "2025-03-01 07:00"), ("attempts", "2")],
                "All jobs with at least 2 attempts that were created since 1 March 2025 07:00 UTC, newest first",
            ),
        ] {
            assert_eq!(parse(query).map(|filter| filter.sentence(now)), Ok(sentence.to_owned()));
        }
    }

    #[test]
    fn a_filter_survives_json_and_parameters() {
        let query = [
            ("state", "failed"),
            ("error", "-7"),
            ("since", "-1h"),
            ("by", "ended"),
            ("q", "a & b"),
            ("before", "9.5"),
        ];
        let filter = parse(&query);
        let filter = filter.unwrap_or_default();
        let words = filter.parameters();
        let again = JobFilter::parse(words.iter().map(|(name, value)| (*name, value.as_str())), &known());
        assert_eq!(again.as_ref(), Ok(&filter));
        let json = serde_json::to_string(&filter).unwrap_or_default();
        assert_eq!(serde_json::from_str::<JobFilter>(&json).ok(), Some(filter));
        assert_eq!(serde_json::to_string(&JobFilter::default()).ok().as_deref(), Some("{}"));
    }

    #[test]
    fn what_cannot_be_is_told_with_its_field() {
        for (query, field, told) in [
            (&[("state", "lost")][..], "state", "There is no state “lost”. There are: queued,"),
            (&[("kind", "make_coffee")], "kind", "There are: make_thumbnails, send_mail."),
            (&[("lane", "fast")], "lane", "There is no lane “fast”."),
            (&[("worker", "nine")], "worker", "“nine” is not a number"),
            (&[("worker", "99999999999999999999")], "worker", "is not a number"),
            (&[("account", "nobody")], "account", "There is no account “nobody”."),
            (&[("account", "0")], "account", "is not a number"),
            (&[("attempts", "0")], "attempts", "is not a number"),
            (&[("colour", "red")], "filter", "There is no filter “colour”."),
            (&[("state", "failed"), ("state", "queued")], "state", "two values"),
            (&[("since", "yesterday")], "since", "“yesterday” is no time"),
            (&[("until", "2026-02-31")], "until", "There is no such day"),
            (&[("since", "13:00"), ("until", "12:00")], "until", "later"),
            (&[("state", "queued"), ("error", "5")], "error", "Only failed jobs"),
            (&[("state", "queued"), ("by", "ended"), ("since", "-1h")], "by", "have not ended"),
            (&[("sort", "next")], "sort", "Only jobs that wait"),
            (&[("before", "x")], "before", "no place in a list"),
            (&[("before", "1.999999999999999999")], "before", "no place in a list"),
        ] {
            let errors = parse(query).err().unwrap_or_default();
            assert!(
                errors.iter().any(|error| error.field == field && error.message.contains(told)),
                "{query:?}: {errors:?}"
            );
        }
    }
}
