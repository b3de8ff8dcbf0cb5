//! How much visitors, members and networks may do, and how long the site waits for them.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// How much one visitor may do.
#[derive(Debug, Clone, Deserialize)]
pub struct RatesConfig {
    /// Votes of one rater.
    pub votes_per_rater: Rate,
    /// Votes from one network (IPv4 /24, IPv6 /64).
    pub votes_per_network: Rate,
    /// Searches from one network.
    pub searches_per_network: Rate,
    /// Milliseconds within which a rater's vote on another photo is the second half of a double tap; 0 is off.
    pub same_tap_ms: u32,
    /// Photos that one rater may report in an hour.
    pub reports_per_hour: i64,
    /// Reports from one network, kept in PostgreSQL.
    pub reports_per_network: Allowance,
    /// Against ballot stuffing, kept in PostgreSQL.
    pub stuffing: VoteBrakes,
}

/// How much new raters of one network (IPv4 /24, IPv6 /48) may do. A limit of 0 is none.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct VoteBrakes {
    /// For so many hours after their first rating raters count as new.
    pub new_for_hours: i32,
    /// Raters that may begin within `new_raters_hours`.
    pub new_raters_per_network: i32,
    /// See there.
    pub new_raters_hours: i32,
    /// Ratings of one photo by new raters within `photo_hours`.
    pub ratings_per_photo_and_network: i32,
    /// See there.
    pub photo_hours: i32,
}

/// How much one member may upload.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct UploadsConfig {
    /// For so many days an account counts as new.
    pub new_account_days: i32,
    /// Photos in 24 hours from a new account.
    pub per_day_when_new: i64,
    /// Photos in 24 hours from any other.
    pub per_day: i64,
    /// Files that one account may send, whether photos come of them or not; kept in PostgreSQL.
    pub files_per_account: Allowance,
    /// Forms with a file that one process reads at the same time from one account; further ones wait.
    pub open_per_account: u32,
    /// The same from one network (IPv4 /24, IPv6 /64).
    pub open_per_network: u32,
}

/// How long the site waits for what is sent to it.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct PatienceConfig {
    /// Seconds that a form without a file may take to arrive.
    pub form_seconds: u64,
    /// Seconds without a byte after which an upload is cut off.
    pub silence_seconds: u64,
    /// Seconds without a byte after which an upload loses its turn to others; it stands in line again when something comes.
    pub turn_silence_seconds: u64,
    /// Seconds that an upload waits for its turn.
    pub turn_wait_seconds: u64,
}

/// A sustained rate with room for a burst.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Rate {
    /// Sustained, per second.
    pub per_second: NonZeroU32,
    /// At once, after a pause.
    pub burst: NonZeroU32,
}

/// How members come and go. All brakes are kept in PostgreSQL.
#[derive(Debug, Clone, Deserialize)]
pub struct AccountsConfig {
    /// Failed attempts to log in with one name from one network (IPv4 /24, IPv6 /64).
    pub logins_per_name_and_network: Allowance,
    /// Failed attempts to log in with any name from one network; an IPv6 /48 has eight times as many.
    pub logins_per_network: Allowance,
    /// Failed attempts to log in with one name from anywhere.
    pub logins_per_name: Allowance,
    /// Failed attempts to log in as somebody who has been logged in with this browser before. None of the three above counts there.
    pub logins_per_known_browser: Allowance,
    /// Passwords that are measured for one network, at joining and through links in mails.
    pub passwords_per_network: Allowance,
    /// Accounts made from one network.
    pub joins_per_network: Allowance,
    /// Mails asked for by one account, or for one address.
    pub mails_per_account: Allowance,
    /// Mails asked for from one network.
    pub mails_per_network: Allowance,
    /// Codes that may be tried for one account.
    pub codes_per_account: Allowance,
    /// Files of everything that is kept about one account.
    pub exports_per_account: Allowance,
    /// Do moderators and operators need two-factor before they may do what members may not?
    pub two_factor_required: bool,
    /// Days between asking for an account's deletion and the deletion.
    pub deletion_grace_days: u32,
}

/// A sustained rate with room for a burst, for what is rare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// Sustained, per hour.
    pub per_hour: NonZeroU32,
    /// At once, after a pause.
    pub burst: NonZeroU32,
}

impl Allowance {
    /// So many times as much.
    pub fn times(self, factor: u32) -> Self {
        let times =
            |number: NonZeroU32| number.saturating_mul(NonZeroU32::MIN.saturating_add(factor.saturating_sub(1)));
        Allowance { per_hour: times(self.per_hour), burst: times(self.burst) }
    }
}
