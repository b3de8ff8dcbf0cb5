//! What can be wrong with pages, hosts and the database.

use chrono::TimeDelta;
use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

use crate::charts::duration;
use crate::config::SystemLimits;

/// What alerts tell of, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Rule {
    /// Answers fail through our fault.
    AnswersFail,
    /// Nobody votes, though photos are shown.
    NobodyVotes,
    /// Votes are slow.
    VotesSlow,
    /// Far more uploads than is usual.
    UploadsFlood,
    /// A disk is nearly full, or will soon be.
    Disk,
    /// Everything waits for memory, or processes were killed for want of it.
    Memory,
    /// Most database connections are in use.
    Connections,
    /// A transaction has been open for long.
    Transaction,
    /// A replica or a slot is far behind.
    Replication,
    /// Transaction numbers run out.
    TransactionIds,
    /// Backups are old, or missing.
    Backup,
    /// A certificate ends soon.
    Certificate,
    /// Figures are lost, or come late to InfluxDB.
    Figures,
}

impl Rule {
    /// As stored, such as `answers_fail`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What it watches, with its threshold, in a sentence for operators.
    pub fn watches(self, limits: &SystemLimits) -> String {
        let lasts = |seconds: u32| duration(f64::from(seconds));
        match self {
            Rule::AnswersFail => {
                format!(
                    "More than {} % of the answers of five minutes failed (5xx), and five or more.",
                    limits.failed_percent
                )
            }
            Rule::NobodyVotes => format!(
                "Nobody has voted for {} minutes though photos were shown, and at this time last week somebody had.",
                limits.no_votes_minutes
            ),
            Rule::VotesSlow => format!("Of the votes of five minutes 95 of 100 took more than {} ms.", limits.vote_ms),
            Rule::UploadsFlood => format!(
                "{} uploads within five minutes, and {} times as many as are usual: as in three of four hours of the last day.",
                limits.flood_uploads, limits.flood_times
            ),
            Rule::Disk => format!(
                "A disk is more than {} % full, or will be full within {} h if the last six hours go on.",
                limits.disk_percent, limits.disk_full_hours
            ),
            Rule::Memory => format!(
                "Everything waited for memory for more than {} % of a minute, or a process was killed for want of it.",
                limits.memory_percent
            ),
            Rule::Connections => {
                format!("More than {} % of the database’s connections are in use.", limits.connections_percent)
            }
            Rule::Transaction => format!("A transaction has been open for {}.", lasts(limits.transaction_seconds)),
            Rule::Replication => format!(
                "A replica or a replication slot is {} MiB behind, or a replica {}.",
                limits.lag_mib,
                lasts(limits.lag_seconds)
            ),
            Rule::Backup => backup(limits),
            Rule::Certificate => certificate(limits),
            Rule::TransactionIds => {
                format!("More than {} % of the transaction numbers are used up.", limits.transaction_ids_percent)
            }
            Rule::Figures => format!(
                "Figures were lost within five minutes, or InfluxDB is {} behind.",
                lasts(limits.ship_lag_seconds)
            ),
        }
    }
}

fn backup(limits: &SystemLimits) -> String {
    match limits.backup_mark() {
        Some(mark) => format!("{mark} was touched by no backup for {} h.", limits.backup_hours),
        None => "Nothing: backup_mark is not set.".into(),
    }
}

fn certificate(limits: &SystemLimits) -> String {
    match limits.certificate_of() {
        Some(address) => format!("The certificate of {address} ends within {} days.", limits.certificate_days),
        None => "Nothing: certificate_of is not set.".into(),
    }
}

/// In how many hours a disk will be full if it goes on like this: a line through what was used, in percent at even times. Nothing
/// where it does not grow, or too little is known.
pub(super) fn full_in(used: &[Option<f64>], step: TimeDelta) -> Option<f64> {
    let hours = step.num_seconds() as f64 / 3600.0;
    let known: Vec<(f64, f64)> =
        used.iter().enumerate().filter_map(|(place, used)| Some((place as f64 * hours, (*used)?))).collect();
    let (last, quarter) = (known.last()?.1, known.get(known.len().checked_sub(4)?)?.1);
    let count = known.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| known.iter().map(of).sum::<f64>() / count;
    let (at, level) = (mean(&|point| point.0), mean(&|point| point.1));
    let spread: f64 = known.iter().map(|point| (point.0 - at).powi(2)).sum();
    let slope = known.iter().map(|point| (point.0 - at) * (point.1 - level)).sum::<f64>() / spread;
    // What grew hours ago and stands still now fills nothing.
    (slope > 0.0 && last > quarter).then(|| (100.0 - last) / slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_grows_will_be_full_and_one_that_stands_still_never() {
        let half = TimeDelta::minutes(30);
        let grows: Vec<Option<f64>> = (0..12).map(|step| Some(60.0 + f64::from(step))).collect();
        let hours = full_in(&grows, half).unwrap_or(0.0);
        assert!((hours - 14.5).abs() < 0.01, "{hours}");
        assert_eq!(full_in(&[Some(50.0); 12], half), None);
        assert_eq!(full_in(&[Some(50.0), Some(60.0), None], half), None, "too little is known");
        let stopped: Vec<Option<f64>> = (0..12).map(|step| Some(if step < 3 { 40.0 } else { 60.0 })).collect();
        assert_eq!(full_in(&stopped, half), None);
    }
}
