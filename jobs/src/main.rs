//! `ratemyderp-jobs`: the process that works through the queue.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ratemyderp::config::Config;
use ratemyderp::operations::Verb;

/// Works through RateMyDerp's queue: thumbnails, mail, standings, upkeep.
///
/// Settings are read from Rocket.toml (or the file in ROCKET_CONFIG), ROCKET_* and DATABASE_URL. `work` wants the
/// ROCKET_SECRET_KEY of the web processes: links in mails are signed with it.
#[derive(Parser)]
#[command(name = "ratemyderp-jobs", version, help_template = HELP, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

/// All commands, by what they are for.
const HELP: &str = "\
{about-with-newline}
{usage-heading} {usage}

Working:
  work          run jobs until SIGTERM or SIGINT (the default)

Looking:
  status        how the queue does, in a sentence and in numbers
  list          jobs that a filter matches, the newest first
  show          one job with all that is known of it
  errors        errors by group, or one of them
  operations    what operators did to jobs
  lanes         what waits, since when, what runs, when it is drained
  workers       who is there, late or gone, and what each runs
  schedules     when they tick, and how their last runs went

Changing jobs (a preview first; --yes or --count N does it, --dry-run never):
  retry         put failed jobs back into the queue with all their attempts
  run           make waiting jobs due at once
  discard       put failed jobs aside
  restore       bring back what was put aside
  cancel        cancel waiting jobs
  stop          end running jobs
  move-lane     let waiting jobs wait in another lane
  set-priority  let waiting jobs go before or behind others of their lane
  undo          take back what an operation did

Steering:
  pause         let a lane, kind or schedule wait
  resume        let it go on
  concurrency   limit how many jobs of a lane run at once
  quiet         let a worker end what it runs and take nothing new
  unquiet       let it take jobs again
  run-schedule  queue the job of a schedule out of turn
  note          write down what you know about an error group
  mute          alert nobody of an error group until it changes
  unmute        alert of it again

  help          this, or more about one command

Options:
{options}{after-help}";

const EXIT_CODES: &str = "\
Exit codes:
  0  done; for `work`: stopped, and every job that it held has ended
  1  it did not work: bad settings, no database (`work` waits for one), no such job; for `status`: something is wrong
  2  bad arguments
  3  `work` stopped, but had to give jobs back into the queue; for what changes jobs: not confirmed, or another count
  4  somebody else was first, or not all of the jobs were what they had been";

#[derive(Subcommand)]
enum Command {
    /// Run jobs until SIGTERM or SIGINT (the default). A second signal does not wait for jobs in flight.
    Work,
    /// Say in a sentence how the queue does, then how many jobs there are by state and kind, the lanes, and the worker processes.
    Status(commands::status::Args),
    /// List jobs, the newest first.
    List(commands::list::Args),
    /// Print one job with all that is known of it.
    Show(commands::show::Args),
    /// List errors by group, or tell of one.
    Errors(commands::errors::Args),
    /// Write down what you know about an error group.
    Note(commands::errors::NoteArgs),
    /// Alert nobody of an error group until it changes.
    Mute(commands::errors::MuteArgs),
    /// Alert of it again.
    Unmute(commands::errors::MuteArgs),
    /// Put failed jobs back into the queue with all their attempts.
    Retry(commands::operate::Args),
    /// Make waiting jobs due at once.
    Run(commands::operate::Args),
    /// Put failed jobs aside.
    Discard(commands::operate::Args),
    /// Bring back what was put aside.
    Restore(commands::operate::Args),
    /// Cancel waiting jobs.
    Cancel(commands::operate::Args),
    /// Ask running jobs to stop.
    Stop(commands::operate::Args),
    /// Let waiting jobs wait in another lane.
    MoveLane(commands::operate::ValuedArgs),
    /// Let waiting jobs go before or behind others of their lane.
    SetPriority(commands::operate::ValuedArgs),
    /// Take back what an operation did, as far as nothing else has happened to its jobs.
    Undo(commands::operate::UndoArgs),
    /// List what operators did to jobs.
    Operations(commands::operate::ListArgs),
    /// Let the jobs of a lane or kind wait, or a schedule not tick. What runs already goes on.
    Pause(commands::pause::PauseArgs),
    /// Let them go on.
    Resume(commands::pause::ResumeArgs),
    /// Limit how many jobs of a lane run at once.
    Concurrency(commands::concurrency::Args),
    /// Let a worker end what it runs and take nothing new.
    Quiet(commands::quiet::Args),
    /// Let it take jobs again.
    Unquiet(commands::quiet::Args),
    /// Queue the job of a schedule out of turn, unless it waits already.
    RunSchedule(commands::schedules::RunArgs),
    /// Print the schedules: when they tick, and how their last runs went.
    Schedules(commands::schedules::ListArgs),
    /// Print the workers: who is there, late or gone, and what each runs.
    Workers(commands::workers::Args),
    /// Print the lanes: what waits, since when, what runs, and when it is drained.
    Lanes(commands::workers::Args),
}

fn main() -> ExitCode {
    let command = Cli::parse().command.unwrap_or(Command::Work);
    if !matches!(command, Command::Work) {
        sigpipe::reset(); // `status | head` ends as soon as nobody reads
    }
    match run(command) {
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
            Command::Pause(args) => commands::pause::pause(&config, &args).await,
            Command::Resume(args) => commands::pause::resume(&config, &args).await,
            Command::Concurrency(args) => commands::concurrency::run(&config, &args).await,
            Command::Quiet(args) => commands::quiet::run(&config, &args, true).await,
            Command::Unquiet(args) => commands::quiet::run(&config, &args, false).await,
            Command::RunSchedule(args) => commands::schedules::run_now(&config, &args).await,
            Command::Schedules(args) => commands::schedules::list(&config, &args).await,
            Command::Workers(args) => commands::workers::workers(&config, &args).await,
            Command::Lanes(args) => commands::workers::lanes(&config, &args).await,
            Command::Show(args) => commands::show::run(&config, &args).await,
            Command::Errors(args) => commands::errors::run(&config, &args).await,
            Command::Note(args) => commands::errors::note(&config, &args).await,
            Command::Mute(args) => commands::errors::mute(&config, &args, true).await,
            Command::Unmute(args) => commands::errors::mute(&config, &args, false).await,
            Command::Retry(args) => commands::operate::run(&config, Verb::Retry, &args).await,
            Command::Run(args) => commands::operate::run(&config, Verb::RunNow, &args).await,
            Command::Discard(args) => commands::operate::run(&config, Verb::Discard, &args).await,
            Command::Restore(args) => commands::operate::run(&config, Verb::Restore, &args).await,
            Command::Cancel(args) => commands::operate::run(&config, Verb::Cancel, &args).await,
            Command::Stop(args) => commands::operate::run(&config, Verb::Stop, &args).await,
            Command::MoveLane(args) => commands::operate::change(&config, Verb::MoveLane, &args).await,
            Command::SetPriority(args) => commands::operate::change(&config, Verb::SetPriority, &args).await,
            Command::Undo(args) => commands::operate::undo(&config, &args).await,
            Command::Operations(args) => commands::operate::list(&config, &args).await,
        }
    });
    // An image that is still being worked on cannot be stopped, and nobody wants it any more.
    runtime.shutdown_background();
    result
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Cli, HELP};

    #[test]
    fn the_help_names_every_command_once() {
        for command in Cli::command().get_subcommands() {
            let line = format!("\n  {:<13} ", command.get_name());
            assert_eq!(HELP.matches(&line).count(), 1, "{}", command.get_name());
        }
    }
}
