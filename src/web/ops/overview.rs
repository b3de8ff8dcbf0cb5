//! How the site runs: one sentence, then what wants somebody to look at it, then the figures.

use chrono::{DateTime, Utc};
use rocket::{State, get};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::throughput;
use crate::alerts::history;
use crate::charts::{self, Size};
use crate::config::Config;
use crate::error::Error;
use crate::health::{self, Flow, Item, Part};
use crate::operations::{self, Operation};
use crate::queue::board::{self, JobCount, JobState, KindPace, Quantiles};
use crate::reports::open;
use crate::web::answers::picture::ChartPicture;
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::live::Live;
use crate::web::guards::privileged::{Observer, Staff};

/// Operations that are shown as running.
const OPERATIONS: i64 = 10;

/// For moderators what waits for them; for whoever may see how the site runs, all of it.
#[get("/ops")]
pub async fn show(staff: Staff, live: Live, db: &Db, config: &State<Config>) -> Result<View, Error> {
    let live = live.view_of(&[])?;
    let mut conn = db.acquire().await?;
    let waiting = match staff.role().moderates() {
        true => Some(open::photo_count(&mut conn).await?),
        false => None,
    };
    if !staff.role().observes() {
        return Ok(View::new("ops/page", json!({ "waiting": waiting })));
    }
    let overview = Overview::read(&mut conn, config).await?;
    let is_live = live.is_live();
    let view = View::new("ops/overview", json!({ "waiting": waiting, "live": live, "now": overview }));
    // Whoever watches wants to see the time go on.
    Ok(if is_live { view } else { view.revalidated() })
}

/// How many attempts ended in each minute of the last hour.
#[get("/ops/throughput.svg")]
pub async fn picture(_observer: Observer, db: &Db) -> Result<ChartPicture, Error> {
    Ok(ChartPicture(throughput::chart(&mut *db.acquire().await?).await?, Size::Large))
}

/// What the page shows.
#[derive(Serialize)]
struct Overview {
    parts: Vec<Part>,
    /// What the sentence sums up or leaves out.
    details: Vec<Item>,
    well: bool,
    sentence: String,
    alerts: Vec<history::Alert>,
    operations: Vec<Operation>,
    lanes: Vec<LaneFigures>,
    kinds: Vec<KindFigures>,
    workers: Vec<WorkerFigures>,
    throughput: throughput::Shown,
}

/// A lane, in the order of its name.
#[derive(Serialize)]
struct LaneFigures {
    name: String,
    waiting: i64,
    running: i64,
    failed: i64,
    paused_at: Option<DateTime<Utc>>,
    oldest: Option<String>,
    ended: String,
    drains_in: Option<String>,
}

/// A kind of which something ended within the hour.
#[derive(Serialize)]
struct KindFigures {
    kind: String,
    ended: i64,
    /// Waits, then runs: p50, p95 and p99 of each, in words.
    times: Vec<String>,
}

/// A process.
#[derive(Serialize)]
struct WorkerFigures {
    #[serde(flatten)]
    worker: board::Worker,
    /// Has it not been seen for as long as a lease?
    gone: bool,
}

impl Overview {
    async fn read(conn: &mut PgConnection, config: &Config) -> Result<Self, Error> {
        let health = health::assess(conn, config).await?;
        let counts = board::counts(conn).await?;
        let lanes = board::lanes(conn).await?;
        let lease = chrono::Duration::seconds(config.jobs.lease_seconds.into());
        let workers = board::workers(conn).await?.into_iter();
        Ok(Overview {
            well: health.is_well(),
            sentence: health.sentence(),
            alerts: history::open(conn).await?,
            operations: operations::open(conn, OPERATIONS).await?,
            lanes: lanes.into_iter().map(|lane| lane_figures(lane, &counts, &health.flows)).collect(),
            kinds: board::kinds_pace(conn).await?.into_iter().map(kind_figures).collect(),
            workers: workers.map(|worker| WorkerFigures { gone: worker.seen_at + lease < health.at, worker }).collect(),
            throughput: throughput::Shown::of(&throughput::chart(conn).await?),
            details: health.details().cloned().collect(),
            parts: health.said().cloned().collect(),
        })
    }
}

fn lane_figures(lane: board::LaneStatus, counts: &[JobCount], flows: &[Flow]) -> LaneFigures {
    let flow = flows.iter().find(|flow| flow.lane == lane.name);
    let here = |states: &[JobState]| -> i64 {
        counts
            .iter()
            .filter(|count| count.lane == lane.name && states.contains(&count.state))
            .map(|count| count.count)
            .sum()
    };
    LaneFigures {
        waiting: here(&[JobState::Queued, JobState::Retrying]),
        running: here(&[JobState::Processing]),
        failed: here(&[JobState::Failed]),
        paused_at: lane.paused_at,
        oldest: flow.and_then(|flow| flow.oldest.clone()),
        ended: format!("{:.1}", flow.map_or(0.0, |flow| flow.ended_per_minute)),
        drains_in: flow.and_then(|flow| flow.drains_in.clone()),
        name: lane.name,
    }
}

fn kind_figures(pace: KindPace) -> KindFigures {
    let times = [pace.wait, pace.run].into_iter().flat_map(|measured| match measured {
        Some(Quantiles { p50, p95, p99, .. }) => [p50, p95, p99].map(charts::duration),
        None => [(); 3].map(|()| "none".to_owned()),
    });
    KindFigures { times: times.collect(), ended: pace.run.map_or(0, |run| run.count), kind: pace.kind }
}
