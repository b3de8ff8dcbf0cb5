//! Hosts: use, saturation and errors, and what our own processes take of them.

use crate::charts::Unit;
use crate::dashboards::known::{Known, each, percent};
use crate::dashboards::{Line, Panel};
use crate::metrics::query::{Query, Span, Stands};

const HOSTS: &str = "Hosts";

/// What one process takes.
fn own(span: Span) -> Query {
    Query::gauges("procstat", &["memory_rss", "cpu_usage"], Stands::Tick, span).by("instance")
}

pub(super) const PROCESSORS: Panel = Panel::means(
    HOSTS,
    ("processors", "Processors"),
    "The share of all cores that was busy. Of one host also: busy in the kernel, idle but waiting for disks, and taken by other guests of the same machine.",
    Unit::Percent,
    |span| {
        let fields = ["usage_idle", "usage_user", "usage_system", "usage_iowait", "usage_steal"];
        vec![Query::gauges("cpu", &fields, Stands::Tick, span).by("host")]
    },
    processors,
);

pub(super) const MEMORY: Panel = Panel::means(
    HOSTS,
    ("memory", "Memory"),
    "The share of the host’s memory that nobody else could have. In a container this is the host’s; what bounds the container is in the table.",
    Unit::Percent,
    |span| vec![Query::gauges("mem", &["used_percent"], Stands::Tick, span).by("host")],
    |known| Line::by_name(known, 0, 0),
);

pub(super) const PRESSURE: Panel = Panel::means(
    HOSTS,
    ("pressure", "Pressure"),
    "The share of the time in which something had to wait for a processor, for memory or for a disk (PSI, the worst host). The best single figure of whether a host has enough.",
    Unit::Percent,
    |span| vec![Query::largest("pressure", &["some_avg10"], Stands::Tick, span).by("resource")],
    |known| {
        let names = [("cpu", "processor"), ("memory", "memory"), ("io", "disk")];
        names.map(|(name, word)| Line::new(word, known.of(0, name, 0))).into()
    },
)
.highest();

pub(super) const DISKS: Panel = Panel::means(
    HOSTS,
    ("disks", "Disks"),
    "How full disks are. More than 85 of a hundred are an alarm.",
    Unit::Percent,
    |span| vec![Query::largest("disk", &["used_percent"], Stands::Tick, span).by("path")],
    |known| Line::by_name(known, 0, 0),
)
.highest();

pub(super) const NETWORK: Panel = Panel::means(
    HOSTS,
    ("network", "Network a second"),
    "What came in and went out, over all interfaces that lead out.",
    Unit::Bytes,
    |span| vec![Query::gauges("net", &["recv_per_s", "sent_per_s"], Stands::Tick, span)],
    |known| vec![Line::new("in", known.total(0, 0)), Line::new("out", known.total(0, 1))],
);

pub(super) const OWN_MEMORY: Panel = Panel::means(
    HOSTS,
    ("own-memory", "Memory of our processes"),
    "What each of our processes has in memory.",
    Unit::Bytes,
    |span| vec![own(span)],
    |known| Line::by_name(known, 0, 0),
);

pub(super) const OWN_PROCESSORS: Panel = Panel::means(
    HOSTS,
    ("own-processors", "Processor time of our processes"),
    "Of one core; more than 100 % where a process keeps several busy.",
    Unit::Percent,
    |span| vec![own(span)],
    |known| Line::by_name(known, 0, 1),
);

pub(super) const BOUNDS: Panel = Panel::means(
    HOSTS,
    ("bounds", "Memory of our control groups"),
    "What each process’s control group (cgroup v2: a container or a service) has in memory, of a hundred that it may have. At the bound the kernel ends a process, however much the host has left. Of what has no bound there are no figures.",
    Unit::Percent,
    |span| vec![Query::gauges("cgroup", &["memory_current", "memory_max"], Stands::Tick, span).by("instance")],
    |known| {
        let of = |name: &str| percent(&known.of(0, name, 0), &known.of(0, name, 1));
        Line::most(known.names(0).into_iter().map(|name| Line::new(name, of(name))).collect())
    },
)
.highest();

/// What one host is busy with, or how busy each of several is.
fn processors(known: &Known<'_>) -> Vec<Line> {
    let busy = |host: &str| each(known.of(0, host, 0), |idle| 100.0 - idle);
    match known.names(0).as_slice() {
        [] => vec![Line::new("busy", known.total(0, 0))],
        [host] => {
            let parts = [("kernel", 2), ("waiting", 3), ("taken", 4)];
            let part = |(name, place)| Line::new(name, known.of(0, host, place));
            std::iter::once(Line::new("busy", busy(host))).chain(parts.map(part)).collect()
        }
        hosts => Line::most(hosts.iter().map(|host| Line::new(*host, busy(host))).collect()),
    }
}
