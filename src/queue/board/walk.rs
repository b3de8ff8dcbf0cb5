//! Pages of jobs. A filter is answered along one index that it names itself ([`Path`]), never along one that the planner likes
//! better: windows of it are looked through until a page is full or the time is up, and what was looked at last is where the next
//! page begins. So no filter takes long, and "searched back to" is true.

mod looks;
mod path;
mod reach;
mod rest;
mod window;

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use self::looks::Look;
pub use self::path::Path;
use self::rest::Rest;
use super::JobRow;
use super::filter::{Cursor, JobFilter};

/// A page that is not full by then is given as far as it came.
const BUDGET: Duration = Duration::from_millis(60);

/// One page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Walk {
    /// In the filter's order.
    pub jobs: Vec<JobRow>,
    /// Where the next page begins; nothing at the end.
    pub next: Option<Cursor>,
    /// The last number that was looked at, when the time was up before the page was full.
    pub searched_to: Option<i64>,
    /// The moment of that job, in the filter's order.
    pub searched_at: Option<DateTime<Utc>>,
}

/// At most `limit` jobs that the filter matches.
pub async fn walk(conn: &mut PgConnection, filter: &JobFilter, limit: i64) -> Result<Walk, sqlx::Error> {
    walk_for(conn, filter, limit, BUDGET).await
}

/// Likewise, for as long as it may take; one window is always looked at.
pub async fn walk_for(
    conn: &mut PgConnection,
    filter: &JobFilter,
    limit: i64,
    budget: Duration,
) -> Result<Walk, sqlx::Error> {
    let began = Instant::now();
    let path = Path::choose(conn, filter).await?;
    let rest = Rest::new(filter);
    let mut look = Look::start(conn, path, filter, limit).await?;
    let mut found = Vec::new();
    let mut walk = Walk::default();
    // One more than is shown tells whether there is more.
    loop {
        let wanted = limit + 1 - found.len() as i64;
        let before = began.elapsed();
        let step = look.next(conn, &rest, wanted).await?;
        found.extend(step.found);
        if found.len() as i64 > limit {
            found.truncate(usize::try_from(limit).unwrap_or_default());
            walk.next = found.last().map(|place| place.cursor);
            break;
        }
        let Some(edge) = step.edge else { break };
        // Another window takes at least as long as this one.
        if began.elapsed() * 2 - before >= budget {
            walk.next = Some(edge.cursor);
            walk.searched_to = Some(edge.cursor.number);
            walk.searched_at = Some(edge.at);
            break;
        }
    }
    let numbers: Vec<i64> = found.iter().map(|place| place.cursor.number).collect();
    walk.jobs = super::jobs(conn, &numbers).await?;
    Ok(walk)
}
