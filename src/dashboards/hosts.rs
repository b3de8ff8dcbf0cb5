//! Hosts one by one, as they are now: how much of each resource is used, what waits for it, and what went wrong (Brendan Gregg's USE).

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::known::Known;
use crate::charts::{Unit, duration};
use crate::metrics::query::{Query, Resolution, Span, Stands, sql};

/// How far back: means and highest of these.
const MINUTES: i32 = 5;

/// A host, in words; `not known` where its kernel does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostRow {
    pub name: String,
    /// Of all cores.
    pub processors: String,
    /// Tasks that run or want to, for each core.
    pub load: String,
    /// The share of time in which something waited for a processor.
    pub processors_waited: String,
    pub memory: String,
    /// The share of time in which something waited for memory.
    pub memory_waited: String,
    /// The fullest.
    pub disk: String,
    /// The share of time in which the busiest disk was at work.
    pub disk_busy: String,
    /// The share of time in which something waited for a disk.
    pub disk_waited: String,
    /// Errors and drops of the network in a second.
    pub network: String,
    /// Processes that were killed for want of memory.
    pub killed: String,
    /// Since it was started.
    pub up: String,
}

/// Places of the questions.
const PROCESSORS: usize = 0;
const SYSTEM: usize = 1;
const MEMORY: usize = 2;
/// Of processors, memory and disks, from here on.
const WAITED: usize = 3;
const DISKS: usize = 6;
const DISK_TIME: usize = 7;
const NETWORK: usize = 8;
const KILLED: usize = 9;

fn questions(span: Span) -> Vec<Query> {
    let mean = |measurement, fields: &[&'static str]| Query::gauges(measurement, fields, Stands::Tick, span).by("host");
    let most =
        |measurement, fields: &[&'static str]| Query::largest(measurement, fields, Stands::Tick, span).by("host");
    let waited = |resource| most("pressure", &["some_avg10"]).only("resource", &[resource]);
    let minutes = Span { step: TimeDelta::minutes(1), steps: MINUTES, ..span };
    vec![
        mean("cpu", &["usage_idle"]),
        most("system", &["load1", "n_cpus", "uptime"]),
        mean("mem", &["used_percent"]),
        waited("cpu"),
        waited("memory"),
        waited("io"),
        most("disk", &["used_percent"]),
        most("diskio", &["io_percent"]),
        mean("net", &["errors_per_s", "drops_per_s"]),
        Query { span: minutes, ..most("cgroup", &["oom_kill"]) },
    ]
}

/// All hosts of which something was measured within the last minutes, by name.
pub async fn read(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<HostRow>, sqlx::Error> {
    let step = TimeDelta::minutes(MINUTES.into());
    // The last ten seconds may still be on their way.
    let end = now.timestamp().div_euclid(10) * 10;
    let end = DateTime::from_timestamp(end, 0).unwrap_or(now);
    let answers =
        sql::read(conn, &questions(Span { start: end - step, step, steps: 1, resolution: Resolution::Points })).await?;
    let known = Known { answers: answers.iter().collect(), seconds: step.num_seconds() as f64 };
    Ok(known.names(SYSTEM).into_iter().map(|host| HostRow::of(&known, host)).collect())
}

impl HostRow {
    fn of(known: &Known<'_>, host: &str) -> Self {
        let figure = |answer, field| known.of(answer, host, field).into_iter().flatten().next();
        let percent = |value: Option<f64>| said(value, |value| Unit::Percent.say(value));
        let number = |value: Option<f64>| said(value, |value| format!("{:.1}", value.max(0.0)));
        let load = figure(SYSTEM, 0).zip(figure(SYSTEM, 1)).map(|(load, cores)| load / cores.max(1.0));
        let wrong = figure(NETWORK, 0).zip(figure(NETWORK, 1)).map(|(errors, drops)| errors + drops);
        let kills: Vec<f64> = known.of(KILLED, host, 0).into_iter().flatten().collect();
        let killed = kills.first().zip(kills.last()).map(|(first, last)| last - first);
        HostRow {
            name: host.to_owned(),
            processors: percent(figure(PROCESSORS, 0).map(|idle| 100.0 - idle)),
            load: number(load),
            processors_waited: percent(figure(WAITED, 0)),
            memory: percent(figure(MEMORY, 0)),
            memory_waited: percent(figure(WAITED + 1, 0)),
            disk: percent(figure(DISKS, 0)),
            disk_busy: percent(figure(DISK_TIME, 0)),
            disk_waited: percent(figure(WAITED + 2, 0)),
            network: number(wrong),
            killed: said(killed, |killed| format!("{:.0}", killed.max(0.0))),
            up: said(figure(SYSTEM, 2), |seconds| duration((seconds / 60.0).round() * 60.0)),
        }
    }
}

fn said(value: Option<f64>, say: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| "not known".to_owned(), say)
}
