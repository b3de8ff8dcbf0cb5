//! What is counted, and under which names. Every field is typed once and for ever, and no tag holds anything about a person.

use std::sync::atomic::Ordering;
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use strum::VariantArray;

use super::buckets::{BUCKETS, NAMES, bucket};
use super::family::{Family, Names, RESTING};
use super::point::{Point, Tags};
use super::tags::{AccountEvent, By, Ending, Letter, PhotoEvent, Refusal, Via, VisitEvent};

/// Addresses that are told apart, and one place for what is none.
const ROUTES: usize = 192;

/// Kinds of jobs that are told apart.
const KINDS: usize = 48;

/// Answers are told apart by their class: the site as a whole has to stay within 2,000 series.
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// The address that votes go to.
const VOTES: &str = "POST /submissions/<id>/rating";

/// Answers to votes, and all others, told apart where addresses are not: what a page reads has to stay little.
const PARTS: [&str; 2] = ["vote", "rest"];

const VOTE_FIELDS: [&str; 14] =
    ["n", "changed", "refused", "first", "s01", "s02", "s03", "s04", "s05", "s06", "s07", "s08", "s09", "s10"];

/// Of figures themselves: points that were lost here, points that InfluxDB would not take, its answers that could not be, and how often
/// there was none.
const METRICS_FIELDS: [&str; 4] = ["n_dropped", "n_refused", "n_lies", "n_unanswered"];

const WAITED: [&str; BUCKETS] = [
    "wait_b00", "wait_b01", "wait_b02", "wait_b03", "wait_b04", "wait_b05", "wait_b06", "wait_b07", "wait_b08",
    "wait_b09", "wait_b10", "wait_b11", "wait_b12", "wait_b13", "wait_b14", "wait_b15", "wait_b16", "wait_b17",
];

const RAN: [&str; BUCKETS] = [
    "run_b00", "run_b01", "run_b02", "run_b03", "run_b04", "run_b05", "run_b06", "run_b07", "run_b08", "run_b09",
    "run_b10", "run_b11", "run_b12", "run_b13", "run_b14", "run_b15", "run_b16", "run_b17",
];

/// A vote as it was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voted {
    /// It counts.
    Counted {
        /// From 1 to 10.
        score: u8,
        /// It replaces another one.
        changed: bool,
        /// It is this rater's first.
        first: bool,
    },
    /// It does not count.
    Refused,
}

/// What a series has counted since the process began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    pub measurement: &'static str,
    pub tags: Tags,
    /// All fields of the measurement, in their order.
    pub fields: Vec<(&'static str, u64)>,
}

/// All counters of this process.
pub struct Recorder {
    routes: OnceLock<Vec<String>>,
    /// The place of [`VOTES`].
    rating: OnceLock<Option<usize>>,
    http: Family,
    answers: Family,
    votes: Family,
    accounts: Family,
    photos: Family,
    refusals: Family,
    visits: Family,
    letters: Names,
    mails: Family,
    kinds: Names,
    jobs: Family,
    enqueued: Family,
    metrics: Family,
}

static RECORDER: LazyLock<Recorder> = LazyLock::new(Recorder::new);

/// The one of this process.
pub fn recorder() -> &'static Recorder {
    &RECORDER
}

fn with(first: &[&'static str], more: &[&'static str]) -> Vec<&'static str> {
    [first, more].concat()
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

/// Is shown a family, and what tells the tags of its rows.
type Visit<'a> = dyn FnMut(&Family, &dyn Fn(usize) -> Tags) + 'a;

impl Recorder {
    /// One with nothing in it: what a process counts goes to the [`recorder`].
    pub fn new() -> Self {
        let named = |measurement, rows| Family::new(measurement, vec!["n"], rows);
        Recorder {
            routes: OnceLock::new(),
            rating: OnceLock::new(),
            http: Family::new("http", with(&["n", "ms"], &NAMES), ROUTES * CLASSES.len()),
            answers: Family::new("answer", with(&["n", "ms"], &NAMES), PARTS.len() * CLASSES.len()),
            votes: Family::new("vote", VOTE_FIELDS.to_vec(), By::VARIANTS.len() * Via::VARIANTS.len()),
            accounts: named("account", AccountEvent::VARIANTS.len()),
            photos: Family::new("photo", with(&["n"], &NAMES), PhotoEvent::VARIANTS.len()),
            refusals: named("refusal", Refusal::VARIANTS.len()),
            visits: named("visit", VisitEvent::VARIANTS.len()),
            letters: Names::new(KINDS),
            mails: named("mail", KINDS * Letter::VARIANTS.len()),
            kinds: Names::new(KINDS),
            jobs: Family::new("job", with(&["n"], &[WAITED, RAN].concat()), KINDS * Ending::VARIANTS.len()),
            enqueued: named("enqueue", KINDS),
            metrics: Family::new("metrics", METRICS_FIELDS.to_vec(), 1),
        }
    }

    /// Says once which addresses there are, so that [`answered`](Self::answered) can name them by their place here.
    pub fn know_routes(&self, routes: Vec<String>) {
        // Tests start more than one site in a process; all have the same addresses.
        let _ = self.rating.set(routes.iter().position(|route| route == VOTES));
        let _ = self.routes.set(routes);
    }

    /// From now on nothing is counted in this process.
    pub fn rest(&self) {
        RESTING.store(true, Ordering::Relaxed);
    }

    /// A request was answered. Without a route it led nowhere.
    pub fn answered(&self, route: Option<usize>, status: u16, took: Duration) {
        let class = usize::from((status / 100).clamp(2, 5) - 2);
        let vote = route.is_some() && self.rating.get().is_some_and(|rating| *rating == route);
        let part = usize::from(!vote);
        let route = route.filter(|&route| route < ROUTES - 1).unwrap_or(ROUTES - 1);
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        for (family, row) in [(&self.http, route), (&self.answers, part)] {
            let row = row * CLASSES.len() + class;
            family.add(row, 0, 1);
            family.add(row, 1, millis);
            family.add(row, 2 + bucket(took), 1);
        }
    }

    /// A vote was answered.
    pub fn voted(&self, by: By, via: Via, voted: Voted) {
        let row = by as usize * Via::VARIANTS.len() + via as usize;
        match voted {
            Voted::Counted { score, changed, first } => {
                self.votes.add(row, 0, 1);
                self.votes.add(row, 1, changed.into());
                self.votes.add(row, 3, first.into());
                self.votes.add(row, 3 + usize::from(score.clamp(1, 10)), 1);
            }
            Voted::Refused => self.votes.add(row, 2, 1),
        }
    }

    /// Something happened to an account.
    pub fn account(&self, event: AccountEvent) {
        self.accounts.add(event as usize, 0, 1);
    }

    /// Something happened to a photo, so long after it was handed in, where that is of interest.
    pub fn photo(&self, event: PhotoEvent, after: Option<Duration>) {
        self.photos.add(event as usize, 0, 1);
        if let Some(after) = after {
            self.photos.add(event as usize, 1 + bucket(after), 1);
        }
    }

    /// An upload was not taken.
    pub fn upload_refused(&self, reason: Refusal) {
        // What was taken at first is counted as failed by whoever ends it.
        if reason != Refusal::Unusable {
            self.photo(PhotoEvent::Refused, None);
        }
        self.refusals.add(reason as usize, 0, 1);
    }

    /// A visitor saw or did something.
    pub fn visit(&self, event: VisitEvent) {
        self.visits.add(event as usize, 0, 1);
    }

    /// A mail was handed over, or not.
    pub fn mail(&self, letter: &'static str, outcome: Letter) {
        self.mails.add(self.letters.place(letter) * Letter::VARIANTS.len() + outcome as usize, 0, 1);
    }

    /// An attempt of a job has ended, which was due so long before it began.
    pub fn job(&self, kind: &'static str, ending: Ending, waited: Option<Duration>, ran: Duration) {
        let row = self.kinds.place(kind) * Ending::VARIANTS.len() + ending as usize;
        self.jobs.add(row, 0, 1);
        if let Some(waited) = waited {
            self.jobs.add(row, 1 + bucket(waited), 1);
        }
        self.jobs.add(row, 1 + BUCKETS + bucket(ran), 1);
    }

    /// A job was added to the queue.
    pub fn enqueued(&self, kind: &'static str) {
        self.enqueued.add(self.kinds.place(kind), 0, 1);
    }

    /// Points were lost here, since PostgreSQL was away for too long.
    pub(super) fn dropped(&self, points: usize) {
        self.metrics.add(0, 0, u64::try_from(points).unwrap_or(u64::MAX));
    }

    /// InfluxDB would not take points, ever.
    pub(super) fn refused(&self, points: u64) {
        self.metrics.add(0, 1, points);
    }

    /// InfluxDB gave an answer that cannot be.
    pub(super) fn unbelieved(&self) {
        self.metrics.add(0, 2, 1);
    }

    /// InfluxDB gave no answer to a page.
    pub(super) fn unanswered(&self) {
        self.metrics.add(0, 3, 1);
    }

    /// Takes what was counted since the last time, as of this moment.
    pub fn drain(&self, at: DateTime<Utc>) -> Vec<Point> {
        let mut points = Vec::new();
        self.each(&mut |family, tags| family.drain(at, tags, &mut points));
        points
    }

    /// What was counted since the process began, by measurement.
    pub fn totals(&self) -> Vec<Total> {
        let mut totals = Vec::new();
        self.each(&mut |family, tags| {
            let measurement = family.measurement();
            totals.extend(family.totals().map(|(row, fields)| Total { measurement, tags: tags(row), fields }));
        });
        totals
    }

    /// What is counted, one name for each family.
    pub fn measurements(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        self.each(&mut |family, _| names.push(family.measurement()));
        names
    }

    /// Every family, and the tags of its rows.
    fn each(&self, of: &mut Visit<'_>) {
        let class = |row: usize| CLASSES[row % CLASSES.len()].to_owned();
        of(&self.http, &|row| self.http_tags(row));
        of(&self.answers, &|row| vec![("part", PARTS[row / CLASSES.len()].to_owned()), ("status", class(row))]);
        of(&self.votes, &|row| {
            let (by, via) = (By::VARIANTS[row / Via::VARIANTS.len()], Via::VARIANTS[row % Via::VARIANTS.len()]);
            vec![("by", text(by)), ("via", text(via))]
        });
        of(&self.accounts, &|row| vec![("event", text(AccountEvent::VARIANTS[row]))]);
        of(&self.photos, &|row| vec![("event", text(PhotoEvent::VARIANTS[row]))]);
        of(&self.refusals, &|row| vec![("reason", text(Refusal::VARIANTS[row]))]);
        of(&self.visits, &|row| vec![("event", text(VisitEvent::VARIANTS[row]))]);
        let outcomes = Letter::VARIANTS;
        let mail = |row: usize| (self.letters.name(row / outcomes.len()), outcomes[row % outcomes.len()]);
        of(&self.mails, &|row| vec![("letter", mail(row).0.into()), ("outcome", text(mail(row).1))]);
        let endings = Ending::VARIANTS;
        let job = |row: usize| (self.kinds.name(row / endings.len()), endings[row % endings.len()]);
        of(&self.jobs, &|row| vec![("kind", job(row).0.into()), ("outcome", text(job(row).1))]);
        of(&self.enqueued, &|row| vec![("kind", self.kinds.name(row).into())]);
        of(&self.metrics, &|_| vec![]);
    }

    fn http_tags(&self, row: usize) -> Tags {
        let route = self.routes.get().and_then(|routes| routes.get(row / CLASSES.len()));
        let route = route.map_or("none", String::as_str);
        vec![("route", route.to_owned()), ("status", CLASSES[row % CLASSES.len()].to_owned())]
    }
}

fn text(tag: impl Into<&'static str>) -> String {
    tag.into().to_owned()
}
