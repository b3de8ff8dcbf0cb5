//! Sending minutes and hours that PostgreSQL has added up: after an outage that InfluxDB's own tasks slept through, or to an
//! InfluxDB that is new. Sending again replaces them by the same.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::Value;
use sqlx::PgConnection;

use super::client::{Client, Trouble, Written};
use super::line::line;
use crate::metrics::query::{Resolution, flux};

/// Lines of one request.
const BATCH: usize = 2_000;

/// What was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    pub minutes: u64,
    pub hours: u64,
    /// Lines that it would not take.
    pub refused: u64,
}

/// Why it ended before its end.
#[derive(Debug)]
pub enum Stop {
    Database(sqlx::Error),
    Store(Trouble),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stop::Database(cause) => write!(f, "PostgreSQL does not tell: {cause}"),
            Stop::Store(trouble) => trouble.fmt(f),
        }
    }
}

impl std::error::Error for Stop {}

struct Row {
    measurement: String,
    at: DateTime<Utc>,
    tags: Value,
    fields: Value,
}

/// Sends the whole minutes and hours between these moments, and says after each piece how far it is.
pub async fn send(
    conn: &mut PgConnection,
    client: &Client,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    told: &mut (dyn FnMut(DateTime<Utc>) + Send),
) -> Result<Sent, Stop> {
    let mut sent = Sent::default();
    for (resolution, unit, piece) in [
        (Resolution::Minutes, TimeDelta::minutes(1), TimeDelta::hours(1)),
        (Resolution::Hours, TimeDelta::hours(1), TimeDelta::days(31)),
    ] {
        let bucket = flux::bucket_of(client.bucket(), resolution);
        let end = to.duration_trunc(unit).unwrap_or(to);
        let mut at = from.duration_trunc(unit).unwrap_or(from);
        at = at.max(first(conn, resolution).await.map_err(Stop::Database)?.unwrap_or(end));
        while at < end {
            let next = (at + piece).min(end);
            let rows = rows(conn, resolution, at, next).await.map_err(Stop::Database)?;
            for batch in rows.chunks(BATCH) {
                sent.refused += write(client, &bucket, batch).await?;
                match resolution {
                    Resolution::Hours => sent.hours += batch.len() as u64,
                    _ => sent.minutes += batch.len() as u64,
                }
            }
            told(next);
            at = next;
        }
    }
    Ok(sent)
}

async fn write(client: &Client, bucket: &str, rows: &[Row]) -> Result<u64, Stop> {
    let lines: Vec<String> =
        rows.iter().filter_map(|row| line(&row.measurement, row.at, &row.tags, &row.fields)).collect();
    if lines.is_empty() {
        return Ok(0);
    }
    match client.write(bucket, lines.join("\n")).await.map_err(Stop::Store)? {
        Written::Stored => Ok(0),
        Written::Partly(dropped, why) => {
            log::warn!("InfluxDB does not take {dropped} lines for {bucket}: {why}");
            Ok(dropped)
        }
        Written::Malformed(why) => Err(Stop::Store(Trouble::Refused(why))),
        Written::TooLarge => Err(Stop::Store(Trouble::Refused("so many lines at once".into()))),
    }
}

/// The first that there is, so that nobody looks through years without any.
async fn first(conn: &mut PgConnection, resolution: Resolution) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    match resolution {
        Resolution::Hours => {
            sqlx::query_scalar!("SELECT min(at) FROM metric_hours WHERE measurement = 'up'").fetch_one(conn).await
        }
        _ => sqlx::query_scalar!("SELECT min(at) FROM metric_minutes WHERE measurement = 'up'").fetch_one(conn).await,
    }
}

async fn rows(
    conn: &mut PgConnection,
    resolution: Resolution,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Row>, sqlx::Error> {
    match resolution {
        Resolution::Hours => {
            sqlx::query_as!(
                Row,
                "SELECT measurement, at, tags, fields FROM metric_hours WHERE at >= $1 AND at < $2",
                from,
                to
            )
            .fetch_all(conn)
            .await
        }
        _ => {
            sqlx::query_as!(
                Row,
                "SELECT measurement, at, tags, fields FROM metric_minutes WHERE at >= $1 AND at < $2",
                from,
                to
            )
            .fetch_all(conn)
            .await
        }
    }
}
