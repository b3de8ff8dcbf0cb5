//! Workers: who is there, who is late or gone, and what each holds.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use strum::VariantArray;

use super::latencies::{Measure, latencies};
use crate::queue::JobKind;

/// Most workers, and most jobs that are held, on a page.
const MOST: i64 = 500;

/// Is a worker there?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It says so often enough.
    Live,
    /// It is there, and takes nothing new, because somebody asked for that.
    Quiet,
    /// It has missed more than one beat; its leases still hold.
    Late,
    /// It has not been seen for as long as a lease: others take what it held.
    Gone,
    /// It said goodbye.
    Stopped,
}

impl Presence {
    pub fn name(self) -> &'static str {
        match self {
            Presence::Live => "live",
            Presence::Quiet => "quiet",
            Presence::Late => "late",
            Presence::Gone => "gone",
            Presence::Stopped => "stopped",
        }
    }
}

/// A job that a worker holds.
#[derive(Debug, Clone, Serialize)]
pub struct Holding {
    pub job: i64,
    pub kind: String,
    pub attempt: i32,
    pub started_at: Option<DateTime<Utc>>,
    /// When its worker has to have been seen again.
    pub lease_until: Option<DateTime<Utc>>,
    /// In seconds: 95 of a hundred runs of the last day took no longer.
    pub usual: Option<f64>,
    /// In seconds, for kinds that this program knows.
    pub timeout: Option<f64>,
    /// Does any worker that is there know the kind?
    pub rescuers: bool,
    worker: i64,
}

/// A jobs process as operators see it.
#[derive(Debug, Clone, Serialize)]
pub struct CrewMember {
    pub number: i64,
    pub host: String,
    pub pid: i32,
    pub slots: i32,
    pub started_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub stopped_at: Option<DateTime<Utc>>,
    pub quiet_at: Option<DateTime<Utc>>,
    pub version: Option<String>,
    /// Nothing for older programs, which do not say.
    pub kinds: Option<Vec<String>>,
    pub rss_bytes: Option<i64>,
    /// Kinds that it lets rest, since one attempt after the other failed alike.
    pub resting: Vec<String>,
    pub presence: Presence,
    pub holds: Vec<Holding>,
}

impl CrewMember {
    /// Kinds of this program that it does not know.
    pub fn unknown_kinds(&self) -> Vec<&'static str> {
        let knows =
            |kind: &JobKind| self.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|known| known == kind.name()));
        JobKind::VARIANTS.iter().filter(|kind| !knows(kind)).map(|kind| kind.name()).collect()
    }
}

/// Everybody who has not said goodbye and was seen within a day, the newest first, and `also` whoever has this number.
pub async fn crew(
    conn: &mut PgConnection,
    lease_seconds: u32,
    also: Option<i64>,
) -> Result<Vec<CrewMember>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        SELECT number, host, pid, slots, started_at, seen_at, stopped_at, quiet_at, version, kinds, rss_bytes, resting
        FROM workers
        WHERE (stopped_at IS NULL AND seen_at > now() - interval '1 day') OR number = $1
        ORDER BY number DESC
        LIMIT $2
        "#,
        also,
        MOST
    )
    .fetch_all(&mut *conn)
    .await?;
    let lease = TimeDelta::seconds(lease_seconds.into());
    let mut crew: Vec<CrewMember> = rows
        .into_iter()
        .map(|row| CrewMember {
            presence: presence(row.stopped_at, row.quiet_at, Utc::now() - row.seen_at, lease),
            number: row.number,
            host: row.host,
            pid: row.pid,
            slots: row.slots,
            started_at: row.started_at,
            seen_at: row.seen_at,
            stopped_at: row.stopped_at,
            quiet_at: row.quiet_at,
            version: row.version,
            kinds: row.kinds,
            rss_bytes: row.rss_bytes,
            resting: row.resting,
            holds: Vec::new(),
        })
        .collect();
    let holdings = holdings(conn, &crew).await?;
    for member in &mut crew {
        member.holds = holdings.iter().filter(|holding| holding.worker == member.number).cloned().collect();
    }
    Ok(crew)
}

/// The kinds that a worker which is there lets rest.
pub(super) async fn resting_kinds(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        SELECT DISTINCT kind AS "kind!" FROM workers, unnest(resting) AS kind
        WHERE stopped_at IS NULL AND seen_at > now() - interval '1 minute'
        "#
    )
    .fetch_all(conn)
    .await
}

fn presence(
    stopped: Option<DateTime<Utc>>,
    quiet: Option<DateTime<Utc>>,
    unseen: TimeDelta,
    lease: TimeDelta,
) -> Presence {
    match () {
        () if stopped.is_some() => Presence::Stopped,
        () if unseen > lease => Presence::Gone,
        // A beat comes three times in a lease.
        () if unseen > lease * 2 / 3 => Presence::Late,
        () if quiet.is_some() => Presence::Quiet,
        () => Presence::Live,
    }
}

/// When each version was first seen at work, among the processes that are remembered.
pub async fn deploys(conn: &mut PgConnection) -> Result<Vec<(DateTime<Utc>, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        SELECT min(started_at) AS "at!", version AS "version!" FROM workers
        WHERE version IS NOT NULL GROUP BY version ORDER BY 1 DESC LIMIT 20
        "#
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.at, row.version)).collect())
}

async fn holdings(conn: &mut PgConnection, crew: &[CrewMember]) -> Result<Vec<Holding>, sqlx::Error> {
    let latencies = latencies(conn).await?;
    // The enum's order is that of its declaration: `failed` comes behind `in_progress`.
    let rows = sqlx::query!(
        r#"
        SELECT t.number AS "number!", t.kind, t.attempt, t.lease_owner, t.lease_until, a.started_at AS "started_at?"
        FROM (
            SELECT number, kind, attempt, lease_owner, lease_until FROM fang_tasks
            WHERE (state, kind, number) >= ('in_progress', '', 0) AND (state, kind, number) < ('failed', '', 0)
            ORDER BY state, kind, number
            LIMIT $1
        ) AS t LEFT JOIN LATERAL (
            SELECT started_at FROM job_attempts WHERE job = t.number AND attempt = t.attempt OFFSET 0
        ) AS a ON true
        ORDER BY a.started_at
        "#,
        MOST
    )
    .fetch_all(conn)
    .await?;
    let knows = |kind: &str| {
        let there = |member: &&CrewMember| matches!(member.presence, Presence::Live | Presence::Quiet);
        let mut there = crew.iter().filter(there);
        there.any(|member| member.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|known| known == kind)))
    };
    let holdings = rows.into_iter().map(|row| Holding {
        usual: latencies.day(&row.kind, Measure::Run).now.quantile(0.95),
        timeout: row.kind.parse::<JobKind>().ok().map(|kind| kind.definition().timeout.as_secs_f64()),
        rescuers: knows(&row.kind),
        worker: row.lease_owner.unwrap_or_default(),
        job: row.number,
        kind: row.kind,
        attempt: row.attempt,
        started_at: row.started_at,
        lease_until: row.lease_until,
    });
    Ok(holdings.collect())
}
