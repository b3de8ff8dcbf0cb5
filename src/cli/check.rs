//! Recounting everything.

use std::io::IsTerminal;

use clap::Args;
use ratemyderp::storage::Storage;
use ratemyderp::{check, submissions};
use sqlx::PgPool;

use super::Failure;

#[derive(Args)]
pub struct Arguments {
    /// Look at the database alone: asking for every file of a million photos takes minutes, in a bucket far longer
    #[arg(long)]
    skip_files: bool,
}

pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let (config, pool) = super::start()?;
    let mut wrong = database(&pool).await?;
    if !arguments.skip_files {
        let storage = Storage::from_config(&config.storage)?;
        let mut looked = |count: usize| progress(&format!("files of photos and drafts: {count}"));
        progress("files");
        let missing = submissions::check::files(&pool, &storage, &mut looked).await;
        wrong.extend(missing.map_err(|cause| cause.to_string())?);
    }
    for complaint in &wrong {
        println!("{complaint}");
    }
    if wrong.is_empty() {
        let files = if arguments.skip_files { "" } else { ", and every file is there" };
        println!("Everything agrees with a recount{files}.");
        return Ok(());
    }
    Err("what is stored disagrees with itself, as said above.".into())
}

/// One moment for all recounts, however long they take.
async fn database(pool: &PgPool) -> Result<Vec<String>, Failure> {
    let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
    let wrong = check::database(&mut tx, &mut |stage| progress(stage)).await?;
    tx.commit().await?;
    Ok(wrong)
}

/// What takes long says so, to people.
fn progress(stage: &str) {
    if std::io::stderr().is_terminal() {
        eprintln!("Looking at {stage} ...");
    }
}
