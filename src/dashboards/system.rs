//! How pages, hosts, processes, the database and the queue do, for whoever keeps the site running.

mod hosts;
mod people;

use super::known::{Known, both, each, percent};
use super::{Line, Panel};
use crate::charts::Unit;
use crate::metrics::buckets;
use crate::metrics::query::{Query, Span, Stands};

/// Answers by the class of their status.
fn answers(span: Span) -> Query {
    Query::counters("answer", &["n"], span).by("status")
}

fn database(span: Span) -> Query {
    let fields = ["numbackends", "active", "waiting", "commits_per_s", "rollbacks_per_s", "hit_percent", "wal_per_s"];
    Query::gauges("postgresql", &fields, Stands::Tick, span)
}

const PAGES: &str = "Pages";
const DATABASE: &str = "Database";
/// The heading above charts of the queue.
pub const QUEUE: &str = "Queue";

/// Those that hang on a wall, where there is room for a dozen; what is wrong stands above them, whichever chart it is about.
pub const WALL: [&str; 12] = [
    "answers",
    "failures",
    "durations",
    "votes",
    "processors",
    "memory",
    "pressure",
    "disks",
    "connections",
    "waiting",
    "due",
    "ended",
];

/// In the order in which they stand on the page.
pub static PANELS: [Panel; 26] = [
    Panel::means(
        PAGES,
        ("answers", "Answers a second"),
        "What was answered: well (2xx and 3xx), refused (4xx), and failed through our fault (5xx).",
        Unit::Things("answer a second", "answers a second"),
        |span| vec![answers(span)],
        |known| {
            let class = |name: &str| known.of(0, name, 0);
            let well = both(&class("2xx"), &class("3xx"), |a, b| a + b);
            let lines = [("well", well), ("refused", class("4xx")), ("failed", class("5xx"))];
            lines.map(|(name, values)| Line::new(name, known.per(1.0, values))).into()
        },
    ),
    Panel::means(
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
    Panel::means(
        PAGES,
        ("durations", "How long answers take"),
        "From the first byte of a request to the answer: half, 95 and 99 of a hundred take no longer.",
        Unit::Seconds,
        |span| vec![Query::counters("answer", &buckets::NAMES, span)],
        durations,
    )
    .highest(),
    Panel::means(
        PAGES,
        ("votes", "How long votes take"),
        "The same for votes alone, until the next photo is on its way. 95 of a hundred in 100 ms is what we promise.",
        Unit::Seconds,
        |span| vec![Query::counters("answer", &buckets::NAMES, span).only("part", &["vote"])],
        durations,
    )
    .highest(),
    hosts::PROCESSORS,
    hosts::MEMORY,
    hosts::PRESSURE,
    hosts::DISKS,
    hosts::NETWORK,
    hosts::OWN_MEMORY,
    hosts::OWN_PROCESSORS,
    hosts::BOUNDS,
    Panel::means(
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
    Panel::means(
        DATABASE,
        ("transactions", "Transactions a second"),
        "What was committed and what was rolled back.",
        Unit::Things("transaction a second", "transactions a second"),
        |span| vec![database(span)],
        |known| vec![Line::new("committed", known.total(0, 3)), Line::new("undone", known.total(0, 4))],
    ),
    Panel::means(
        DATABASE,
        ("oldest", "Oldest transaction"),
        "For how long the oldest open transaction has been so. It keeps what was deleted from being cleared away; more than five minutes are an alarm.",
        Unit::Seconds,
        |span| vec![Query::largest("postgresql", &["oldest_xact_s"], Stands::Tick, span)],
        |known| vec![Line::new("oldest", known.total(0, 0))],
    )
    .highest(),
    Panel::means(
        DATABASE,
        ("reads", "Reads from memory"),
        "Blocks that were found in PostgreSQL’s memory, of a hundred that were read.",
        Unit::Percent,
        |span| vec![database(span)],
        |known| vec![Line::new("memory", known.total(0, 5))],
    ),
    Panel::means(
        QUEUE,
        ("waiting", "Jobs that wait"),
        "Jobs that wait or are to be tried again, by lane.",
        Unit::Things("job", "jobs"),
        |span| {
            let depth = Query::gauges("queue", &["depth"], Stands::Tick, span).by("lane");
            vec![depth.only("state", &["new", "retried"])]
        },
        |known| Line::by_name(known, 0, 0),
    ),
    Panel::means(
        QUEUE,
        ("due", "Longest wait"),
        "For how long the first of the jobs that are due has waited, by lane.",
        Unit::Seconds,
        |span| vec![Query::largest("queue", &["oldest_s"], Stands::Tick, span).by("lane")],
        |known| Line::by_name(known, 0, 0),
    )
    .highest(),
    Panel::means(
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
    people::PACE,
    people::RETURNING,
    people::JOINED_WITH_VOTES,
    people::REPORTS,
    people::UPLOADS,
    people::REFUSALS,
    people::RANKS,
];

fn durations(known: &Known<'_>) -> Vec<Line> {
    let shares = [("95 of 100", 0.95), ("half", 0.5), ("99 of 100", 0.99)];
    shares.map(|(name, share)| Line::new(name, known.quantile(0, None, 0, share))).into()
}
