//! What is wrong with pages, hosts or the database, the worst first, in sentences. Looked at over the last minutes, whatever range a
//! page shows, and from PostgreSQL's figures alone.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::known::Known;
use crate::charts::{Unit, duration};
use crate::metrics::buckets;
use crate::metrics::query::{Answer, Query, Range, Span, Stands, sql};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// A sentence without its full stop.
    pub words: String,
    /// The chart that shows it.
    pub chart: &'static str,
}

/// How the machinery does.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// Nothing when all is well.
    pub troubles: Vec<Trouble>,
    /// What is said when all is well.
    pub calm: String,
}

/// How long is looked at.
const MINUTES: i64 = 5;

/// Failed answers of a hundred; full disks and connections in use of a hundred; memory pressure; seconds of a vote and of a transaction.
const FAILED: f64 = 1.0;
const DISK: f64 = 85.0;
const CONNECTIONS: f64 = 80.0;
const PRESSURE: f64 = 10.0;
const VOTE: f64 = 0.1;
const TRANSACTION: f64 = 300.0;
const TRANSACTION_IDS: f64 = 50.0;

/// Places of the questions.
const ANSWERS: usize = 0;
const VOTES: usize = 1;
const DISKS: usize = 2;
const MEMORY: usize = 3;
const SESSIONS: usize = 4;
const UP: usize = 5;
const HALF_HOUR_VOTES: usize = 6;
const HALF_HOUR_CARDS: usize = 7;
const PROCESSORS: usize = 8;
const LOST: usize = 9;
const INFLUX: usize = 10;

fn questions(now: DateTime<Utc>) -> Vec<Query> {
    let end = Range::QuarterHour.span(now).end();
    let last = |minutes: i64| Span {
        start: end - TimeDelta::minutes(minutes),
        step: TimeDelta::minutes(minutes),
        steps: 1,
        resolution: crate::metrics::query::Resolution::Points,
    };
    let five = last(MINUTES);
    vec![
        Query::counters("answer", &["n"], five).by("status"),
        Query::counters("answer", &buckets::NAMES, five).only("part", &["vote"]),
        Query::largest("disk", &["used_percent"], Stands::Tick, five).by("path"),
        Query::largest("pressure", &["full_avg60"], Stands::Tick, five).only("resource", &["memory"]),
        Query::largest(
            "postgresql",
            &["numbackends", "max_connections", "oldest_xact_s", "xid_percent"],
            Stands::Tick,
            five,
        ),
        Query::counters("up", &["up"], last(1)).by("instance"),
        Query::counters("vote", &["n"], last(30)),
        Query::counters("visit", &["n"], last(30)).only("event", &["card", "first_card"]),
        Query::gauges("cpu", &["usage_idle"], Stands::Tick, five).by("host"),
        Query::counters("metrics", &["n_dropped"], five),
        Query::counters("metrics", &["n_lies", "n_unanswered"], last(60)),
    ]
}

/// Looks at the last minutes.
pub async fn assess(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Verdict, sqlx::Error> {
    let answers = sql::read(conn, &questions(now)).await?;
    Ok(of(&answers))
}

fn of(answers: &[Answer]) -> Verdict {
    let known = Known { answers: answers.iter().collect(), seconds: 60.0 * MINUTES as f64 };
    let one = |values: Vec<Option<f64>>| values.into_iter().flatten().next();
    let failed = one(super::known::percent(&known.of(ANSWERS, "5xx", 0), &known.total(ANSWERS, 0)));
    let vote = one(known.quantile(VOTES, None, 0, 0.95));
    let votes_of_half_an_hour = (one(known.total(HALF_HOUR_VOTES, 0)), one(known.total(HALF_HOUR_CARDS, 0)));
    let is_up = |role: &str| known.names(UP).iter().any(|slot| slot.starts_with(role));
    let session = |field| one(known.total(SESSIONS, field));
    let mut troubles = Vec::new();
    let mut say = |wrong: bool, words: String, chart| {
        if wrong {
            troubles.push(Trouble { words, chart });
        }
    };
    say(!is_up("web"), "No web process has written figures for a minute".into(), "answers");
    say(
        !is_up("jobs"),
        "No jobs process has written figures for a minute: the queue and the database are not watched".into(),
        "waiting",
    );
    if let Some(failed) = failed {
        let words = format!("{} of the answers of the last {MINUTES} minutes failed", Unit::Percent.say(failed));
        say(failed > FAILED, words, "failures");
    }
    if let (Some(votes), Some(cards)) = votes_of_half_an_hour {
        let words = "Nobody has voted for half an hour, though photos were shown".into();
        say(votes == 0.0 && cards >= 10.0 && is_up("web"), words, "answers");
    }
    for path in known.names(DISKS) {
        let full = one(known.of(DISKS, path, 0)).unwrap_or(0.0);
        say(full > DISK, format!("The disk of {path} is {} full", Unit::Percent.say(full)), "disks");
    }
    if let (Some(used), Some(most)) = (session(0), session(1)) {
        let words = format!("{used:.0} of {most:.0} database connections are in use");
        say(most > 0.0 && 100.0 * used / most > CONNECTIONS, words, "connections");
    }
    let oldest = session(2).unwrap_or(0.0);
    say(oldest > TRANSACTION, format!("A transaction has been open for {}", duration(oldest)), "oldest");
    let ids = session(3).unwrap_or(0.0);
    let words = format!("{} of the transaction numbers are used up: vacuum does not keep up", Unit::Percent.say(ids));
    say(ids > TRANSACTION_IDS, words, "oldest");
    if let Some(vote) = vote {
        let words = format!("Votes are slow: 95 of 100 are answered within {}, not within 100 ms", duration(vote));
        say(vote > VOTE, words, "votes");
    }
    let stalled = one(known.total(MEMORY, 0)).unwrap_or(0.0);
    let words =
        format!("A host is short of memory: everything waited for it {} of the time", Unit::Percent.say(stalled));
    say(stalled > PRESSURE, words, "pressure");
    let lost = one(known.total(LOST, 0)).unwrap_or(0.0);
    say(lost > 0.0, format!("{lost:.0} figures were lost while PostgreSQL was away"), "answers");
    let lies = one(known.total(INFLUX, 0)).unwrap_or(0.0);
    let words = Unit::Things("answer", "answers").say(lies);
    say(lies > 0.0, format!("InfluxDB gave {words} within the last hour that cannot be"), "store");
    let silent = one(known.total(INFLUX, 1)).unwrap_or(0.0);
    say(silent > 0.0, format!("InfluxDB did not answer pages {} within the last hour", times(silent)), "store");
    Verdict { troubles, calm: calm(&known, vote) }
}

fn times(count: f64) -> String {
    Unit::Things("time", "times").say(count)
}

fn calm(known: &Known<'_>, vote: Option<f64>) -> String {
    let one = |values: Vec<Option<f64>>| values.into_iter().flatten().next();
    let rate = one(known.per(1.0, known.total(ANSWERS, 0))).unwrap_or(0.0);
    let mut words = format!(
        "Pages, hosts and database are well: {}",
        Unit::Things("answer a second", "answers a second").say((rate * 10.0).round() / 10.0)
    );
    if let Some(vote) = vote {
        words += &format!(", 95 of 100 votes within {}", duration(vote));
    }
    let idle = known.names(PROCESSORS).iter().filter_map(|host| one(known.of(PROCESSORS, host, 0))).reduce(f64::min);
    if let Some(idle) = idle {
        words += &format!(", processors {:.0} % busy", (100.0 - idle).clamp(0.0, 100.0));
    }
    words + "."
}
