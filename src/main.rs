//! The web process, and commands for whoever runs the site.

mod cli;

use std::process::ExitCode;

use clap::Parser;

/// A page is some hundred short strings, and two threads free what others allocated.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rate a derpy animal, get the next one.
#[derive(Parser)]
#[command(name = "ratemyderp", version, about, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Option<cli::Command>,
}

const AFTER_HELP: &str = "\
Settings come from Rocket.toml (or the file named by ROCKET_CONFIG) and the environment:
  DATABASE_URL       postgres://user:password@host:port/name
  ROCKET_SECRET_KEY  32 bytes in base64, the same for every process
  ROCKET_PORT        8000 unless set

Exit codes: 0 done, 1 failed (the reason is on standard error), 2 wrong usage.";

#[rocket::main]
async fn main() -> ExitCode {
    let command = Arguments::parse().command.unwrap_or(cli::Command::Serve);
    if !matches!(command, cli::Command::Serve) {
        sigpipe::reset(); // `check | head` ends as soon as nobody reads
    }
    match cli::run(command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("ratemyderp: {cause}");
            cause.downcast_ref::<cli::Code>().map_or(ExitCode::FAILURE, |own| ExitCode::from(own.code))
        }
    }
}
