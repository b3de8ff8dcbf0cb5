//! Settings of both processes, read from `Rocket.toml` and the environment by the same figment.

mod storage;

use std::num::NonZeroU32;
use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::magic::RelativePathBuf;
use serde::{Deserialize, Serialize};

use crate::secret::Secret;

pub use storage::{StorageConfig, StorageKind};

/// Everything that the domain, the web process and the jobs process read from the configuration.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    databases: Databases,
    secret_key: Option<Secret>,
    pub storage: StorageConfig,
    /// Where templates and static files are read from at start.
    pub assets: AssetsConfig,
    /// How cookies are sent.
    pub cookies: CookiesConfig,
    /// How much one visitor may do.
    pub rates: RatesConfig,
    /// How much one member may upload.
    pub uploads: UploadsConfig,
    /// How long the site waits for what is sent to it.
    pub patience: PatienceConfig,
    /// How members come and go.
    pub accounts: AccountsConfig,
    /// The site as the world sees it.
    pub site: SiteConfig,
    pub mail: MailConfig,
    /// How the jobs process works.
    pub jobs: JobsConfig,
}

#[derive(Debug, Clone, Deserialize)]
struct Databases {
    main: DatabaseConfig,
}

/// The PostgreSQL server, in the table that rocket_db_pools reads too.
#[derive(Debug, Clone, Deserialize)]
pub struct DatabaseConfig {
    /// `postgres://user:password@host:port/name`
    pub url: String,
    /// Connections of one process.
    pub max_connections: u32,
    /// Seconds to wait for a connection.
    pub connect_timeout: u64,
}

/// Folders read at start.
#[derive(Debug, Clone, Deserialize)]
pub struct AssetsConfig {
    templates: RelativePathBuf,
    r#static: RelativePathBuf,
    npm: RelativePathBuf,
    /// Read a template anew each time it is rendered: for whoever edits them, and slow.
    pub reload: bool,
}

impl AssetsConfig {
    /// Handlebars templates.
    pub fn templates(&self) -> PathBuf {
        self.templates.relative()
    }

    /// Our own stylesheet, script and icons.
    pub fn r#static(&self) -> PathBuf {
        self.r#static.relative()
    }

    /// Packages fetched from npm at set-up.
    pub fn npm(&self) -> PathBuf {
        self.npm.relative()
    }
}

/// How cookies are sent.
#[derive(Debug, Clone, Deserialize)]
pub struct CookiesConfig {
    /// Over HTTPS only. Rocket cannot know it behind a proxy.
    pub secure: bool,
}

/// How much one visitor may do.
#[derive(Debug, Clone, Deserialize)]
pub struct RatesConfig {
    /// Votes of one rater.
    pub votes_per_rater: Rate,
    /// Votes from one network (IPv4 /24, IPv6 /64).
    pub votes_per_network: Rate,
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

/// The site as the world sees it.
#[derive(Debug, Clone, Deserialize)]
pub struct SiteConfig {
    /// Its address without a slash at the end, for links in mails.
    pub url: String,
    #[serde(default)]
    contact: String,
}

impl SiteConfig {
    /// The address at which whoever runs the site can be reached, if they say so.
    pub fn contact(&self) -> Option<&str> {
        Some(self.contact.trim()).filter(|contact| !contact.is_empty())
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct MailConfig {
    pub transport: MailTransport,
    /// The SMTP server: `smtps://user:password@host:port`; `smtp://..` without encryption, `?tls=required` for STARTTLS.
    pub url: Secret,
    /// The sender, as in `RateMyDerp <derp@example.com>`.
    pub from: String,
    /// How long one mail may take, in seconds.
    pub timeout_seconds: u32,
    /// Mails to one address that a stranger can cause.
    pub unasked_per_address: Allowance,
    folder: RelativePathBuf,
}

/// By which way mail leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTransport {
    /// To an SMTP server.
    Smtp,
    /// Into a folder, for whoever develops.
    File,
}

impl MailConfig {
    /// Where the file transport writes.
    pub fn folder(&self) -> PathBuf {
        self.folder.relative()
    }
}

/// How the jobs process works.
#[derive(Debug, Clone, Deserialize)]
pub struct JobsConfig {
    /// Jobs run at once by one process.
    pub workers: u32,
    /// How long a claim holds without a heartbeat, in seconds.
    pub lease_seconds: u32,
    /// How often the queue is looked at when no notification arrives, in seconds.
    pub poll_seconds: u32,
    /// Memory that all images being worked on at once may take, in MiB.
    pub image_memory_mib: u32,
    /// How often standings are worked out, in seconds.
    pub rank_every_seconds: u32,
    /// After standings took a second or more, how many times as long they rest; 0 switches it off.
    pub rank_rest_factor: u32,
    /// How long finished jobs are kept, in days.
    pub keep_finished_days: u32,
    /// How long failed jobs are kept, in days, unless an operator puts them aside.
    pub keep_failed_days: u32,
    /// How long a stop waits for jobs in flight, in seconds.
    pub grace_seconds: u32,
}

impl Config {
    /// Reads the configuration; the error names the key and the file.
    pub fn load() -> Result<Self, Box<figment::Error>> {
        figment().extract().map_err(Box::new)
    }

    /// What every process derives its keys from. The error says what to do.
    pub fn secret(&self) -> Result<&Secret, String> {
        self.secret_key.as_ref().ok_or_else(|| {
            "ROCKET_SECRET_KEY is not set: every process needs the same one. `bin/dev` makes one; \
             elsewhere use the output of `openssl rand -base64 32`."
                .to_owned()
        })
    }

    /// The database of both processes.
    pub fn database(&self) -> &DatabaseConfig {
        &self.databases.main
    }
}

/// `Rocket.toml` (or the file in `ROCKET_CONFIG`), then `ROCKET_*`, then `DATABASE_URL`.
pub fn figment() -> Figment {
    let file = Env::var_or("ROCKET_CONFIG", "Rocket.toml");
    let default_profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    let figment = Figment::new()
        .merge(Toml::file(file).nested())
        .merge(Env::prefixed("ROCKET_").ignore(&["PROFILE", "CONFIG"]).global())
        .select(Env::var_or("ROCKET_PROFILE", default_profile));
    match Env::var("DATABASE_URL") {
        Some(url) => figment.merge(Serialized::global("databases.main.url", url)),
        None => figment,
    }
}
