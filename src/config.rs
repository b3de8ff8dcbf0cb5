//! Settings of both processes, read from `Rocket.toml` and the environment by the same figment.

mod alerts;
mod figures;
mod influx;
mod limits;
mod openmetrics;
mod storage;

use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::magic::RelativePathBuf;
use serde::Deserialize;

use crate::secret::Secret;

pub use alerts::{AlertsConfig, SystemLimits};
pub use figures::FiguresConfig;
pub use influx::InfluxConfig;
pub use limits::{AccountsConfig, Allowance, PatienceConfig, Rate, RatesConfig, UploadsConfig, VoteBrakes};
pub use openmetrics::OpenMetricsConfig;
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
    /// When the queue counts as sick, and who is told.
    pub alerts: AlertsConfig,
    /// Where figures go besides PostgreSQL.
    pub influxdb: InfluxConfig,
    /// Are figures gathered?
    pub figures: FiguresConfig,
    /// Who may collect what a process has counted.
    pub openmetrics: OpenMetricsConfig,
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
    /// Are photos ranked by scores without the [biases](crate::ratings::biases) of raters?
    pub even_out_raters: bool,
    /// How long finished jobs are kept, in days.
    pub keep_finished_days: u32,
    /// How long failed jobs are kept, in days, unless an operator puts them aside.
    pub keep_failed_days: u32,
    /// How long a stop waits for jobs in flight, in seconds.
    pub grace_seconds: u32,
    /// How long a kind rests at most of which one attempt after the other fails alike, in seconds; 0 switches it off.
    pub longest_rest_seconds: u32,
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
