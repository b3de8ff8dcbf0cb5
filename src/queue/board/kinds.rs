//! Kinds of jobs: what they do, how many there are, how long they take.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use strum::VariantArray;

use super::crew::resting_kinds;
use super::latencies::{Histogram, Latencies, Measure, last_hour, latencies};
use super::{JobCount, JobState, Pause, all_paused, counts, lanes::oldest_due};
use crate::queue::JobKind;

/// Quantiles in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantiles {
    /// How many were measured.
    pub count: i64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
}

impl Quantiles {
    /// Nothing of nothing.
    pub fn of(histogram: &Histogram) -> Option<Self> {
        let quantile = |share| histogram.quantile(share);
        Some(Quantiles { count: histogram.total(), p50: quantile(0.5)?, p95: quantile(0.95)?, p99: quantile(0.99)? })
    }
}

/// A kind of which attempts ended within the last hour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindPace {
    pub kind: String,
    /// From when they were due until they started.
    pub wait: Option<Quantiles>,
    /// From their start to their end.
    pub run: Option<Quantiles>,
}

/// By kind.
pub async fn kinds_pace(conn: &mut PgConnection) -> Result<Vec<KindPace>, sqlx::Error> {
    let pace = |(kind, [wait, run]): (String, [Histogram; 2])| KindPace {
        kind,
        wait: Quantiles::of(&wait),
        run: Quantiles::of(&run),
    };
    Ok(last_hour(conn).await?.into_iter().map(pace).collect())
}

/// What was measured within a time, and in the time before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Compared {
    pub now: Option<Quantiles>,
    pub before: Option<Quantiles>,
}

impl Compared {
    /// By how much p95 has changed, as a factor.
    pub fn change(&self) -> Option<f64> {
        let (now, before) = (self.now?, self.before?);
        (before.p95 > 0.0).then(|| now.p95 / before.p95)
    }
}

/// Waits and runs of the last hour and the last 24.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct KindTimes {
    pub wait_hour: Compared,
    pub run_hour: Compared,
    pub wait_day: Compared,
    pub run_day: Compared,
}

/// A kind as operators see it.
#[derive(Debug, Clone, Serialize)]
pub struct KindRow {
    pub name: String,
    pub lane: String,
    /// What it does; nothing for a kind that this program does not know.
    pub summary: Option<&'static str>,
    /// By state; none that has none.
    pub counts: Vec<(JobState, i64)>,
    /// Since when the one that waits longest has been due.
    pub oldest_due: Option<DateTime<Utc>>,
    pub pause: Option<Pause>,
    /// Does a worker let it rest, since one attempt after the other failed alike?
    pub rests: bool,
    pub pace: KindTimes,
}

impl KindRow {
    /// How many are in this state.
    pub fn count(&self, state: JobState) -> i64 {
        self.counts.iter().filter(|(of, _)| *of == state).map(|(_, count)| count).sum()
    }
}

/// Every kind that this program knows, and every other of which there are jobs.
pub async fn kind_rows(conn: &mut PgConnection) -> Result<Vec<KindRow>, sqlx::Error> {
    let counts = counts(conn).await?;
    let latencies = latencies(conn).await?;
    let paused = all_paused(conn).await?;
    let due = oldest_due(conn).await?;
    let resting = resting_kinds(conn).await?;
    let row = |name: String| {
        let known = name.parse::<JobKind>().ok().map(JobKind::definition);
        let lane = known.map(|known| known.lane.name().to_owned());
        let elsewhere = || counts.iter().find(|count| count.kind == name).map(|count| count.lane.clone());
        KindRow {
            lane: lane.or_else(elsewhere).unwrap_or_default(),
            summary: known.map(|known| known.summary),
            counts: by_state(&counts, &name),
            oldest_due: due.iter().filter(|due| due.kind == name).map(|due| due.at).min(),
            pause: paused
                .iter()
                .find(|paused| paused.noun == "kind" && paused.name == name)
                .map(|paused| paused.pause.clone()),
            rests: resting.contains(&name),
            pace: pace_of(&latencies, &name),
            name,
        }
    };
    Ok(names(&counts).into_iter().map(row).collect())
}

fn names(counts: &[JobCount]) -> Vec<String> {
    let known = JobKind::VARIANTS.iter().map(|kind| kind.name().to_owned());
    let mut names: Vec<String> = known.chain(counts.iter().map(|count| count.kind.clone())).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn by_state(counts: &[JobCount], kind: &str) -> Vec<(JobState, i64)> {
    let of = |state: JobState| -> i64 {
        counts.iter().filter(|count| count.kind == kind && count.state == state).map(|count| count.count).sum()
    };
    JobState::VARIANTS.iter().map(|&state| (state, of(state))).filter(|(_, count)| *count != 0).collect()
}

/// Waits and runs of a kind.
pub(super) fn pace_of(latencies: &Latencies, kind: &str) -> KindTimes {
    let compared = |period: super::latencies::Period| Compared {
        now: Quantiles::of(&period.now),
        before: Quantiles::of(&period.before),
    };
    KindTimes {
        wait_hour: compared(latencies.hour(kind, Measure::Wait)),
        run_hour: compared(latencies.hour(kind, Measure::Run)),
        wait_day: compared(latencies.day(kind, Measure::Wait)),
        run_day: compared(latencies.day(kind, Measure::Run)),
    }
}
