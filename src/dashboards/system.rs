//! How pages, hosts, processes, the database and the queue do, for whoever keeps the site running.

use super::known::{Known, each, percent};
use super::{Headline, Line, Panel};
use crate::charts::{Shape, Together, Unit};
use crate::metrics::buckets;
use crate::metrics::query::{Query, Span, Stands};

/// What can be told apart in one chart.
const LINES: usize = 4;

/// Answers by the class of their status.
fn answers(span: Span) -> Query {
    Query::counters("answer", &["n"], span).by("status")
}

fn database(span: Span) -> Query {
    let fields = ["numbackends", "active", "waiting", "commits_per_s", "rollbacks_per_s", "hit_percent", "wal_per_s"];
    Query::gauges("postgresql", &fields, Stands::Tick, span)
}

/// A chart of a line through means, which most are.
const fn panel(
    group: &'static str,
    (id, title): (&'static str, &'static str),
    definition: &'static str,
    unit: Unit,
    asks: fn(Span) -> Vec<Query>,
    lines: fn(&Known<'_>) -> Vec<Line>,
) -> Panel {
    Panel {
        group,
        id,
        title,
        definition,
        unit,
        shape: Shape::Lines,
        together: Together::Mean,
        headline: Headline::Whole,
        floor: None,
        asks,
        lines,
    }
}

/// The same where the highest matters.
const fn highest(panel: Panel) -> Panel {
    Panel { together: Together::Highest, ..panel }
}

const PAGES: &str = "Pages";
const HOSTS: &str = "Hosts";
const DATABASE: &str = "Database";
const QUEUE: &str = "Queue";

/// In the order in which they stand on the page.
pub static PANELS: [Panel; 18] = [
    panel(
        PAGES,
        ("answers", "Answers a second"),
        "What was answered: well (2xx and 3xx), refused (4xx), and failed through our fault (5xx).",
        Unit::Things("answer a second", "answers a second"),
        |span| vec![answers(span)],
        |known| {
            let class = |name: &str| known.of(0, name, 0);
            let well = super::known::both(&class("2xx"), &class("3xx"), |a, b| a + b);
            let lines = [("well", well), ("refused", class("4xx")), ("failed", class("5xx"))];
            lines.map(|(name, values)| Line::new(name, known.per(1.0, values))).into()
        },
    ),
    panel(
        PAGES,
        ("failures", "Answers that failed"),
        "Of a thousand answers, those that failed through our fault (5xx). More than ten are an alarm.",
        Unit::Things("of 1,000", "of 1,000"),
        |span| vec![answers(span)],
        |known| {
            let share = percent(&known.of(0, "5xx", 0), &known.total(0, 0));
            vec![Line::new("failed", each(share, |share| share * 10.0))]
        },
    ),
    highest(panel(
        PAGES,
        ("durations", "How long answers take"),
        "From the first byte of a request to the answer: half, 95 and 99 of a hundred take no longer.",
        Unit::Seconds,
        |span| vec![Query::counters("answer", &buckets::NAMES, span)],
        durations,
    )),
    highest(panel(
        PAGES,
        ("votes", "How long votes take"),
        "The same for votes alone, until the next photo is on its way. 95 of a hundred in 100 ms is what we promise.",
        Unit::Seconds,
        |span| vec![Query::counters("answer", &buckets::NAMES, span).only("part", &["vote"])],
        durations,
    )),
    panel(
        HOSTS,
        ("processors", "Processors"),
        "The share of all cores that was busy. Of one host also: busy in the kernel, idle but waiting for disks, and taken by other guests of the same machine.",
        Unit::Percent,
        |span| {
            let fields = ["usage_idle", "usage_user", "usage_system", "usage_iowait", "usage_steal"];
            vec![Query::gauges("cpu", &fields, Stands::Tick, span).by("host")]
        },
        processors,
    ),
    panel(
        HOSTS,
        ("memory", "Memory"),
        "The share of the host’s memory that nobody else could have. In a container this is the host’s; what bounds the container is in the table.",
        Unit::Percent,
        |span| vec![Query::gauges("mem", &["used_percent"], Stands::Tick, span).by("host")],
        |known| by_name(known, 0, 0),
    ),
    highest(panel(
        HOSTS,
        ("pressure", "Pressure"),
        "The share of the time in which something had to wait for a processor, for memory or for a disk (PSI, the worst host). The best single figure of whether a host has enough.",
        Unit::Percent,
        |span| vec![Query::largest("pressure", &["some_avg10"], Stands::Tick, span).by("resource")],
        |known| {
            let names = [("cpu", "processor"), ("memory", "memory"), ("io", "disk")];
            names.map(|(name, word)| Line::new(word, known.of(0, name, 0))).into()
        },
    )),
    highest(panel(
        HOSTS,
        ("disks", "Disks"),
        "How full disks are. More than 85 of a hundred are an alarm.",
        Unit::Percent,
        |span| vec![Query::largest("disk", &["used_percent"], Stands::Tick, span).by("path")],
        |known| by_name(known, 0, 0),
    )),
    panel(
        HOSTS,
        ("network", "Network a second"),
        "What came in and went out, over all interfaces that lead out.",
        Unit::Bytes,
        |span| vec![Query::gauges("net", &["recv_per_s", "sent_per_s"], Stands::Tick, span)],
        |known| vec![Line::new("in", known.total(0, 0)), Line::new("out", known.total(0, 1))],
    ),
    panel(
        HOSTS,
        ("own-memory", "Memory of our processes"),
        "What each of our processes has in memory.",
        Unit::Bytes,
        |span| vec![Query::gauges("procstat", &["memory_rss", "cpu_usage"], Stands::Tick, span).by("instance")],
        |known| by_name(known, 0, 0),
    ),
    panel(
        HOSTS,
        ("own-processors", "Processor time of our processes"),
        "Of one core; more than 100 % where a process keeps several busy.",
        Unit::Percent,
        |span| vec![Query::gauges("procstat", &["memory_rss", "cpu_usage"], Stands::Tick, span).by("instance")],
        |known| by_name(known, 0, 1),
    ),
    panel(
        DATABASE,
        ("connections", "Connections"),
        "Clients that are connected, those that work at the moment, and those that wait for a lock.",
        Unit::Things("connection", "connections"),
        |span| vec![database(span)],
        |known| {
            let names = ["connected", "at work", "waiting"];
            names.into_iter().enumerate().map(|(place, name)| Line::new(name, known.total(0, place))).collect()
        },
    ),
    panel(
        DATABASE,
        ("transactions", "Transactions a second"),
        "What was committed and what was rolled back.",
        Unit::Things("transaction a second", "transactions a second"),
        |span| vec![database(span)],
        |known| vec![Line::new("committed", known.total(0, 3)), Line::new("undone", known.total(0, 4))],
    ),
    highest(panel(
        DATABASE,
        ("oldest", "Oldest transaction"),
        "For how long the oldest open transaction has been so. It keeps what was deleted from being cleared away; more than five minutes are an alarm.",
        Unit::Seconds,
        |span| vec![Query::largest("postgresql", &["oldest_xact_s"], Stands::Tick, span)],
        |known| vec![Line::new("oldest", known.total(0, 0))],
    )),
    panel(
        DATABASE,
        ("reads", "Reads from memory"),
        "Blocks that were found in PostgreSQL’s memory, of a hundred that were read.",
        Unit::Percent,
        |span| vec![database(span)],
        |known| vec![Line::new("memory", known.total(0, 5))],
    ),
    panel(
        QUEUE,
        ("waiting", "Jobs that wait"),
        "Jobs that wait or are to be tried again, by lane.",
        Unit::Things("job", "jobs"),
        |span| {
            let depth = Query::gauges("queue", &["depth"], Stands::Tick, span).by("lane");
            vec![depth.only("state", &["new", "retried"])]
        },
        |known| by_name(known, 0, 0),
    ),
    highest(panel(
        QUEUE,
        ("due", "Longest wait"),
        "For how long the first of the jobs that are due has waited, by lane.",
        Unit::Seconds,
        |span| vec![Query::largest("queue", &["oldest_s"], Stands::Tick, span).by("lane")],
        |known| by_name(known, 0, 0),
    )),
    panel(
        QUEUE,
        ("ended", "Attempts a minute"),
        "Attempts of jobs that ended: done, to be tried again, and failed for good.",
        Unit::Things("attempt a minute", "attempts a minute"),
        |span| vec![Query::counters("job", &["n"], span).by("outcome")],
        |known| {
            let lines = [("finished", "done"), ("retried", "again"), ("failed", "failed")];
            lines.map(|(name, word)| Line::new(word, known.per(60.0, known.of(0, name, 0)))).into()
        },
    ),
];

fn durations(known: &Known<'_>) -> Vec<Line> {
    let shares = [("95 of 100", 0.95), ("half", 0.5), ("99 of 100", 0.99)];
    shares.map(|(name, share)| Line::new(name, known.quantile(0, None, 0, share))).into()
}

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
        hosts => hosts.iter().take(LINES).map(|host| Line::new(*host, busy(host))).collect(),
    }
}

/// A line for each value of a tag; of many, those with the highest figures.
fn by_name(known: &Known<'_>, answer: usize, field: usize) -> Vec<Line> {
    let names = known.names(answer);
    if names.is_empty() {
        return vec![Line::new("all", known.total(answer, field))];
    }
    let mut lines: Vec<Line> = names.into_iter().map(|name| Line::new(name, known.of(answer, name, field))).collect();
    let most = |line: &Line| line.values.iter().copied().flatten().fold(0.0, f64::max);
    lines.sort_by(|one, other| most(other).total_cmp(&most(one)).then_with(|| one.name.cmp(&other.name)));
    lines.truncate(LINES);
    lines
}
