//! What is wrong with pages, hosts or the database, the worst first, in sentences. Looked at over the last minutes, whatever range a
//! page shows, and from PostgreSQL's figures alone. Alerts tell of the same.

mod flood;
mod keeping;
mod rule;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;

pub use self::rule::Rule;
use super::known::Known;
use crate::charts::{Unit, duration};
use crate::config::SystemLimits;
use crate::metrics::buckets;
use crate::metrics::query::{Answer, Query, Range, Resolution, Span, Stands, sql};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// Of which alerts tell; nothing for what the page alone says.
    pub rule: Option<Rule>,
    /// With what, the same each time; empty where there is but one.
    pub subject: String,
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

/// Fewer failed answers, shown photos and votes say nothing.
const FEWEST: (f64, f64, f64) = (5.0, 10.0, 20.0);

/// Between two figures of a disk's trend.
const TREND: TimeDelta = TimeDelta::minutes(30);

/// Places of the questions.
const ANSWERS: usize = 0;
const VOTES: usize = 1;
const DISKS: usize = 2;
const MEMORY: usize = 3;
const SESSIONS: usize = 4;
const UP: usize = 5;
const LATELY_VOTES: usize = 6;
const LATELY_CARDS: usize = 7;
const PROCESSORS: usize = 8;
const LOST: usize = 9;
const INFLUX: usize = 10;
const LAG: usize = 11;
const KILLED: usize = 12;
const DISK_TREND: usize = 13;
const VOTES_LAST_WEEK: usize = 14;
const BACKUPS: usize = 15;
const CERTIFICATES: usize = 16;
const UPLOADS: usize = 17;
const UPLOADS_BEFORE: usize = 18;

fn questions(limits: &SystemLimits, now: DateTime<Utc>) -> Vec<Query> {
    let end = Range::QuarterHour.span(now).end();
    let until = |end: DateTime<Utc>, step: TimeDelta, steps: i32, resolution| Span {
        start: end - step * steps,
        step,
        steps,
        resolution,
    };
    let last = |minutes: i64| until(end, TimeDelta::minutes(minutes), 1, Resolution::Points);
    let five = last(MINUTES);
    let silence = i64::from(limits.no_votes_minutes.max(1));
    let minute = end - TimeDelta::seconds(end.timestamp().rem_euclid(60));
    let week = until(minute - TimeDelta::days(7), TimeDelta::minutes(silence), 1, Resolution::Minutes);
    let sessions = [
        "numbackends",
        "max_connections",
        "oldest_xact_s",
        "xid_percent",
        "replica_lag_bytes",
        "slot_lag_bytes",
        "replica_lag_s",
    ];
    let mut questions = vec![
        Query::counters("answer", &["n"], five).by("status"),
        Query::counters("answer", &buckets::NAMES, five).only("part", &["vote"]),
        Query::largest("disk", &["used_percent"], Stands::Tick, five).by("path"),
        Query::largest("pressure", &["full_avg60"], Stands::Tick, five).only("resource", &["memory"]),
        Query::largest("postgresql", &sessions, Stands::Tick, five),
        Query::counters("up", &["up"], last(1)).by("instance"),
        Query::counters("vote", &["n"], last(silence)),
        Query::counters("visit", &["n"], last(silence)).only("event", &["card", "first_card"]),
        Query::gauges("cpu", &["usage_idle"], Stands::Tick, five).by("host"),
        Query::counters("metrics", &["n_dropped"], five),
        Query::counters("metrics", &["n_lies", "n_unanswered"], last(60)),
        Query::largest("metrics", &["ship_lag_ms"], Stands::Tick, five),
        Query::largest(
            "cgroup",
            &["oom_kill"],
            Stands::Tick,
            until(end, TimeDelta::minutes(1), 15, Resolution::Points),
        )
        .by("instance"),
        Query::largest("disk", &["used_percent"], Stands::Tick, until(minute, TREND, 12, Resolution::Minutes))
            .by("path"),
        Query::counters("vote", &["n"], week),
        Query::largest("backup", &["missing", "age_s"], Stands::Tick, five).by("host"),
        Query::largest("certificate", &["days_left"], Stands::Tick, five).by("address"),
    ];
    questions.extend(flood::questions(end));
    questions
}

/// Looks at the last minutes.
pub async fn assess(
    conn: &mut PgConnection,
    limits: &SystemLimits,
    now: DateTime<Utc>,
) -> Result<Verdict, sqlx::Error> {
    let answers = sql::read(conn, &questions(limits, now)).await?;
    Ok(of(&answers, limits))
}

fn one(values: Vec<Option<f64>>) -> Option<f64> {
    values.into_iter().flatten().next()
}

fn of(answers: &[Answer], limits: &SystemLimits) -> Verdict {
    let known = Known { answers: answers.iter().collect(), seconds: 60.0 * MINUTES as f64 };
    let vote = one(known.quantile(VOTES, None, 0, 0.95));
    let mut troubles = absent(&known);
    troubles.extend(pages(&known, limits, vote));
    troubles.extend(flood::uploads(&known, limits));
    troubles.extend(disks(&known, limits));
    troubles.extend(memory(&known, limits));
    troubles.extend(database(&known, limits));
    troubles.extend(keeping::backups(&known, limits));
    troubles.extend(keeping::certificates(&known, limits));
    troubles.extend(figures(&known, limits));
    Verdict { troubles, calm: calm(&known, vote) }
}

/// A trouble, if it is one.
fn if_so(wrong: bool, rule: Option<Rule>, words: String, chart: &'static str) -> Option<Trouble> {
    wrong.then(|| Trouble { rule, subject: String::new(), words, chart })
}

/// Processes of which nothing is known.
fn absent(known: &Known<'_>) -> Vec<Trouble> {
    let web = "No web process has written figures for a minute".into();
    let jobs = "No jobs process has written figures for a minute: the queue and the database are not watched".into();
    let all = [if_so(!is_up(known, "web"), None, web, "answers"), if_so(!is_up(known, "jobs"), None, jobs, "waiting")];
    all.into_iter().flatten().collect()
}

fn is_up(known: &Known<'_>, role: &str) -> bool {
    known.names(UP).iter().any(|slot| slot.starts_with(role))
}

fn pages(known: &Known<'_>, limits: &SystemLimits, vote: Option<f64>) -> Vec<Trouble> {
    let (least_failed, least_cards, least_votes) = FEWEST;
    let count = |answer| one(known.total(answer, 0));
    let failures = one(known.of(ANSWERS, "5xx", 0)).unwrap_or(0.0);
    let failed = count(ANSWERS).filter(|all| *all > 0.0).map_or(0.0, |all| 100.0 * failures / all);
    let words = format!("{} of the answers of the last {MINUTES} minutes failed", Unit::Percent.say(failed));
    let fails = failures >= least_failed && failed > limits.failed_percent;
    let silent = count(LATELY_VOTES) == Some(0.0) && count(LATELY_CARDS).is_some_and(|cards| cards >= least_cards);
    // At this time nobody votes anyway.
    let silent = silent && is_up(known, "web") && count(VOTES_LAST_WEEK) != Some(0.0);
    let nobody = format!("Nobody has voted for {} minutes, though photos were shown", limits.no_votes_minutes);
    let votes: f64 = (0..buckets::BUCKETS).filter_map(|bucket| one(known.total(VOTES, bucket))).sum();
    let vote = vote.unwrap_or(0.0);
    let most = limits.vote_ms;
    let slow = format!("Votes are slow: 95 of 100 are answered within {}, not within {most} ms", duration(vote));
    let all = [
        if_so(fails, Some(Rule::AnswersFail), words, "failures"),
        if_so(silent, Some(Rule::NobodyVotes), nobody, "answers"),
        if_so(votes >= least_votes && vote * 1000.0 > f64::from(most), Some(Rule::VotesSlow), slow, "votes"),
    ];
    all.into_iter().flatten().collect()
}

fn disks(known: &Known<'_>, limits: &SystemLimits) -> Vec<Trouble> {
    let of = |path: &str| {
        let full = one(known.of(DISKS, path, 0)).unwrap_or(0.0);
        let soon = rule::full_in(&known.of(DISK_TREND, path, 0), TREND);
        let soon = soon.filter(|hours| *hours < f64::from(limits.disk_full_hours));
        let words = match soon {
            _ if full > limits.disk_percent => format!("The disk of {path} is {} full", Unit::Percent.say(full)),
            Some(hours) => format!("The disk of {path} will be full in {}", duration((hours * 3600.0).round())),
            None => return None,
        };
        Some(Trouble { rule: Some(Rule::Disk), subject: path.to_owned(), words, chart: "disks" })
    };
    known.names(DISKS).into_iter().filter_map(of).collect()
}

fn memory(known: &Known<'_>, limits: &SystemLimits) -> Vec<Trouble> {
    let stalled = one(known.total(MEMORY, 0)).unwrap_or(0.0);
    let words =
        format!("A host is short of memory: everything waited for it {} of the time", Unit::Percent.say(stalled));
    let short = if_so(stalled > limits.memory_percent, Some(Rule::Memory), words, "pressure");
    let killed = |slot: &&str| {
        let kills: Vec<f64> = known.of(KILLED, slot, 0).into_iter().flatten().collect();
        kills.windows(2).any(|pair| pair[1] > pair[0])
    };
    let trouble = |slot: &str| Trouble {
        rule: Some(Rule::Memory),
        subject: slot.to_owned(),
        words: format!("Where {slot} runs a process was killed for want of memory within a quarter of an hour"),
        chart: "own-memory",
    };
    short.into_iter().chain(known.names(KILLED).into_iter().filter(killed).map(trouble)).collect()
}

fn database(known: &Known<'_>, limits: &SystemLimits) -> Vec<Trouble> {
    let session = |field| one(known.total(SESSIONS, field)).unwrap_or(0.0);
    let (used, most, oldest, ids) = (session(0), session(1), session(2), session(3));
    let (behind, late) = (session(4).max(session(5)), session(6));
    let in_use = format!("{used:.0} of {most:.0} database connections are in use");
    let full = most > 0.0 && 100.0 * used / most > limits.connections_percent;
    let lags = format!("A replica or a replication slot is {} behind", Unit::Bytes.say(behind));
    let waits = format!("A replica is {} behind", duration(late.round()));
    let numbers = format!("{} of the transaction numbers are used up: vacuum does not keep up", Unit::Percent.say(ids));
    let open = format!("A transaction has been open for {}", duration(oldest));
    let all = [
        if_so(full, Some(Rule::Connections), in_use, "connections"),
        if_so(oldest > f64::from(limits.transaction_seconds), Some(Rule::Transaction), open, "oldest"),
        if_so(behind > f64::from(limits.lag_mib) * 1_048_576.0, Some(Rule::Replication), lags, "transactions"),
        if_so(late > f64::from(limits.lag_seconds), Some(Rule::Replication), waits, "transactions"),
        if_so(ids > limits.transaction_ids_percent, Some(Rule::TransactionIds), numbers, "oldest"),
    ];
    all.into_iter().flatten().collect()
}

fn figures(known: &Known<'_>, limits: &SystemLimits) -> Vec<Trouble> {
    let figure = |answer, field| one(known.total(answer, field)).unwrap_or(0.0);
    let lost = figure(LOST, 0);
    let lost_words = format!("{lost:.0} figures were lost while PostgreSQL was away");
    let lag = figure(LAG, 0) / 1000.0;
    let late = Trouble {
        rule: Some(Rule::Figures),
        subject: "InfluxDB".into(),
        words: format!("InfluxDB is {} behind", duration(lag.round())),
        chart: "store",
    };
    let (lies, silent) = (figure(INFLUX, 0), figure(INFLUX, 1));
    let lied =
        format!("InfluxDB gave {} within the last hour that cannot be", Unit::Things("answer", "answers").say(lies));
    let mute = format!("InfluxDB did not answer pages {} within the last hour", times(silent));
    let all = [
        if_so(lost > 0.0, Some(Rule::Figures), lost_words, "answers"),
        Some(late).filter(|_| lag > f64::from(limits.ship_lag_seconds)),
        if_so(lies > 0.0, None, lied, "store"),
        if_so(silent > 0.0, None, mute, "store"),
    ];
    all.into_iter().flatten().collect()
}

fn times(count: f64) -> String {
    Unit::Things("time", "times").say(count)
}

fn calm(known: &Known<'_>, vote: Option<f64>) -> String {
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
