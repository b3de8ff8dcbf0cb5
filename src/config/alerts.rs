//! When the queue counts as sick, and who is told.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::secret::Secret;

/// Thresholds of the health sentence and of alerts, and where alerts go.
#[derive(Debug, Clone, Deserialize)]
pub struct AlertsConfig {
    /// Between two rounds, in seconds; 0: this process takes no part in them.
    pub every_seconds: u32,
    /// Who gets the mails; nobody when empty. Several addresses are set apart by commas.
    #[serde(default)]
    mail_to: String,
    webhook_url: Option<Secret>,
    heartbeat_url: Option<Secret>,
    /// Between two pings of the heartbeat, in seconds.
    pub heartbeat_seconds: u32,
    /// Hours after which an alert that is still open is sent again; 0: never.
    pub remind_hours: u32,
    /// Running jobs of which none ends for so many seconds, while others are due, are stalled.
    pub stalled_seconds: u32,
    /// A job that is due may wait so many seconds.
    pub oldest_due_seconds: u32,
    /// The same for the lanes in this list.
    #[serde(default)]
    oldest_due_by_lane: BTreeMap<String, u32>,
    /// So many failed attempts of a kind within five minutes are too many, if they are half of all.
    pub failing_attempts: u32,
    /// So many failed jobs are too many, of those that failed within `failed_hours` and were neither retried nor discarded.
    pub failed_jobs: u32,
    /// See there.
    pub failed_hours: u32,
    /// Seconds that a dead worker's job may wait to be rescued after its lease.
    pub orphan_seconds: u32,
    /// What is paused for longer than so many seconds may have been forgotten.
    pub paused_seconds: u32,
    /// So many ticks of a schedule in a row may not be missing.
    pub missed_ticks: u32,
    /// A lane may not grow for so many minutes.
    pub grows_minutes: u32,
    /// The same for pages, hosts and the database.
    pub system: SystemLimits,
}

/// When pages, hosts and the database count as sick, by their figures in PostgreSQL.
#[derive(Debug, Clone, Deserialize)]
pub struct SystemLimits {
    /// Failed answers of a hundred.
    pub failed_percent: f64,
    /// 95 of 100 votes are answered within so many milliseconds.
    pub vote_ms: u32,
    /// Nobody votes for so many minutes, though photos are shown.
    pub no_votes_minutes: u32,
    /// So many uploads within five minutes are many.
    pub flood_uploads: u32,
    /// So many times what is usual, too.
    pub flood_times: f64,
    /// How full a disk may be.
    pub disk_percent: f64,
    /// A disk that grows may not be full within so many hours.
    pub disk_full_hours: u32,
    /// The share of a minute in which everything waits for memory.
    pub memory_percent: f64,
    /// The share of the database's connections that are in use.
    pub connections_percent: f64,
    /// For how long a transaction may be open.
    pub transaction_seconds: u32,
    /// How far a replica or slot may be behind.
    pub lag_mib: u32,
    /// The same in seconds.
    pub lag_seconds: u32,
    /// A file that is touched after each backup; empty: none is watched.
    backup_mark: String,
    /// How old the newest backup may be.
    pub backup_hours: u32,
    /// An address whose certificate is watched; empty: none.
    certificate_of: String,
    /// For how many days it has to be good.
    pub certificate_days: u32,
    /// The share of transaction numbers that are used up.
    pub transaction_ids_percent: f64,
    /// How far InfluxDB may be behind.
    pub ship_lag_seconds: u32,
}

impl SystemLimits {
    /// A file that is touched after each backup.
    pub fn backup_mark(&self) -> Option<&str> {
        Some(self.backup_mark.trim()).filter(|path| !path.is_empty())
    }

    /// An address whose certificate is watched, as in `ratemyderp.example:443`.
    pub fn certificate_of(&self) -> Option<&str> {
        Some(self.certificate_of.trim()).filter(|address| !address.is_empty())
    }
}

impl AlertsConfig {
    /// Who gets the mails.
    pub fn mail_to(&self) -> Vec<&str> {
        self.mail_to.split(',').map(str::trim).filter(|address| !address.is_empty()).collect()
    }

    /// Where messages are posted as JSON.
    pub fn webhook(&self) -> Option<&str> {
        address(self.webhook_url.as_ref())
    }

    /// What is asked for each minute while all is well.
    pub fn heartbeat(&self) -> Option<&str> {
        address(self.heartbeat_url.as_ref())
    }

    /// How many seconds a job of this lane may wait once it is due.
    pub fn oldest_due(&self, lane: &str) -> u32 {
        self.oldest_due_by_lane.get(lane).copied().unwrap_or(self.oldest_due_seconds)
    }

    /// The lanes with a limit of their own.
    pub fn own_limits(&self) -> impl Iterator<Item = (&str, u32)> {
        self.oldest_due_by_lane.iter().map(|(lane, seconds)| (lane.as_str(), *seconds))
    }
}

fn address(url: Option<&Secret>) -> Option<&str> {
    url.map(|url| url.expose().trim()).filter(|url| !url.is_empty())
}
