//! What templates and files show of lists of jobs.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use strum::VariantArray;

use crate::error::FieldError;
use crate::queue::JobState;
use crate::queue::board::{JobCount, JobFilter, JobRow, Known, Walk, spoken};
use crate::secret::redact;
use crate::web::answers::form::FormView;
use crate::web::guards::visitor::Visitor;

/// Fields of the form, as they come on the page.
const FIELDS: [&str; 13] = [
    "state",
    "kind",
    "lane",
    "error",
    "worker",
    "submission",
    "account",
    "attempts",
    "by",
    "since",
    "until",
    "q",
    "sort",
];

/// Columns of the text.
pub const HEADING: [&str; 7] = ["number", "kind", "lane", "state", "attempt", "created", "error"];

/// Columns of the CSV.
pub const CELLS: [&str; 13] = [
    "number",
    "kind",
    "lane",
    "state",
    "attempt",
    "failures",
    "max_attempts",
    "submission",
    "account",
    "created_at",
    "due_at",
    "updated_at",
    "error",
];

/// A page of jobs, and what was asked for.
#[derive(Default)]
pub struct Listed {
    pub walk: Walk,
    pub filter: JobFilter,
}

/// What comes after a page.
#[derive(Serialize)]
pub struct More {
    pub sentence: String,
    pub href: String,
    /// Was the time up before the page was full?
    pub searched: bool,
}

impl Listed {
    pub fn more(&self, path: &str, now: DateTime<Utc>) -> Option<More> {
        let next = self.walk.next?;
        let href = href(path, &JobFilter { before: Some(next), ..self.filter.clone() });
        let searched = self.walk.searched_at;
        let sentence = match searched {
            Some(at) => format!("Searched back to {} UTC.", spoken(at, now)),
            None => "There are more.".to_owned(),
        };
        Some(More { sentence, href, searched: searched.is_some() })
    }
}

/// The address of a list.
pub fn href(path: &str, filter: &JobFilter) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in filter.parameters() {
        query.append_pair(name, &value);
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The filter's form as it was typed, and what is wrong with it.
pub fn form(visitor: &Visitor<'_>, given: &[(String, String)], wrong: Option<&Vec<FieldError>>) -> FormView {
    let mut form = FormView::of(visitor);
    for field in FIELDS {
        let typed = given.iter().find(|(name, _)| name == field);
        form = form.field(field, typed.map_or("", |(_, value)| value.as_str()));
    }
    wrong.into_iter().flatten().for_each(|error| form.add_error(error.clone()));
    form
}

/// The page around it.
pub fn page(listed: &Listed, known: &Known, counts: &[JobCount], ticked: bool) -> Value {
    let Listed { filter, walk } = listed;
    let start = filter.from_the_start();
    let all: i64 = matching(counts, filter);
    let count = if start.is_counted() {
        Some(thousands(all))
    } else if walk.next.is_none() && filter.before.is_none() {
        Some(thousands(walk.jobs.len() as i64))
    } else {
        None
    };
    let jobs: Vec<_> = walk.jobs.iter().map(|job| row(job, ticked, known.now)).collect();
    let hidden: Vec<_> =
        start.parameters().into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let chosen = |names: Vec<String>, chosen: Option<&str>| -> Vec<Value> {
        names.into_iter().map(|name| json!({ "chosen": Some(name.as_str()) == chosen, "name": name })).collect()
    };
    let states = JobState::VARIANTS.iter().map(|state| state.name().to_owned()).collect();
    let here = href("/ops/jobs", filter);
    let separator = if here.contains('?') { '&' } else { '?' };
    json!({
        "sentence": filter.sentence(known.now),
        "subject": filter.subject(known.now),
        "count": count,
        "tabs": tabs(filter, counts),
        "states": chosen(states, filter.state.map(JobState::name)),
        "kinds": chosen(known.kinds.iter().cloned().collect(), filter.kind.as_deref()),
        "lanes": chosen(known.lanes.iter().cloned().collect(), filter.lane.as_deref()),
        "by": chosen(vec!["created".into(), "started".into(), "ended".into()], Some(filter.by.into())),
        "sort": chosen(vec!["newest".into(), "next".into()], Some(filter.sort.into())),
        "narrowed": start != JobFilter::default(),
        "refine": !JobFilter { state: None, ..start.clone() }.is_counted() || start.kind.is_some() || start.lane.is_some(),
        "jobs": jobs,
        "ticked": ticked,
        "tick_all": format!("{here}{separator}tick=page#jobs-h"),
        "tick_none": format!("{here}#jobs-h"),
        "back": here,
        "hidden": hidden,
        "more": listed.more("/ops/jobs", known.now),
        "first": filter.before.map(|_| href("/ops/jobs", &start)),
        "txt": href("/ops/jobs.txt", filter),
        "csv": href("/ops/jobs.csv", filter),
        "json": href("/ops/jobs.json", filter),
    })
}

/// States, with how many jobs of this kind and lane are in each.
fn tabs(filter: &JobFilter, counts: &[JobCount]) -> Vec<Value> {
    let states = std::iter::once(None).chain(JobState::VARIANTS.iter().copied().map(Some));
    states
        .map(|state| {
            // What only some states have goes with them.
            let tab = JobFilter { state, kind: filter.kind.clone(), lane: filter.lane.clone(), ..JobFilter::default() };
            json!({
                "name": state.map_or("all", JobState::name),
                "href": href("/ops/jobs", &tab),
                "count": thousands(matching(counts, &tab)),
                "here": state == filter.state,
            })
        })
        .collect()
}

fn matching(counts: &[JobCount], filter: &JobFilter) -> i64 {
    counts
        .iter()
        .filter(|count| filter.state.is_none_or(|state| state == count.state))
        .filter(|count| filter.kind.as_ref().is_none_or(|kind| *kind == count.kind))
        .filter(|count| filter.lane.as_ref().is_none_or(|lane| *lane == count.lane))
        .map(|count| count.count)
        .sum()
}

fn row(job: &JobRow, ticked: bool, now: DateTime<Utc>) -> Value {
    let waits = matches!(job.state, JobState::Queued | JobState::Retrying) && job.due_at > now;
    json!({
        "number": job.number,
        "kind": job.kind,
        "lane": job.lane,
        "state": job.state.name(),
        "attempt": job.attempt,
        "failures": job.failures,
        "max_attempts": job.max_attempts,
        "created_at": job.created_at,
        "changed_at": if waits { job.due_at } else { job.updated_at },
        "waits": waits,
        "error": first_line(job),
        "ticked": ticked,
    })
}

/// The first line of its error, without secrets.
pub fn first_line(job: &JobRow) -> String {
    let error = job.error.as_deref().and_then(|error| error.lines().next()).unwrap_or_default();
    redact(error).chars().take(120).collect()
}

/// For the text.
pub fn columns(job: &JobRow) -> Vec<String> {
    let attempt = format!("{} of {}", job.attempt, job.max_attempts);
    let error = first_line(job).chars().take(80).collect();
    let (kind, lane, state) = (job.kind.clone(), job.lane.clone(), job.state.name().to_owned());
    vec![job.number.to_string(), kind, lane, state, attempt, second(job.created_at), error]
}

/// For the CSV.
pub fn cells(job: &JobRow) -> Vec<String> {
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    vec![
        job.number.to_string(),
        job.kind.clone(),
        job.lane.clone(),
        job.state.name().to_owned(),
        job.attempt.to_string(),
        job.failures.to_string(),
        job.max_attempts.to_string(),
        id(job.submission),
        id(job.account),
        second(job.created_at),
        second(job.due_at),
        second(job.updated_at),
        redact(job.error.as_deref().unwrap_or_default()).to_string(),
    ]
}

/// For programs: the arguments are ids and choices, never secrets; the error is without.
pub fn item(job: &JobRow) -> Value {
    let mut item = json!(job);
    item["error"] = job.error.as_deref().map(|error| redact(error).to_string()).into();
    item
}

fn second(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// `1,204`.
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}
