//! What people do, as far as it is nobody’s business but that of whoever keeps the site running.

use crate::charts::Unit;
use crate::dashboards::known::{each, ratio};
use crate::dashboards::{Line, Panel};
use crate::metrics::query::{Query, Span, Stands};

const PEOPLE: &str = "People and photos";

/// In seconds.
const DAY: f64 = 86_400.0;

fn votes(span: Span) -> Query {
    Query::counters("vote", &["n"], span)
}

fn active(field: &'static str, stands: Stands, span: Span) -> Query {
    Query::gauges("active", &[field], stands, span)
}

pub(super) const PACE: Panel = Panel::means(
    PEOPLE,
    ("pace", "Votes of each who rates"),
    "Votes in a day at the pace of the moment, for each of those who have rated within 24 hours.",
    Unit::Things("vote a day", "votes a day"),
    |span| vec![votes(span), active("h24", Stands::TenMinutes, span)],
    |known| vec![Line::new("votes", ratio(&known.per(DAY, known.total(0, 0)), &known.total(1, 0)))],
);

pub(super) const RETURNING: Panel = Panel::means(
    PEOPLE,
    ("returning", "Who came back"),
    "Of a hundred who have rated within 24 hours, those who had rated in the seven days before that too. Counted once an hour.",
    Unit::Percent,
    |span| vec![active("returning", Stands::Hour, span), active("h24", Stands::TenMinutes, span)],
    |known| {
        // Both are counted, though not at the same moment.
        let share = each(ratio(&known.total(0, 0), &known.total(1, 0)), |share| (100.0 * share).min(100.0));
        vec![Line::new("came back", share)]
    },
)
.newest();

pub(super) const JOINED_WITH_VOTES: Panel = Panel::means(
    PEOPLE,
    ("merges", "Joined with votes"),
    "Visitors whose votes without a name came along when they joined or logged in.",
    Unit::Things("visitor", "visitors"),
    |span| vec![Query::counters("account", &["n"], span).only("event", &["merged"])],
    |known| vec![Line::new("visitors", known.total(0, 0))],
)
.counted();

pub(super) const REPORTS: Panel = Panel::means(
    PEOPLE,
    ("reports", "Reports"),
    "Photos that were reported to moderators, for every thousand votes of the same time.",
    Unit::Things("for 1,000 votes", "for 1,000 votes"),
    |span| vec![Query::counters("visit", &["n"], span).only("event", &["report"]), votes(span)],
    |known| vec![Line::new("reports", each(ratio(&known.total(0, 0), &known.total(1, 0)), |share| 1000.0 * share))],
);

pub(super) const UPLOADS: Panel = Panel::means(
    PEOPLE,
    ("uploads", "Uploads a minute"),
    "Photos that were sent in and taken, and uploads that were refused. Forty within five minutes, if that is five times as many as usual, are an alarm.",
    Unit::Things("upload a minute", "uploads a minute"),
    |span| vec![Query::counters("photo", &["n"], span).by("event").only("event", &["submitted", "refused"])],
    |known| {
        let line = |name, event| Line::new(name, known.per(60.0, known.of(0, event, 0)));
        vec![line("taken", "submitted"), line("refused", "refused")]
    },
);

pub(super) const REFUSALS: Panel = Panel::means(
    PEOPLE,
    ("refusals", "Uploads not taken"),
    "Uploads that were refused, by reason, and those that were taken and of which no pictures could be made (unusable). The four most common reasons.",
    Unit::Things("upload", "uploads"),
    |span| vec![Query::counters("refusal", &["n"], span).by("reason")],
    |known| {
        let words = |line: Line| Line { name: line.name.replace('_', " "), ..line };
        Line::by_name(known, 0, 0).into_iter().map(words).collect()
    },
)
.counted();

pub(super) const RANKS: Panel = Panel::means(
    PEOPLE,
    ("ranks", "Age of the ranks"),
    "For how long ranks and scores have been as they are. They are worked out every minute while people vote; what grows here is a ranking job that is missing, or slow.",
    Unit::Seconds,
    |span| vec![Query::largest("standings", &["age_s"], Stands::Tick, span)],
    |known| vec![Line::new("ranks", known.total(0, 0))],
)
.highest()
.newest();
