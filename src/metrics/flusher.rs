//! Writing down what was counted, every ten seconds on the clock's grid, over a connection of its own: voters never wait for it.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::point::{Point, Value};
use super::recorder::{Recorder, recorder};
use super::system::{Watch, Watched, database};
use super::{EVERY, gauges, slot, store};
use crate::config::DatabaseConfig;

/// Batches that are kept while PostgreSQL is away: ten minutes.
pub const BATCHES: usize = 60;

/// How long one round of writing may take. The next one tries again.
const PATIENCE: Duration = Duration::from_secs(5);

/// What sort of process this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It answers visitors.
    Web,
    /// It works off the queue, and measures what is no process's own.
    Jobs,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Role::Web => "web",
            Role::Jobs => "jobs",
        }
    }
}

/// A flusher that runs.
pub struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Starts writing what this process counts, how its host is, and what else is watched. Fails on a malformed URL only.
pub fn start(config: &DatabaseConfig, role: Role, watched: Watched) -> Result<Running, sqlx::Error> {
    let options: PgConnectOptions = config.url.parse()?;
    let options = options
        .application_name("ratemyderp metrics")
        .options([("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "10s")])
        .disable_statement_logging();
    let (stop, stopping) = oneshot::channel();
    let task = tokio::spawn(run(Flusher::new(options, role, recorder()).watching(watched), stopping));
    Ok(Running { stop, task })
}

impl Running {
    /// Writes what is left, and ends; waits for PostgreSQL for seconds at most.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn run(mut flusher: Flusher, mut stopping: oneshot::Receiver<()>) {
    loop {
        let now = Utc::now();
        let begin = grid(now);
        let end = begin + EVERY;
        tokio::select! {
            () = tokio::time::sleep((end - now).to_std().unwrap_or(EVERY)) => flusher.tick(begin).await,
            _ = &mut stopping => return flusher.last(Utc::now()).await,
        }
    }
}

/// The beginning of the ten seconds that a moment is in.
pub fn grid(at: DateTime<Utc>) -> DateTime<Utc> {
    let every = TimeDelta::from_std(EVERY).unwrap_or(TimeDelta::seconds(10));
    at - TimeDelta::milliseconds(at.timestamp_millis().rem_euclid(every.num_milliseconds()))
        - TimeDelta::nanoseconds(i64::from(at.timestamp_subsec_nanos() % 1_000_000))
}

/// What was counted and is not yet written.
pub struct Flusher {
    options: PgConnectOptions,
    role: Role,
    recorder: &'static Recorder,
    batches: VecDeque<Vec<Point>>,
    link: Option<PgConnection>,
    slot: Option<String>,
    complained: bool,
    watch: Watch,
    database: database::Last,
}

impl Flusher {
    /// Nothing is connected before the first write.
    pub fn new(options: PgConnectOptions, role: Role, recorder: &'static Recorder) -> Self {
        Flusher {
            options,
            role,
            recorder,
            batches: VecDeque::new(),
            link: None,
            slot: None,
            complained: false,
            watch: Watch::new(Watched::default()),
            database: database::Last::default(),
        }
    }

    /// The same, which looks at these things too.
    pub fn watching(self, watched: Watched) -> Self {
        Flusher { watch: Watch::new(watched), ..self }
    }

    /// Ends the ten seconds that began then.
    pub async fn tick(&mut self, begin: DateTime<Utc>) {
        let mut points = self.recorder.drain(begin);
        points.push(Point {
            measurement: "up",
            tags: vec![],
            fields: vec![("up".into(), Value::Whole(1))],
            at: begin,
            gauge: false,
        });
        points.extend(self.watch.sample(begin, self.slot.clone()).await);
        self.keep(points);
        self.flush(Some(begin)).await;
    }

    /// Writes what is left. It stands at this moment and not on the grid, where the next process of this slot will write.
    pub async fn last(&mut self, now: DateTime<Utc>) {
        let points = self.recorder.drain(now);
        self.keep(points);
        self.flush(None).await;
        if let Some(link) = self.link.take() {
            let _ = tokio::time::timeout(Duration::from_secs(1), link.close()).await;
        }
    }

    /// From now on this is where PostgreSQL is.
    pub fn connect_to(&mut self, options: PgConnectOptions) {
        self.options = options;
        self.link = None;
    }

    /// How many batches wait.
    pub fn waiting(&self) -> usize {
        self.batches.len()
    }

    fn keep(&mut self, points: Vec<Point>) {
        self.batches.push_back(points);
        while self.batches.len() > BATCHES {
            let gone = self.batches.pop_front().map_or(0, |batch| batch.len());
            self.recorder.dropped(gone);
        }
    }

    async fn flush(&mut self, tick: Option<DateTime<Utc>>) {
        let written = tokio::time::timeout(PATIENCE, self.write(tick)).await;
        let error = match written {
            Ok(Ok(())) => {
                if std::mem::take(&mut self.complained) {
                    log::info!("figures are written again");
                }
                return;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
        };
        // What was in the middle of something may not be used again.
        self.link = None;
        if !std::mem::replace(&mut self.complained, true) {
            log::warn!("figures cannot be written, and are kept for ten minutes: {error}");
        }
    }

    async fn write(&mut self, tick: Option<DateTime<Utc>>) -> Result<(), sqlx::Error> {
        let conn = match &mut self.link {
            Some(conn) => conn,
            link => {
                let mut conn = self.options.connect().await?;
                self.slot = slot::take(&mut conn, self.role.name(), self.slot.as_deref()).await?.or(self.slot.take());
                link.insert(conn)
            }
        };
        let Some(slot) = &self.slot else {
            return Err(sqlx::Error::Configuration("more than 64 processes of one sort".into()));
        };
        let points: Vec<&Point> = self.batches.iter().flatten().collect();
        if !points.is_empty() {
            store::insert(conn, &points, slot).await?;
        }
        self.batches.clear();
        match tick {
            Some(begin) if self.role == Role::Jobs => gauges::measure(conn, begin, &mut self.database).await,
            _ => Ok(()),
        }
    }
}
