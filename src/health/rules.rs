//! From figures to sentences.

mod flow;
mod people;

use chrono::TimeDelta;

use super::figures::Figures;
use super::past::FAILING_MINUTES;
use super::words::{count, lasting, number};
use super::{Flow, Item, Part, Rule};
use crate::config::AlertsConfig;

/// What is wrong, the worst first.
pub(super) fn parts(figures: &Figures, limits: &AlertsConfig) -> Vec<Part> {
    let nobody = flow::nobody_works(figures);
    let works = nobody.is_none();
    // Where nobody works, nothing ends or is rescued either.
    let implied = |part: Option<Part>| part.map(|part| Part { implied: !works, ..part });
    [
        nobody,
        implied(flow::stalled(figures, limits)),
        implied(flow::overdue(figures, limits)),
        people::failing(figures, limits),
        people::failed(figures),
        implied(people::vanished(figures)),
        implied(people::orphans(figures, limits)),
        people::unknown_kinds(figures),
        people::paused(figures, limits),
        implied(flow::missed_ticks(figures)),
        implied(flow::grows(figures)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// All that is paused.
pub(super) fn all_paused(figures: &Figures) -> Vec<Item> {
    people::all_paused(figures)
}

/// How it flows in each lane in which there was ever anything.
pub(super) fn flows(figures: &Figures, limits: &AlertsConfig) -> Vec<Flow> {
    flow::lanes(figures, limits)
}

/// What is said when nothing is wrong, as in `All is well: 1,204 jobs in the last hour, nothing waits longer than 2 s, 3 workers.`
pub(super) fn calm(figures: &Figures) -> String {
    let longest = figures.takeable().map(|wait| figures.now - wait.at).max();
    let waits = match longest {
        None => "nothing waits".to_owned(),
        // Upwards: no job waits longer than that.
        Some(wait) => format!("nothing waits longer than {}", lasting(wait + TimeDelta::seconds(1))),
    };
    let workers = count(figures.workers.len() as i64, "worker", "workers");
    let jobs = count(figures.ends.hour, "job", "jobs");
    format!("All is well: {jobs} in the last hour, {waits}, {workers}.")
}

/// What a rule watches, in a sentence with its threshold.
pub(super) fn watches(rule: Rule, limits: &AlertsConfig) -> String {
    let seconds = |seconds: u32| lasting(TimeDelta::seconds(seconds.into()));
    match rule {
        Rule::NobodyWorks => "No worker is there that takes jobs.".to_owned(),
        Rule::Stalled => {
            format!("Jobs run and others are due, but none has ended or begun for {}.", seconds(limits.stalled_seconds))
        }
        Rule::Overdue => {
            let own: Vec<String> =
                limits.own_limits().map(|(lane, most)| format!(", of {lane} {}", seconds(most))).collect();
            format!("A job has been due for {}{}.", seconds(limits.oldest_due_seconds), own.concat())
        }
        Rule::Failing => format!(
            "{} or more of a kind failed within {FAILING_MINUTES} minutes, and they are half of all or more.",
            count(limits.failing_attempts.max(1).into(), "attempt", "attempts"),
        ),
        Rule::Failed => format!(
            "{} or more failed within {} h and were neither retried nor discarded; muted errors do not count.",
            count(limits.failed_jobs.max(1).into(), "job", "jobs"),
            limits.failed_hours
        ),
        Rule::Vanished => {
            "A worker has not been seen for two leases, did not say that it stops, and none has started since."
                .to_owned()
        }
        Rule::Orphans => {
            format!("Nobody rescues a dead worker’s job within {} after its lease.", seconds(limits.orphan_seconds))
        }
        Rule::UnknownKinds => "Jobs wait of a kind that no worker knows.".to_owned(),
        Rule::Paused => {
            format!("A lane, kind or schedule has been paused for {}.", seconds(limits.paused_seconds))
        }
        Rule::MissedTicks => format!("A schedule has missed {} ticks in a row.", limits.missed_ticks.max(1)),
        Rule::Grows => {
            format!("A lane whose jobs are due is fuller at each third of {} minutes.", limits.grows_minutes.max(3))
        }
    }
}

/// A part that is about one thing.
fn single(rule: Rule, words: String, link: String) -> Part {
    let item = Item { subject: String::new(), words: format!("{words}."), link: link.clone() };
    Part { rule, words, link, items: vec![item], implied: false }
}

/// A part about several, whose words are those of the only one, or these.
fn several(rule: Rule, items: Vec<Item>, words: impl FnOnce(usize) -> String, link: &str) -> Option<Part> {
    let (words, link) = match items.as_slice() {
        [] => return None,
        [one] => (one.words.trim_end_matches('.').to_owned(), one.link.clone()),
        more => (words(more.len()), link.to_owned()),
    };
    Some(Part { rule, words, link, items, implied: false })
}

/// How many are due, as far as they were counted.
fn due(figures: &Figures) -> (i64, String) {
    let due: i64 = figures.takeable().map(|wait| wait.due).sum();
    let more = figures.takeable().any(|wait| wait.more);
    // More than are counted: then the number of all that wait says more.
    if more {
        let waiting = figures.waiting();
        return (waiting, format!("{} jobs wait", number(waiting)));
    }
    (due, format!("{} due", if due == 1 { "1 job is".to_owned() } else { format!("{} jobs are", number(due)) }))
}
