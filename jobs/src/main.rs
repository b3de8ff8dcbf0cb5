//! `ratemyderp-jobs`: the process that works through the queue.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ratemyderp::config::Config;

/// Works through RateMyDerp's queue: thumbnails, mail, standings, upkeep.
///
/// Settings are read from Rocket.toml (or the file in ROCKET_CONFIG), ROCKET_* and DATABASE_URL. `work` wants the
/// ROCKET_SECRET_KEY of the web processes: links in mails are signed with it.
#[derive(Parser)]
#[command(name = "ratemyderp-jobs", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done; for `work`: stopped, and every job that it held has ended
  1  it did not work: bad settings, no database (`work` waits for one), no such job
  2  bad arguments
  3  `work` stopped, but had to give jobs back into the queue";

#[derive(Subcommand)]
enum Command {
    /// Run jobs until SIGTERM or SIGINT (the default). A second signal does not wait for jobs in flight.
    Work,
    /// Print how many jobs there are by state and kind, the lanes, and the worker processes.
    Status(commands::status::Args),
    /// List jobs, the newest first.
    List(commands::list::Args),
    /// Print one job with every attempt.
    Show(commands::show::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command.unwrap_or(Command::Work)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ratemyderp-jobs: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, commands::Error> {
    let config = Config::load()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        match command {
            Command::Work => commands::work::run(&config).await,
            Command::Status(args) => commands::status::run(&config, &args).await,
            Command::List(args) => commands::list::run(&config, &args).await,
            Command::Show(args) => commands::show::run(&config, &args).await,
        }
    });
    // An image that is still being worked on cannot be stopped, and nobody wants it any more.
    runtime.shutdown_background();
    result
}
