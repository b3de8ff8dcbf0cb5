//! Windows of one path: what of it is looked at, and what of that matches.

use chrono::{DateTime, Duration, Utc};
use sqlx::PgConnection;

use super::super::filter::{By, Cursor, JobFilter};
use super::path::Path;
use super::reach::{Reach, Row};
use super::rest::Rest;
use super::window;
use crate::queue::JobKind;

/// Rows of an index that are looked at in one statement.
const WINDOW: i64 = 20_000;

/// The first slice of time along attempts; longer ones follow while they hold little.
const SLICE: Duration = Duration::minutes(5);

/// A place on the path.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub cursor: Cursor,
    /// Its moment in this order.
    pub at: DateTime<Utc>,
}

/// What one window gave.
#[derive(Debug)]
pub struct Step {
    /// What matches.
    pub found: Vec<Place>,
    /// What was looked at last, unless all was.
    pub edge: Option<Place>,
}

/// A walk along a path.
#[derive(Debug)]
pub struct Look {
    path: Path,
    reach: Reach,
    length: Duration,
    window: i64,
    since: Option<DateTime<Utc>>,
}

impl Look {
    pub async fn start(
        conn: &mut PgConnection,
        path: Path,
        filter: &JobFilter,
        limit: i64,
    ) -> Result<Self, sqlx::Error> {
        let far = DateTime::<Utc>::from_timestamp(7_258_118_400, 0).unwrap_or_default(); // the year 2200
        let created = filter.by == By::Created;
        let (lowest, highest) = match (filter.since, filter.until) {
            (None, None) => (0, i64::MAX),
            (since, until) if created => numbers_between(conn, since, until).await?,
            _ => (0, i64::MAX),
        };
        let first = Cursor { number: highest, at: filter.until.filter(|_| !created).or(Some(far)), priority: None };
        let beginning = Cursor { number: 0, at: DateTime::from_timestamp(0, 0), priority: Some(i16::MIN) };
        let start = if matches!(path, Path::Waiting(_)) { beginning } else { first };
        let mut after = filter.before.unwrap_or(start);
        if created && !matches!(path, Path::Waiting(_)) {
            after.number = after.number.min(highest);
        }
        let newest = after.at.unwrap_or(far).min(Utc::now() + Duration::minutes(1));
        let lookback = if filter.by == By::Ended { longest_run(filter.kind.as_deref()) } else { Duration::zero() };
        let oldest = DateTime::<Utc>::from_timestamp(946_684_800, 0).unwrap_or_default(); // the year 2000
        let earliest = filter.since.filter(|_| !created).map_or(oldest, |since| since - lookback);
        let latest = filter.until.filter(|_| filter.by == By::Started).unwrap_or(far);
        Ok(Look {
            path,
            reach: Reach { after, lowest, earliest, slice: ((newest - SLICE).max(earliest), newest), latest },
            length: SLICE,
            window: limit + 1,
            since: filter.since.filter(|_| created),
        })
    }

    /// The next window: up to `wanted` of its jobs match.
    pub async fn next(&mut self, conn: &mut PgConnection, rest: &Rest, wanted: i64) -> Result<Step, sqlx::Error> {
        let groups = match &self.path {
            Path::Groups(groups) => groups.len(),
            Path::Waiting(groups) => groups.len(),
            _ => 1,
        };
        let window = self.window.min((WINDOW / i64::try_from(groups.max(1)).unwrap_or(WINDOW)).max(200));
        self.window = self.window.saturating_mul(10);
        let rows = window::look(conn, (&self.path, &self.reach), rest, wanted, window).await?;
        let mut step = Step { found: Vec::new(), edge: None };
        let mut looked = None;
        for row in rows {
            let place = Place { cursor: self.cursor(&row), at: row.key };
            if row.matches {
                step.found.push(place);
            } else {
                looked = Some((row.pos, place, row.created_at));
            }
        }
        let full = looked.filter(|(pos, ..)| *pos >= window);
        step.edge = match full {
            Some((_, _, created)) if self.since.is_some_and(|since| created < since - Duration::hours(1)) => None,
            Some((_, place, _)) => Some(place),
            None => self.next_slice(looked.map_or(0, |(pos, ..)| pos)),
        };
        if let Some(edge) = step.edge {
            self.reach.after = edge.cursor;
        }
        Ok(step)
    }

    fn cursor(&self, row: &Row) -> Cursor {
        match self.path {
            Path::FailedLately | Path::Attempts => Cursor { number: row.number, at: Some(row.key), priority: None },
            Path::Waiting(_) => Cursor { number: row.number, at: Some(row.key), priority: Some(row.priority) },
            _ => Cursor::number(row.number),
        }
    }

    /// Along attempts, the stretch of time before this one.
    fn next_slice(&mut self, held: i64) -> Option<Place> {
        let begin = self.reach.slice.0;
        if self.path != Path::Attempts || begin <= self.reach.earliest {
            return None;
        }
        if held < WINDOW / 4 {
            self.length = self.length.checked_mul(2).unwrap_or(self.length);
        }
        self.reach.slice =
            (begin.checked_sub_signed(self.length).unwrap_or(self.reach.earliest).max(self.reach.earliest), begin);
        Some(Place { cursor: Cursor { number: 0, at: Some(begin), priority: None }, at: begin })
    }
}

/// Attempts end within their kind's time; what is of no known kind within an hour.
fn longest_run(kind: Option<&str>) -> Duration {
    let known = kind.and_then(|kind| kind.parse::<JobKind>().ok());
    known.and_then(|kind| Duration::from_std(kind.definition().timeout).ok()).unwrap_or(Duration::hours(1))
        + Duration::minutes(5)
}

/// Numbers of jobs that were created between two moments: a little more, never less. Hours of which nothing is written down make it
/// more.
async fn numbers_between(
    conn: &mut PgConnection,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query!(
        r#"
        SELECT coalesce((
            SELECT last_number FROM job_hours
            WHERE hour < date_trunc('hour', $1::timestamptz) - interval '1 hour' ORDER BY hour DESC LIMIT 1
        ), 0) AS "lowest!", coalesce((
            SELECT first_number FROM job_hours
            WHERE hour > date_trunc('hour', $2::timestamptz) + interval '1 hour' ORDER BY hour LIMIT 1
        ), 9223372036854775807) AS "highest!"
        "#,
        since,
        until
    )
    .fetch_one(conn)
    .await?;
    Ok((row.lowest, row.highest))
}
