//! Demo photos and accounts.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use ratemyderp::accounts::demo::{Made, PASSWORD, make};
use ratemyderp::accounts::{self, Passwords};
use ratemyderp::config::Config;
use ratemyderp::demo::{self, derp};
use ratemyderp::ratings;
use ratemyderp::storage::Storage;
use ratemyderp::submissions::upload::{Upload, upload};
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};

use super::Failure;

/// How long the crowd waits for pictures.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Args)]
pub struct Arguments {
    /// How many animals
    #[arg(long, default_value_t = demo::DEFAULT_COUNT)]
    count: u32,
    /// The same seed draws the same animals, byte for byte
    #[arg(long, default_value_t = demo::DEFAULT_SEED)]
    seed: u64,
    /// Make the accounts member, moderator and operator too, with a password that everybody knows: to try things out
    #[arg(long)]
    accounts: bool,
    /// Have a crowd that is drawn from the seed too rate them, once the jobs process has made their pictures
    #[arg(long)]
    ratings: bool,
    /// Write them on one PNG instead of handing them in
    #[arg(long, value_name = "FILE")]
    sheet: Option<PathBuf>,
}

pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    if let Some(file) = arguments.sheet {
        std::fs::write(&file, demo::sheet(arguments.seed, arguments.count))?;
        println!("Drew {} animals on {}.", arguments.count, file.display());
        return Ok(());
    }
    let (config, pool) = super::start()?;
    let storage = Storage::from_config(&config.storage)?;
    let house = house(&pool).await?;
    let _lock = lock(&pool).await?;
    if arguments.accounts {
        make_accounts(&config, &pool).await?;
    }
    // Handing them in is resumed where it stopped.
    let there = sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM submissions WHERE owner = $1"#, house)
        .fetch_one(&pool)
        .await?;
    let there = u32::try_from(there)?;
    for index in there..arguments.count {
        let derp = derp(arguments.seed, index);
        println!("{}/{} {}, {}", index + 1, arguments.count, derp.title, derp.species.name());
        upload(
            &pool,
            &storage,
            Upload {
                owner: house,
                title: derp.title,
                species: derp.species.name().into(),
                alt_text: derp.alt_text,
                file: derp.file,
            },
        )
        .await?;
    }
    if arguments.ratings {
        rate(&pool, house, arguments.seed).await?;
    }
    Ok(())
}

/// Waits for pictures as long as there is hope for them.
async fn rate(pool: &PgPool, house: i64, seed: u64) -> Result<(), Failure> {
    let begun = Instant::now();
    loop {
        let votes = ratings::demo::rate_photos(pool, house, seed).await?;
        if votes.cast > 0 {
            println!("The crowd has cast {} votes.", votes.cast);
        }
        if votes.waiting == 0 {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            println!("{} photos still wait for their pictures; the crowd rates them the next time.", votes.waiting);
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn make_accounts(config: &Config, pool: &PgPool) -> Result<(), Failure> {
    // Where privileged pages want two-factor, whoever comes first would set it up as the operator.
    if config.accounts.two_factor_required || cfg!(not(debug_assertions)) {
        let why = "the demo accounts are for trying things out: a debug build makes them, \
                   and only where accounts.two_factor_required is off";
        return Err(why.into());
    }
    let passwords = Passwords::new()?;
    let mut tx = pool.begin().await?;
    match make(&mut tx, &passwords).await? {
        Made::There => {
            println!("Log in as member, moderator, observer or operator; the password of each is {PASSWORD}.")
        }
        Made::Refused => {
            println!("People have joined here: there will be no demo accounts, whose password everybody knows.")
        }
    }
    tx.commit().await?;
    Ok(())
}

/// One run at a time: a second one waits for the first, and then finds everything there. Ends with its connection.
async fn lock(pool: &PgPool) -> Result<PoolConnection<Postgres>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    sqlx::query("SET statement_timeout = 0").execute(&mut *connection).await?;
    sqlx::query("SELECT pg_advisory_lock(hashtext('ratemyderp demo'))").execute(&mut *connection).await?;
    Ok(connection)
}

async fn house(pool: &PgPool) -> Result<i64, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let house = accounts::ensure(&mut tx, accounts::HOUSE, "The House of Derp").await?;
    tx.commit().await?;
    Ok(house)
}
