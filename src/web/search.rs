//! Finding photos: by words, and by what else is known of them; all of them when nothing is asked for.

mod asked;

use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::PgConnection;

use self::asked::{Asked, Choice};
use super::answers::view::View;
use super::db::Db;
use super::guards::limits::{Limits, Network};
use super::submissions::shot::Shot;
use crate::error::Error;
use crate::finding;
use crate::finding::members::{self, FoundMember};
use crate::finding::words::{self, Spelled};
use crate::ratings::boards::species;

/// Species that the form proposes.
const PROPOSED: usize = 30;

pub fn routes() -> Vec<Route> {
    routes![search, photos]
}

/// A page of what was asked for. `after` is a mark such as `3~812`, as the page's own links carry it.
#[get("/search?<asked..>")]
pub async fn search(asked: Asked<'_>, network: Network, limits: &State<Limits>, db: &Db) -> Result<View, Error> {
    show(&asked, network, limits, db).await
}

/// The same under the name of the gallery of everything.
#[get("/photos?<asked..>")]
pub async fn photos(asked: Asked<'_>, network: Network, limits: &State<Limits>, db: &Db) -> Result<View, Error> {
    show(&asked, network, limits, db).await
}

async fn show(asked: &Asked<'_>, network: Network, limits: &Limits, db: &Db) -> Result<View, Error> {
    let after = asked.after()?;
    let anything = asked.anything();
    let typed = asked.words()?;
    if anything {
        limits.search(network)?;
    }
    let mut conn = db.acquire().await?;
    let words = words::read(&mut conn, &typed).await?;
    if words.len() > words::WORDS {
        let message = format!("Search for {} words or fewer; you typed {}.", words::WORDS, words.len());
        return Err(Error::invalid("q", message));
    }
    let wordless = words.is_empty() && !typed.trim().is_empty();
    let words = words::spell(&mut conn, words).await?;
    let wanted = asked.wanted(&mut conn, words).await?;
    let found = if wordless {
        finding::Found::none()
    } else {
        finding::page(&mut conn, &wanted, after.unwrap_or(finding::Mark::FIRST)).await?
    };
    let members = if after.is_none() { members::find(&mut conn, &wanted.words).await? } else { vec![] };
    let data = Data {
        typed: typed.trim().to_owned(),
        misspelt: misspelt(&mut conn, &wanted.words).await?,
        members,
        shots: found.photos.into_iter().map(Shot::from).collect(),
        next: found.next.map(|mark| asked.address(Some(mark))),
        first: asked.address(None),
        looked: found.tired,
        later: after.is_some(),
        anything,
        wordless,
        species: asked.species().unwrap_or_default(),
        by: asked.by().unwrap_or_default().to_owned(),
        periods: asked.periods(),
        scores: asked.scores(),
        proposed: proposed(&mut conn).await?,
    };
    Ok(View::new("search/page", data))
}

/// What the page shows.
#[derive(Serialize)]
struct Data {
    typed: String,
    misspelt: Vec<Misspelt>,
    members: Vec<FoundMember>,
    shots: Vec<Shot>,
    next: Option<String>,
    /// The address of the first page.
    first: String,
    /// So many were looked at, and the rest was not.
    looked: Option<usize>,
    /// Is this not the first page?
    later: bool,
    /// Was anything asked for, so that this is not the gallery of everything?
    anything: bool,
    /// Was something typed that has no word in it?
    wordless: bool,
    species: String,
    by: String,
    periods: Vec<Choice>,
    scores: Vec<Choice>,
    proposed: Vec<String>,
}

/// A word that nothing is found by, and what is shown instead.
#[derive(Serialize)]
struct Misspelt {
    typed: String,
    instead: Vec<String>,
}

/// Other spellings are named only if a photo on show has them.
async fn misspelt(conn: &mut PgConnection, words: &[Spelled]) -> Result<Vec<Misspelt>, Error> {
    let others: Vec<String> =
        words.iter().filter(|word| !word.exact).flat_map(|word| word.spellings.iter().cloned()).collect();
    let shown = words::shown(conn, &others).await?;
    let misspelt = |word: &Spelled| Misspelt {
        typed: word.typed.clone(),
        instead: word.spellings.iter().filter(|other| shown.contains(*other)).cloned().collect(),
    };
    Ok(words.iter().filter(|word| !word.exact).map(misspelt).collect())
}

async fn proposed(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    let found = species::page(conn, None).await?;
    Ok(found.into_iter().take(PROPOSED).map(|species| species.name).collect())
}
