//! Do writing and reading work, and what is wrong? In sentences, for whoever has just set it up.

use std::time::Duration;

use chrono::{DateTime, DurationRound, SecondsFormat, TimeDelta, Utc};
use sqlx::PgConnection;

use super::client::{Client, Token, Written};
use super::{csv, unsent};
use crate::config::InfluxConfig;
use crate::metrics::query::{Resolution, flux};

/// For one request.
const PATIENCE: Duration = Duration::from_secs(5);

/// One sentence of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub mark: Mark,
    pub text: String,
}

/// How good that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Well,
    /// It works, and could be better.
    Note,
    Wrong,
}

impl Mark {
    /// What stands before the sentence.
    pub fn word(self) -> &'static str {
        match self {
            Mark::Well => "ok   ",
            Mark::Note => "note ",
            Mark::Wrong => "wrong",
        }
    }
}

fn well(text: impl Into<String>) -> Finding {
    Finding { mark: Mark::Well, text: text.into() }
}

fn note(text: impl Into<String>) -> Finding {
    Finding { mark: Mark::Note, text: text.into() }
}

fn wrong(text: impl Into<String>) -> Finding {
    Finding { mark: Mark::Wrong, text: text.into() }
}

/// Tries everything out, with one point of the measurement `check` in each bucket.
pub async fn check(config: &InfluxConfig, now: DateTime<Utc>) -> Vec<Finding> {
    let clients =
        (Client::from_config(config, Token::Write, PATIENCE), Client::from_config(config, Token::Read, PATIENCE));
    let (writer, reader) = match clients {
        (Ok(writer), Ok(reader)) => (writer, reader),
        (Err(reason), _) | (_, Err(reason)) => return vec![wrong(reason)],
    };
    let Some(any) = writer.as_ref().or(reader.as_ref()) else {
        return vec![wrong("Neither influxdb.write_token nor influxdb.read_token is set.")];
    };
    if let Err(trouble) = any.ready().await {
        return vec![wrong(format!("{trouble}."))];
    }
    let mut found = vec![well("InfluxDB answers.")];
    for resolution in [Resolution::Points, Resolution::Minutes, Resolution::Hours] {
        let bucket = flux::bucket_of(&config.bucket, resolution);
        let written = match &writer {
            Some(writer) => Some(write(writer, &bucket, now, &mut found).await),
            None => None,
        };
        if let Some(reader) = &reader {
            found.push(read(reader, &bucket, now, written.unwrap_or(false)).await);
        }
    }
    match &writer {
        None => found.push(note(
            "influxdb.write_token is not set here: nothing can be said of writing. The jobs process needs it.",
        )),
        Some(writer) if may_read(writer, now).await => {
            found.push(note("influxdb.write_token may read too, which it need not: deploy/influxdb/bootstrap makes one that may not."));
        }
        Some(_) => {}
    }
    match &reader {
        None => found.push(note("influxdb.read_token is not set here: pages show figures from PostgreSQL.")),
        Some(reader) if may_write(reader, now).await => found.push(note(
            "influxdb.read_token may write too, which it need not: deploy/influxdb/bootstrap makes one that may not.",
        )),
        Some(_) => {}
    }
    found
}

/// How sending goes, as far as PostgreSQL knows.
pub async fn sending(
    conn: &mut PgConnection,
    config: &InfluxConfig,
    now: DateTime<Utc>,
) -> Result<Finding, sqlx::Error> {
    let Ok(Some(client)) = Client::from_config(config, Token::Write, PATIENCE) else {
        return Ok(note("How sending goes can be said only where influxdb.write_token is set."));
    };
    let store = client.name();
    let Some(progress) = unsent::progress(conn, &store).await? else {
        return Ok(wrong("Nothing was sent there yet: does a jobs process run with these settings?"));
    };
    let behind = unsent::oldest(conn, &store).await?.map_or(TimeDelta::zero(), |oldest| now - oldest);
    let refused = match progress.refused {
        0 => String::new(),
        count => format!(" {count} points were refused for good; the table metric_refusals says why."),
    };
    Ok(match progress.trouble {
        Some(trouble) => {
            wrong(format!("Nothing is sent since {}. {trouble}.{refused}", minute(progress.trouble_since)))
        }
        None if behind > TimeDelta::minutes(5) => {
            wrong(format!("The oldest figure that was not sent is {} minutes old.{refused}", behind.num_minutes()))
        }
        None => well(format!("Figures are sent, the last ones at {}.{refused}", minute(Some(progress.moved_at)))),
    })
}

fn minute(at: Option<DateTime<Utc>>) -> String {
    at.map_or("some time".into(), |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// The beginning of this hour: however often somebody checks, a bucket gets one point an hour.
fn moment(now: DateTime<Utc>) -> DateTime<Utc> {
    now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now)
}

fn line(now: DateTime<Utc>) -> String {
    format!("check,instance=cli n={}i {}", now.timestamp(), moment(now).timestamp_nanos_opt().unwrap_or(0))
}

async fn write(client: &Client, bucket: &str, now: DateTime<Utc>, found: &mut Vec<Finding>) -> bool {
    let written = client.write(bucket, line(now)).await;
    let (done, finding) = match written {
        Ok(Written::Stored) => (true, well(format!("Writing to {bucket} works."))),
        Ok(Written::Malformed(why) | Written::Partly(_, why)) => {
            (false, wrong(format!("Writing to {bucket} does not work: it does not take the point. {why}.")))
        }
        Ok(Written::TooLarge) => (
            false,
            wrong(format!("Writing to {bucket} does not work: a single point is too large for what stands before it.")),
        ),
        Err(trouble) => (false, wrong(format!("Writing to {bucket} does not work. {trouble}."))),
    };
    found.push(finding);
    done
}

fn script(bucket: &str, now: DateTime<Utc>) -> String {
    let at = |moment: DateTime<Utc>| moment.to_rfc3339_opts(SecondsFormat::Secs, true);
    format!(
        "from(bucket: \"{bucket}\")\n  |> range(start: {}, stop: {})\n  |> filter(fn: (r) => r._measurement == \"check\" and r._field == \"n\")\n  |> group(columns: [\"_field\"])\n  |> keep(columns: [\"_time\", \"_value\", \"_field\"])",
        at(moment(now)),
        at(moment(now) + TimeDelta::seconds(1)),
    )
}

async fn read(client: &Client, bucket: &str, now: DateTime<Utc>, written: bool) -> Finding {
    let text = match client.query(&script(bucket, now)).await {
        Ok(text) => text,
        Err(trouble) => return wrong(format!("Reading from {bucket} does not work. {trouble}.")),
    };
    match csv::read(&text) {
        Err(what) => wrong(format!("Reading from {bucket} gives an answer that cannot be: {what}.")),
        Ok(rows) if rows.iter().any(|row| row.value == now.timestamp() as f64) => {
            well(format!("Reading from {bucket} works: what was written a moment ago is there."))
        }
        Ok(_) if written => wrong(format!("What was written to {bucket} a moment ago cannot be read from it.")),
        Ok(_) => well(format!("Reading from {bucket} works.")),
    }
}

async fn may_read(writer: &Client, now: DateTime<Utc>) -> bool {
    let answer = writer.query(&script(writer.bucket(), now)).await;
    answer.is_ok_and(|text| csv::read(&text).is_ok_and(|rows| !rows.is_empty()))
}

async fn may_write(reader: &Client, now: DateTime<Utc>) -> bool {
    matches!(reader.write(reader.bucket(), line(now)).await, Ok(Written::Stored))
}
