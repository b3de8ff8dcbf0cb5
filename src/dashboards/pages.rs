//! Addresses by what they cost: how many answers, how many of them failed, and how long they took. At most a day is looked at, so that
//! what is read stays bounded by the number of addresses.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::known::Known;
use crate::charts::duration;
use crate::metrics::buckets;
use crate::metrics::query::{Query, Range, Resolution, Span, sql};

/// Most addresses that are shown.
const MOST: usize = 25;

/// Addresses of a time.
#[derive(Debug, Serialize)]
pub struct Pages {
    /// As in `hour`.
    pub of: &'static str,
    pub rows: Vec<PageRow>,
}

/// One address.
#[derive(Debug, Serialize)]
pub struct PageRow {
    pub route: String,
    pub answers: i64,
    pub refused: i64,
    pub failed: i64,
    /// Half, and 95 of a hundred, took no longer; in words.
    pub half: String,
    pub most: String,
}

/// Over the last hour for what is shorter, else over the last day.
pub async fn read(conn: &mut PgConnection, range: Range, now: DateTime<Utc>) -> Result<Pages, sqlx::Error> {
    let (of, span) = match range {
        Range::QuarterHour | Range::Hour => (Range::Hour, one(Range::Hour, Resolution::Minutes, now)),
        Range::Day | Range::Week | Range::Month => (Range::Day, one(Range::Day, Resolution::Hours, now)),
    };
    let counts = Query::counters("http", &["n"], span).by("route");
    let fields = [&["n"], buckets::NAMES.as_slice()].concat();
    let queries = [
        Query::counters("http", &fields, span).by("route"),
        counts.clone().only("status", &["4xx"]),
        counts.only("status", &["5xx"]),
    ];
    let answers = sql::read(conn, &queries).await?;
    let known = Known { answers: answers.iter().collect(), seconds: span.length().num_seconds() as f64 };
    let count = |answer, route: &str| known.of(answer, route, 0).into_iter().flatten().sum::<f64>() as i64;
    let took = |route: &str, share| {
        let quantile = known.quantile(0, Some(route), 1, share).into_iter().flatten().next();
        quantile.map_or_else(|| "none".to_owned(), duration)
    };
    let mut rows: Vec<PageRow> = known
        .names(0)
        .into_iter()
        .map(|route| PageRow {
            answers: count(0, route),
            refused: count(1, route),
            failed: count(2, route),
            half: took(route, 0.5),
            most: took(route, 0.95),
            route: if route == "none" { "no such page".to_owned() } else { route.to_owned() },
        })
        .collect();
    rows.sort_by(|one, other| (other.failed, other.answers, &one.route).cmp(&(one.failed, one.answers, &other.route)));
    rows.truncate(MOST);
    Ok(Pages { of: of.words(), rows })
}

/// All of it as one step, which ends with what was added up last.
fn one(range: Range, resolution: Resolution, now: DateTime<Utc>) -> Span {
    let minute = TimeDelta::minutes(1).num_seconds();
    let end = now.timestamp().div_euclid(minute) * minute;
    let end = DateTime::from_timestamp(end, 0).unwrap_or(now);
    Span { start: end - range.length(), step: range.length(), steps: 1, resolution }
}
