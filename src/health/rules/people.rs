//! Does anything want somebody to look at it?

use chrono::{DateTime, TimeDelta, Utc};

use super::super::figures::{Figures, Paused, Running};
use super::super::past::{FAILING_MINUTES, FailedAlike, Failing};
use super::super::words::{count, lasting, list, number, shortened};
use super::super::workers::Vanished;
use super::super::{Item, Part, Rule, link};
use super::{several, single};
use crate::config::AlertsConfig;
use crate::queue::board::{By, JobFilter, JobState};

/// Groups of errors that are named; the others are one thing together.
const NAMED: usize = 5;

/// For so long an error is new.
const NEW: TimeDelta = TimeDelta::hours(24);

/// Characters of an error that are shown.
const SHOWN: usize = 80;

/// Where what they need is away, such as a mail server.
pub(super) fn failing(figures: &Figures, limits: &AlertsConfig) -> Option<Part> {
    let least = i64::from(limits.failing_attempts.max(1));
    // A kind that rests is tried too seldom to be counted.
    let fails =
        |kind: &&Failing| (kind.failed >= least && 2 * kind.failed >= kind.attempts) || figures.rests(&kind.kind);
    let item = |kind: &Failing| {
        let (attempts, failed) = (count(kind.attempts, "attempt", "attempts"), number(kind.failed));
        let failed = if kind.failed == kind.attempts { "all".to_owned() } else { failed };
        let error = kind.error.as_deref().map(|error| format!(": {}", shortened(error, SHOWN))).unwrap_or_default();
        let rests = if figures.rests(&kind.kind) { ", so the others rest until one does not" } else { "" };
        let filter = JobFilter { kind: Some(kind.kind.clone()), ..in_state(JobState::Retrying) };
        Item {
            subject: kind.kind.clone(),
            words: format!(
                "Of {attempts} of {} within {FAILING_MINUTES} minutes {failed} failed{rests}{error}.",
                kind.kind
            ),
            link: link::jobs(&filter),
        }
    };
    let items = figures.ends.failing.iter().filter(fails).map(item).collect();
    several(Rule::Failing, items, |many| format!("Most attempts of {many} kinds fail"), "/ops/jobs?state=retrying")
}

pub(super) fn failed(figures: &Figures) -> Option<Part> {
    let failures = &figures.failures;
    let since = failures.since.filter(|_| failures.jobs >= figures.failed_jobs)?;
    let mut items: Vec<Item> = failures.groups.iter().take(NAMED).map(|group| alike(figures, group)).collect();
    let rest = failures.groups.get(NAMED..).unwrap_or_default();
    if !rest.is_empty() {
        let jobs = count(rest.iter().map(|group| group.jobs).sum(), "job", "jobs");
        let words = format!("{jobs} failed with {} other errors.", rest.len());
        items.push(Item { subject: "others".into(), words, link: link::ERRORS.into() });
    }
    let words = format!(
        "{} failed {} {}",
        if failures.more { format!("{} or more", number(failures.jobs)) } else { number(failures.jobs) },
        when(figures, failures.more, since),
        match failures.groups.len() {
            1 => "with the same error".to_owned(),
            groups => format!("in {groups} error groups"),
        }
    );
    let link = match failures.groups.as_slice() {
        [FailedAlike { group: Some(group), .. }] => link::error(*group),
        // Jobs that failed under older programs have no group.
        [FailedAlike { group: None, .. }] => {
            let since = Some(if failures.more { figures.failed_since } else { since });
            link::jobs(&JobFilter { since, by: By::Ended, ..in_state(JobState::Failed) })
        }
        _ => link::ERRORS.to_owned(),
    };
    Some(Part { rule: Rule::Failed, words, link, items, implied: false })
}

fn when(figures: &Figures, more: bool, since: DateTime<Utc>) -> String {
    if more {
        return format!("within {}", lasting(figures.now - figures.failed_since));
    }
    let clock = if figures.now - since > TimeDelta::hours(20) { "%-d %B, %H:%M UTC" } else { "%H:%M UTC" };
    format!("since {}", since.format(clock))
}

fn alike(figures: &Figures, group: &FailedAlike) -> Item {
    let jobs = match &group.kind {
        Some(kind) => format!("{} of {kind}", count(group.jobs, "job", "jobs")),
        None => count(group.jobs, "job", "jobs"),
    };
    let is_new = group.first_seen_at.is_some_and(|first| figures.now - first < NEW);
    let new = if is_new { " with a new error" } else { "" };
    let text = group.text.as_deref().map(|text| format!(": {}", shortened(text, SHOWN))).unwrap_or_default();
    Item {
        subject: group.group.map(|id| id.to_string()).unwrap_or_else(|| "older".into()),
        words: format!("{jobs} failed{new} since {}{text}", group.since.format("%-d %B, %H:%M UTC")),
        link: match group.group {
            Some(id) => link::error(id),
            None => link::jobs(&in_state(JobState::Failed)),
        },
    }
}

pub(super) fn vanished(figures: &Figures) -> Option<Part> {
    let item = |worker: &Vanished| Item {
        subject: worker.number.to_string(),
        words: format!(
            "Worker {} on {}, process {}, has not been seen for {} and did not say that it stops.",
            worker.number,
            worker.host,
            worker.pid,
            lasting(figures.now - worker.seen_at)
        ),
        link: format!("/ops/workers/{}", worker.number),
    };
    let items = figures.vanished.iter().map(item).collect();
    several(Rule::Vanished, items, |many| format!("{many} workers have vanished"), "/ops/workers")
}

pub(super) fn orphans(figures: &Figures, limits: &AlertsConfig) -> Option<Part> {
    let grace = TimeDelta::seconds(limits.orphan_seconds.into());
    let lost = |job: &&Running| job.lease_until.is_none_or(|until| figures.now - until > grace);
    let orphans: Vec<&Running> = figures.running.iter().filter(lost).collect();
    let first = orphans.first()?;
    let same = orphans.iter().all(|job| job.worker == first.worker);
    let link = match first.worker.filter(|_| same) {
        Some(worker) => link::jobs(&JobFilter { worker: Some(worker), ..in_state(JobState::Processing) }),
        None => "/ops/workers".to_owned(),
    };
    let jobs = match orphans.len() {
        1 => "1 job is held by a worker that is gone".to_owned(),
        many => format!("{many} jobs are held by workers that are gone"),
    };
    Some(single(
        Rule::Orphans,
        format!("{jobs}, and nobody rescues {}", if orphans.len() == 1 { "it" } else { "them" }),
        link,
    ))
}

pub(super) fn unknown_kinds(figures: &Figures) -> Option<Part> {
    let mut items: Vec<Item> = Vec::new();
    let waiting = [JobState::Queued, JobState::Retrying];
    for found in figures.counts.iter().filter(|count| waiting.contains(&count.state) && !figures.is_known(&count.kind))
    {
        if items.iter().any(|item| item.subject == found.kind) {
            continue;
        }
        let here = figures.counts.iter().filter(|count| count.kind == found.kind && waiting.contains(&count.state));
        let jobs: i64 = here.map(|count| count.count).sum();
        items.push(Item {
            subject: found.kind.clone(),
            words: format!(
                "{} of the kind {} {}, which no worker knows.",
                count(jobs, "job", "jobs"),
                shortened(&found.kind, SHOWN),
                if jobs == 1 { "waits" } else { "wait" }
            ),
            link: link::jobs(&JobFilter { kind: Some(found.kind.clone()), ..in_state(found.state) }),
        });
    }
    let kinds: Vec<String> = items.iter().map(|item| shortened(&item.subject, SHOWN)).collect();
    let words = |_| format!("Jobs wait of kinds that no worker knows: {}", list(&kinds));
    several(Rule::UnknownKinds, items, words, "/ops/kinds")
}

pub(super) fn paused(figures: &Figures, limits: &AlertsConfig) -> Option<Part> {
    let long = |paused: &&Paused| figures.now - paused.since > TimeDelta::seconds(limits.paused_seconds.into());
    let items: Vec<Item> = figures.pauses.iter().filter(long).map(|paused| pause(figures, paused)).collect();
    let words = |many| {
        format!(
            "{many} things are paused for longer than {}",
            lasting(TimeDelta::seconds(limits.paused_seconds.into()))
        )
    };
    several(Rule::Paused, items, words, "/ops/lanes")
}

pub(super) fn all_paused(figures: &Figures) -> Vec<Item> {
    figures.pauses.iter().map(|paused| pause(figures, paused)).collect()
}

fn pause(figures: &Figures, paused: &Paused) -> Item {
    let by = paused.by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default();
    let until = paused.until.map(|until| format!(", until {}", until.format("%-d %B, %H:%M UTC"))).unwrap_or_default();
    let reason = paused.reason.as_deref().map(|reason| format!(": “{}”", shortened(reason, SHOWN))).unwrap_or_default();
    let since = lasting(figures.now - paused.since);
    Item {
        subject: format!("{} {}", paused.noun, paused.name),
        words: format!("The {} {} has been paused for {since}{by}{until}{reason}.", paused.noun, paused.name),
        link: match paused.noun.as_str() {
            "lane" => link::jobs(&JobFilter { lane: Some(paused.name.clone()), ..in_state(JobState::Queued) }),
            "kind" => link::jobs(&JobFilter { kind: Some(paused.name.clone()), ..in_state(JobState::Queued) }),
            _ => link::schedule(&paused.name),
        },
    }
}

fn in_state(state: JobState) -> JobFilter {
    JobFilter { state: Some(state), ..JobFilter::default() }
}
