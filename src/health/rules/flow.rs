//! Does it flow?

use chrono::TimeDelta;

use super::super::figures::{Figures, Wait};
use super::super::words::{count, lasting, list, number};
use super::super::{Flow, Item, Part, Rule, link};
use super::{due, several, single};
use crate::config::AlertsConfig;
use crate::queue::JobKind;
use crate::queue::board::{JobCount, JobFilter, JobState, Sort};

/// A lane whose oldest job has been due for no longer does not count as growing.
const SHORT: TimeDelta = TimeDelta::seconds(60);

pub(super) fn nobody_works(figures: &Figures) -> Option<Part> {
    if figures.takers().next().is_some() {
        return None;
    }
    let (jobs, words) = due(figures);
    let what = match (figures.workers.len(), jobs) {
        (0, 0) => "Nobody works; nothing is due yet".to_owned(),
        (0, _) => format!("Nobody works, though {words}"),
        (quiet, _) => {
            let quiet =
                if quiet == 1 { "the only worker is quiet".into() } else { format!("{quiet} workers are quiet") };
            format!("Nobody takes jobs: {quiet}{}", if jobs > 0 { format!(", and {words}") } else { String::new() })
        }
    };
    let link = match figures.takeable().next() {
        Some(oldest) => link::jobs(&in_order(oldest.state, None)),
        None => "/ops/workers".to_owned(),
    };
    Some(single(Rule::NobodyWorks, what, link))
}

pub(super) fn stalled(figures: &Figures, limits: &AlertsConfig) -> Option<Part> {
    let patience = TimeDelta::seconds(limits.stalled_seconds.into());
    let moved = |at| figures.now - at < patience;
    // A minute is noted by its beginning.
    let ended = figures.ends.last.is_some_and(|minute| moved(minute + TimeDelta::minutes(1)));
    let began = figures.running.iter().any(|job| job.started_at.is_none_or(moved));
    let is_due = figures.takeable().any(|wait| figures.is_known(&wait.kind));
    if figures.running.is_empty() || ended || began || !is_due {
        return None;
    }
    let last = figures.ends.last.into_iter().chain(figures.running.iter().filter_map(|job| job.started_at)).max();
    let since = last.map_or(patience, |last| figures.now - last);
    let (_, waiting) = due(figures);
    let words =
        format!("Stalled: {} running, nothing ended for {}, and {waiting}", figures.running.len(), lasting(since));
    Some(single(
        Rule::Stalled,
        words,
        link::jobs(&JobFilter { state: Some(JobState::Processing), ..JobFilter::default() }),
    ))
}

pub(super) fn overdue(figures: &Figures, limits: &AlertsConfig) -> Option<Part> {
    let mut items: Vec<Item> = Vec::new();
    // The oldest come first.
    for wait in figures.takeable().filter(|wait| figures.is_known(&wait.kind)) {
        let most = TimeDelta::seconds(limits.oldest_due(&wait.lane).into());
        if figures.now - wait.at > most && !items.iter().any(|item| item.subject == wait.lane) {
            items.push(overdue_lane(figures, wait, most));
        }
    }
    let lanes: Vec<String> = items.iter().map(|item| item.subject.clone()).collect();
    let oldest = figures.takeable().next().map(|wait| lasting(figures.now - wait.at)).unwrap_or_default();
    let words = |_| format!("Jobs of {} wait for too long, the oldest for {oldest}", list(&lanes));
    several(Rule::Overdue, items, words, "/ops/lanes")
}

fn overdue_lane(figures: &Figures, wait: &Wait, most: TimeDelta) -> Item {
    let here = || figures.takeable().filter(|other| other.lane == wait.lane);
    let due: i64 = here().map(|wait| wait.due).sum();
    let more = if here().any(|wait| wait.more) { "or more " } else { "" };
    let are = if due == 1 { "job is" } else { "jobs are" };
    let words = format!(
        "{} {more}{are} due in the lane {}, the oldest for {} (the limit is {}).",
        number(due),
        wait.lane,
        lasting(figures.now - wait.at),
        lasting(most)
    );
    let link = link::jobs(&in_order(wait.state, Some(&wait.lane)));
    Item { subject: wait.lane.clone(), words, link }
}

pub(super) fn missed_ticks(figures: &Figures) -> Option<Part> {
    let item = |late: &super::super::past::LateSchedule| Item {
        subject: late.name.clone(),
        words: format!(
            "The schedule {} has missed {}; the last was at {}.",
            late.name,
            count(late.missed, "tick", "ticks"),
            late.last.format("%-d %B, %H:%M UTC")
        ),
        link: link::schedule(&late.name),
    };
    let items = figures.late.iter().map(item).collect();
    several(Rule::MissedTicks, items, |many| format!("{many} schedules have missed ticks"), "/ops/schedules")
}

pub(super) fn grows(figures: &Figures) -> Option<Part> {
    let mut items = Vec::new();
    for growth in &figures.growth {
        let oldest = figures.takeable().find(|wait| wait.lane == growth.lane);
        let Some(oldest) = oldest.filter(|wait| figures.now - wait.at > SHORT) else { continue };
        let ends = ended_in(figures, &growth.lane);
        let drains = match ends {
            0 => "nothing ends there".to_owned(),
            ends => {
                let minutes = growth.to.saturating_mul(growth.minutes) / ends;
                format!("with nothing new it would drain in {}", lasting(TimeDelta::minutes(minutes.min(5_000_000))))
            }
        };
        items.push(Item {
            subject: growth.lane.clone(),
            words: format!(
                "The lane {} grows: {} waited {} minutes ago and {} now; {drains}.",
                growth.lane,
                number(growth.from),
                growth.minutes,
                number(growth.to)
            ),
            link: link::jobs(&in_order(oldest.state, Some(&growth.lane))),
        });
    }
    let lanes: Vec<String> = items.iter().map(|item: &Item| item.subject.clone()).collect();
    several(Rule::Grows, items, |_| format!("The lanes {} grow", list(&lanes)), "/ops/lanes")
}

pub(super) fn lanes(figures: &Figures, limits: &AlertsConfig) -> Vec<Flow> {
    let mut lanes: Vec<&str> = figures.counts.iter().map(|count| count.lane.as_str()).collect();
    lanes.sort_unstable();
    lanes.dedup();
    let minutes = i64::from(limits.grows_minutes.max(1));
    let flow = |lane: &str| {
        let ended = ended_in(figures, lane);
        let waits =
            |count: &&JobCount| count.lane == lane && matches!(count.state, JobState::Queued | JobState::Retrying);
        let waiting: i64 = figures.counts.iter().filter(waits).map(|count| count.count).sum();
        let left = TimeDelta::minutes((waiting.saturating_mul(minutes) / ended.max(1)).min(5_000_000));
        Flow {
            lane: lane.to_owned(),
            oldest: figures.takeable().find(|wait| wait.lane == lane).map(|wait| lasting(figures.now - wait.at)),
            ended_per_minute: ended as f64 / minutes as f64,
            drains_in: (ended > 0 && waiting > 0 && !figures.is_paused("lane", lane)).then(|| lasting(left)),
        }
    };
    lanes.into_iter().map(flow).collect()
}

/// Attempts that ended lately.
fn ended_in(figures: &Figures, lane: &str) -> i64 {
    let here = |kind: &str| lane_of(figures, kind) == Some(lane);
    figures.ends.lately.iter().filter(|(kind, _)| here(kind)).map(|(_, ended)| ended).sum()
}

/// What waits, in the order in which it is taken.
fn in_order(state: JobState, lane: Option<&str>) -> JobFilter {
    JobFilter { state: Some(state), lane: lane.map(str::to_owned), sort: Sort::Next, ..JobFilter::default() }
}

/// What this program says, or where its jobs are.
fn lane_of<'a>(figures: &'a Figures, kind: &str) -> Option<&'a str> {
    let known = kind.parse::<JobKind>().ok().map(|kind| kind.definition().lane.name());
    known.or_else(|| figures.counts.iter().find(|count| count.kind == kind).map(|count| count.lane.as_str()))
}
