//! Who acts from the command line, and how they are answered.

use std::process::ExitCode;

use ratemyderp::accounts::audit::Actor;
use ratemyderp::error::Error;
use ratemyderp::steering::Done;
use serde_json::json;

/// What every command that changes something takes.
#[derive(clap::Args)]
pub struct Acting {
    /// Whom the audit log names; without it, whoever is logged in to this machine
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
    /// Print one JSON object: {"sentence": "..", "changed": true}
    #[arg(long)]
    pub json: bool,
}

impl Acting {
    pub fn actor(&self) -> Actor {
        let user =
            || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
        let name = self.who.clone().unwrap_or_else(|| format!("command line ({})", user()));
        Actor { account: None, name }
    }
}

/// Says it, and 4 for a conflict, 2 for what was typed wrongly, 1 for what is not there.
pub fn answer(acting: &Acting, result: Result<Done, Error>, missing: &str) -> Result<ExitCode, super::Error> {
    match result {
        Ok(done) if acting.json => println!("{}", json!({ "sentence": done.sentence, "changed": done.new })),
        Ok(done) => println!("{}", done.sentence),
        Err(Error::Conflict(why)) => {
            eprintln!("ratemyderp-jobs: {why}");
            return Ok(ExitCode::from(4));
        }
        Err(Error::Invalid(errors)) => {
            errors.iter().for_each(|error| eprintln!("ratemyderp-jobs: --{}: {}", error.field, error.message));
            return Ok(ExitCode::from(2));
        }
        Err(Error::NotFound) => return Err(missing.into()),
        Err(other) => return Err(other.into()),
    }
    Ok(ExitCode::SUCCESS)
}
