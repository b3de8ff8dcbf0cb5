//! What has to be done now and then, and is forgotten: backups and certificates.

use super::{BACKUPS, CERTIFICATES, Rule, Trouble, one};
use crate::charts::{Unit, duration};
use crate::config::SystemLimits;
use crate::dashboards::known::Known;

/// Backups that are old, or of which there is no sign.
pub(super) fn backups(known: &Known<'_>, limits: &SystemLimits) -> Vec<Trouble> {
    let most = f64::from(limits.backup_hours) * 3600.0;
    let of = |host: &str| {
        let missing = one(known.of(BACKUPS, host, 0)).unwrap_or(0.0) > 0.0;
        let age = one(known.of(BACKUPS, host, 1)).unwrap_or(0.0);
        let words = match missing {
            true => format!("{host} has no sign of a backup: the file that it touches is not there"),
            false if age > most => format!("The newest backup of {host} is {} old", duration(age)),
            false => return None,
        };
        Some(Trouble { rule: Some(Rule::Backup), subject: host.to_owned(), words, chart: "hosts" })
    };
    known.names(BACKUPS).into_iter().filter_map(of).collect()
}

/// Certificates that end soon, or have ended.
pub(super) fn certificates(known: &Known<'_>, limits: &SystemLimits) -> Vec<Trouble> {
    let of = |address: &str| {
        let days = one(known.of(CERTIFICATES, address, 0))?;
        let words = match days {
            days if days <= 0.0 => format!("The certificate of {address} is not good any more"),
            days if days < f64::from(limits.certificate_days) => {
                let days = Unit::Things("day", "days").say(days.ceil());
                format!("The certificate of {address} is good for {days} only")
            }
            _ => return None,
        };
        Some(Trouble { rule: Some(Rule::Certificate), subject: address.to_owned(), words, chart: "hosts" })
    };
    known.names(CERTIFICATES).into_iter().filter_map(of).collect()
}
