//! Sending what is in PostgreSQL to InfluxDB, over a connection of its own: nobody waits for it. Of several processes one sends.
//! Sending again is harmless, since a point of the same series and time replaces itself; so the cursor moves after the answer.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::backfill;
use super::client::{Client, Token, Trouble, Written};
use super::line::line;
use super::unsent::{self, Row};
use crate::config::{DatabaseConfig, InfluxConfig};
use crate::metrics::point::{Point, Value};
use crate::metrics::{flusher, recorder, store};

/// Points of one request: some 300 kB.
const BATCH: i64 = 2_000;

/// Batches of one round. Between rounds it says how far it is.
const BATCHES: usize = 100;

/// Between two tries while InfluxDB is away, at most.
const LONGEST: Duration = Duration::from_secs(60);

/// What is sent later than this, InfluxDB's own tasks may not add up any more: then it gets our sums.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// Requests that look for the lines which a partial write left out. The good ones are stored by then.
const SEARCH: u32 = 64;

/// A shipper that runs.
pub struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Starts sending, if there is an InfluxDB. The error is a sentence about a setting.
pub fn start(database: &DatabaseConfig, config: &InfluxConfig) -> Result<Option<Running>, String> {
    let patience = Duration::from_secs(config.timeout_seconds.max(1).into());
    let Some(client) = Client::from_config(config, Token::Write, patience)? else { return Ok(None) };
    let options: PgConnectOptions = database.url.parse().map_err(|cause: sqlx::Error| cause.to_string())?;
    let shipper = Shipper::new(options, client, Duration::from_secs(config.every_seconds.max(1).into()));
    let (stop, stopping) = oneshot::channel();
    Ok(Some(Running { stop, task: tokio::spawn(run(shipper, stopping)) }))
}

impl Running {
    /// Ends. What is not sent yet is sent by the next one.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn run(mut shipper: Shipper, mut stopping: oneshot::Receiver<()>) {
    loop {
        tokio::select! {
            _ = &mut stopping => return,
            wait = shipper.round() => tokio::select! {
                _ = &mut stopping => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

/// Why a round ended before everything was sent.
enum Stop {
    Database(sqlx::Error),
    Store(Trouble),
}

impl From<sqlx::Error> for Stop {
    fn from(cause: sqlx::Error) -> Self {
        Stop::Database(cause)
    }
}

/// What sends.
pub struct Shipper {
    options: PgConnectOptions,
    client: Client,
    store: String,
    every: Duration,
    link: Option<PgConnection>,
    mine: bool,
    failures: u32,
    /// From when the oldest point was that was sent late.
    late: Option<DateTime<Utc>>,
}

impl Shipper {
    /// Nothing is connected before the first round.
    pub fn new(options: PgConnectOptions, client: Client, every: Duration) -> Self {
        let options = options
            .application_name("ratemyderp shipper")
            .options([
                ("statement_timeout", "10s"),
                ("lock_timeout", "1s"),
                ("idle_in_transaction_session_timeout", "10s"),
            ])
            .disable_statement_logging();
        let store = client.name();
        Shipper { options, client, store, every, link: None, mine: false, failures: 0, late: None }
    }

    /// Sends what there is, and says how long to wait before the next time.
    pub async fn round(&mut self) -> Duration {
        let ended = self.send_all().await;
        match ended {
            Ok(()) => {
                if std::mem::take(&mut self.failures) > 0 {
                    log::info!("InfluxDB gets figures again, and those of the meantime");
                }
                return self.every;
            }
            Err(Stop::Store(trouble)) => {
                let why = trouble.to_string();
                if self.failures == 0 {
                    log::warn!("figures are kept in PostgreSQL for 48 hours, until they can be sent. {why}");
                }
                if let Some(link) = &mut self.link
                    && unsent::troubled(link, &self.store, &why).await.is_err()
                {
                    self.link = None;
                }
                self.tell_lag().await;
            }
            Err(Stop::Database(cause)) => {
                if self.failures == 0 {
                    log::warn!("figures cannot be sent to InfluxDB, since PostgreSQL does not tell them: {cause}");
                }
                // What was in the middle of something may not be used again; and with it goes the lock.
                self.link = None;
            }
        }
        self.failures = self.failures.saturating_add(1);
        self.every.saturating_mul(2u32.saturating_pow(self.failures.min(10) - 1)).min(LONGEST.max(self.every))
    }

    async fn send_all(&mut self) -> Result<(), Stop> {
        if !self.has_turn().await? {
            return Ok(());
        }
        let Some(conn) = &mut self.link else { return Ok(()) };
        let oldest = unsent::oldest(conn, &self.store).await?;
        self.late = self.late.or(oldest.filter(|oldest| Utc::now() - oldest > LATE));
        let mut all = false;
        for _ in 0..BATCHES {
            let rows = unsent::next(conn, &self.store, BATCH).await?;
            send(conn, &self.client, &self.store, &rows).await?;
            all = rows.len() < BATCH as usize;
            if all {
                break;
            }
        }
        if let Some(from) = self.late.take_if(|_| all) {
            match backfill::send(conn, &self.client, from, Utc::now(), &mut |_| {}).await {
                Ok(sent) => {
                    log::info!("InfluxDB got {} minutes and {} hours that it had missed", sent.minutes, sent.hours)
                }
                Err(cause) => {
                    log::warn!("minutes and hours could not be sent (`ratemyderp metrics backfill` does it): {cause}")
                }
            }
        }
        self.tell_lag().await;
        Ok(())
    }

    /// Whether this is the process that sends: it holds a lock for as long as its connection lives.
    async fn has_turn(&mut self) -> Result<bool, sqlx::Error> {
        let conn = match &mut self.link {
            Some(conn) => conn,
            link => {
                self.mine = false;
                link.insert(self.options.connect().await?)
            }
        };
        if !self.mine {
            self.mine = sqlx::query_scalar!(
                r#"SELECT pg_try_advisory_lock(hashtextextended('ratemyderp: metrics shipper', 0)) AS "mine!""#
            )
            .fetch_one(conn)
            .await?;
        }
        Ok(self.mine)
    }

    /// Writes down how old the oldest point is that has not been sent: of that alerts can tell while InfluxDB is away.
    async fn tell_lag(&mut self) {
        let Some(conn) = &mut self.link else { return };
        if let Err(cause) = note_lag(conn, &self.store, Utc::now()).await {
            log::warn!("how far InfluxDB is behind cannot be written down: {cause}");
            self.link = None;
        }
    }
}

async fn note_lag(conn: &mut PgConnection, store: &str, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let oldest = unsent::oldest(conn, store).await?;
    let lag = oldest.map_or(0, |oldest| (now - oldest).num_milliseconds().max(0));
    let fields = vec![("ship_lag_ms".into(), Value::Whole(lag))];
    store::insert(conn, &[&Point::gauge("metrics", flusher::grid(now), vec![], fields)], "").await
}

/// Sends these in order, in fewer at a time where all at once do not go, down to the single point that is at fault.
async fn send(conn: &mut PgConnection, client: &Client, store: &str, rows: &[Row]) -> Result<(), Stop> {
    let mut parts = vec![rows];
    let mut search = SEARCH;
    while let Some(part) = parts.pop() {
        let Some(last) = part.last() else { continue };
        let lines: Vec<String> =
            part.iter().filter_map(|row| line(&row.measurement, row.at, &row.tags, &row.fields)).collect();
        let written = match lines.is_empty() {
            true => Written::Malformed("no figure that could be sent is in it".into()),
            false => client.write(client.bucket(), lines.join("\n")).await.map_err(Stop::Store)?,
        };
        let refused = match written {
            Written::Stored => (part.len() - lines.len()) as u64,
            Written::Partly(dropped, _) if part.len() > 1 && search == 0 => dropped,
            Written::TooLarge | Written::Malformed(_) | Written::Partly(..) if part.len() > 1 => {
                if matches!(written, Written::Partly(..)) {
                    search -= 1;
                }
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
                continue;
            }
            Written::TooLarge => set_aside(conn, last, "too large by itself").await?,
            Written::Malformed(reason) | Written::Partly(_, reason) => set_aside(conn, last, &reason).await?,
        };
        unsent::moved(conn, store, last.number, refused).await?;
        recorder().refused(refused);
    }
    Ok(())
}

async fn set_aside(conn: &mut PgConnection, row: &Row, reason: &str) -> Result<u64, sqlx::Error> {
    log::warn!("InfluxDB does not take a point of {:?}, which is set aside: {reason}", row.measurement);
    unsent::set_aside(conn, row, reason).await.map(|()| 1)
}
