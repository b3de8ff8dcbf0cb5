//! What whoever runs the site does with single photos.

use clap::{Args, Subcommand};
use ratemyderp::accounts::audit;
use ratemyderp::queue::{self, Job};
use ratemyderp::submissions::{self, moderation, processing, removal, similar};
use sqlx::{Postgres, Transaction};

use super::Failure;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Out of the deck, the lists and its own page, its pictures out of reach; its votes stay
    Hide {
        /// The photo's number, as in its URL
        number: i64,
    },
    /// Back, at the end of the deck
    Unhide {
        /// The photo's number, as in its URL
        number: i64,
    },
    /// Delete it for good, with its votes
    Remove {
        /// The photo's number, as in its URL
        number: i64,
    },
    /// Make its renditions anew; the old ones are shown until then
    Rerender {
        /// The photo's number, as in its URL, or "all" for every photo: by one job that goes on where it stopped
        which: Which,
    },
    /// List photos that look like an older one
    Similar,
    /// It only looks like an older photo: take it off that list
    Distinct {
        /// The photo's number, as in its URL
        number: i64,
    },
}

#[derive(Clone, Copy)]
enum Which {
    All,
    One(i64),
}

impl std::str::FromStr for Which {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Which::All),
            number => number.parse().map(Which::One).map_err(|_| "it is neither a number nor \"all\""),
        }
    }
}

/// Pairs printed at most.
const PAIRS: i64 = 1000;

pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let (_, pool) = super::start()?;
    let mut tx = pool.begin().await?;
    match arguments.action {
        Action::Hide { number } => {
            note(&mut tx, number, audit::Action::PhotoHidden).await?;
            moderation::hide(&mut tx, number).await?;
        }
        Action::Unhide { number } => {
            note(&mut tx, number, audit::Action::PhotoUnhidden).await?;
            moderation::unhide(&mut tx, number).await?;
        }
        Action::Remove { number } => {
            note(&mut tx, number, audit::Action::PhotoRemoved).await?;
            removal::remove(&mut tx, number).await?;
        }
        Action::Rerender { which } => rerender(&mut tx, which).await?,
        Action::Similar => print_similar(&mut tx).await?,
        Action::Distinct { number } => {
            note(&mut tx, number, audit::Action::PhotoDistinct).await?;
            if !similar::mark_reviewed(&mut tx, number).await? {
                return Err(format!("photo {number} is not on the list").into());
            }
        }
    }
    tx.commit().await?;
    Ok(())
}

/// What was done to whose photo stands in the audit log.
async fn note(tx: &mut Transaction<'_, Postgres>, number: i64, action: audit::Action) -> Result<(), Failure> {
    let photo = submissions::find(tx, number).await?.ok_or_else(|| format!("there is no photo {number}"))?;
    audit::record(tx, None, action, photo.owner, &format!("photo {number}")).await?;
    Ok(())
}

async fn rerender(tx: &mut Transaction<'_, Postgres>, which: Which) -> Result<(), Failure> {
    match which {
        Which::All => {
            let job = queue::enqueue(tx, Job::RemakeAllThumbnails).await?.number;
            println!("Job {job} makes all renditions anew. How far it is: ratemyderp-jobs show {job}");
        }
        Which::One(number) => {
            if !processing::reprocess(tx, number).await? {
                return Err(format!("photo {number} is not ready, or its file was not kept").into());
            }
        }
    }
    Ok(())
}

async fn print_similar(tx: &mut Transaction<'_, Postgres>) -> Result<(), Failure> {
    let pairs = similar::unreviewed(tx, PAIRS).await?;
    if pairs.is_empty() {
        println!("No photo looks like an older one.");
    }
    for pair in pairs {
        let whose = if pair.same_owner { "of the same member" } else { "of somebody else" };
        println!("{} {:?} looks like {} {:?} {whose}", pair.id, pair.title, pair.older, pair.older_title);
    }
    Ok(())
}
