//! This process, and the control group that bounds it.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use procfs::WithCurrentSystemInfo;
use procfs::process::Process;

use super::super::point::{Point, Value};
use super::per_second;

/// Counters as they were a round before.
#[derive(Default)]
pub(super) struct Last {
    ticks: Option<u64>,
}

pub(super) fn points(last: &mut Last, host: &str, slot: &str, at: DateTime<Utc>, seconds: Option<f64>) -> Vec<Point> {
    let tags = || vec![("host", host.to_owned()), ("instance", slot.to_owned())];
    let mut points = Vec::new();
    let whole = |value: u64| Value::Whole(i64::try_from(value).unwrap_or(i64::MAX));
    if let Ok(process) = Process::myself()
        && let Ok(stat) = process.stat()
    {
        let mut fields = vec![
            ("memory_rss".into(), whole(stat.rss_bytes().get())),
            ("num_threads".into(), Value::Whole(stat.num_threads)),
        ];
        if let Ok(open) = process.fd_count() {
            fields.push(("num_fds".into(), whole(open as u64)));
        }
        let ticks = stat.utime + stat.stime;
        let rate =
            last.ticks.replace(ticks).zip(seconds).and_then(|(before, seconds)| per_second(before, ticks, seconds));
        if let Some(rate) = rate {
            // Of one core; more than 100 where it uses several.
            fields.push(("cpu_usage".into(), Value::Real(100.0 * rate / procfs::ticks_per_second().max(1) as f64)));
        }
        points.push(Point::gauge("procstat", at, tags(), fields));
    }
    let bounds = cgroup().map(|folder| {
        [("memory_current", "memory.current"), ("memory_max", "memory.max")]
            .into_iter()
            .filter_map(|(name, file)| Some((name.into(), whole(number(&folder.join(file))?))))
            .chain(oom_kills(&folder).map(|kills| ("oom_kill".into(), whole(kills))))
            .collect::<Vec<_>>()
    });
    if let Some(fields) = bounds.filter(|fields| !fields.is_empty()) {
        points.push(Point::gauge("cgroup", at, tags(), fields));
    }
    points
}

/// The folder of this process in version 2 of the hierarchy.
fn cgroup() -> Option<PathBuf> {
    let own = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let folder = Path::new("/sys/fs/cgroup").join(path);
    folder.join("memory.current").exists().then_some(folder)
}

/// The number in a file; `max` is none.
fn number(file: &Path) -> Option<u64> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// How many processes of the group were killed for want of memory.
fn oom_kills(folder: &Path) -> Option<u64> {
    let events = std::fs::read_to_string(folder.join("memory.events")).ok()?;
    events.lines().find_map(|line| line.strip_prefix("oom_kill "))?.trim().parse().ok()
}
