//! One file per command.

mod account;
mod check;
mod demo;
mod metrics;
mod migrate;
mod photo;
mod serve;

use clap::Subcommand;
use ratemyderp::config::Config;
use sqlx::PgPool;

/// What may be asked of the program.
#[derive(Subcommand)]
pub enum Command {
    /// Answer visitors (what happens without a command)
    Serve,
    /// Bring the database up to date; safe to repeat
    Migrate,
    /// Recount everything, look for every file, and say what disagrees; changes nothing
    Check(check::Arguments),
    /// Who may do what, and who may not log in
    Account(account::Arguments),
    /// Figures, and the InfluxDB that gets them too
    Metrics(metrics::Arguments),
    /// Upload the demo photos, once
    Demo(demo::Arguments),
    /// Take a photo out of sight, or bring it back
    Photo(photo::Arguments),
}

/// Why a command failed, in words.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A failure with an exit code of its own.
#[derive(Debug)]
pub struct Code {
    /// What the process ends with.
    pub code: u8,
    reason: String,
}

impl Code {
    fn new(code: u8, reason: &str) -> Self {
        Code { code, reason: reason.to_owned() }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Code {}

/// Runs one command.
pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve => serve::run().await,
        Command::Migrate => migrate::run().await,
        Command::Check(arguments) => check::run(arguments).await,
        Command::Account(arguments) => account::run(arguments).await,
        Command::Metrics(arguments) => metrics::run(arguments).await,
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Photo(arguments) => photo::run(arguments).await,
    }
}

/// The configuration, and a pool for one command.
fn start() -> Result<(Config, PgPool), Failure> {
    let config = Config::load()?;
    let pool = ratemyderp::db::pool(config.database(), "ratemyderp cli")?;
    Ok((config, pool))
}
