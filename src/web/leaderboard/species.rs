//! The species that there are photos of, and the boards of each.

use rocket::get;
use serde::Serialize;

use super::super::answers::view::View;
use super::super::db::Db;
use super::Data;
use super::asked::{Asked, species_address};
use crate::error::Error;
use crate::ratings::boards::species::{self, PAGE, Species};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Those with the most photos first. `after` is a mark such as `12~cat`.
#[get("/species?<after>")]
pub async fn index(after: Option<&str>, db: &Db) -> Result<View, Error> {
    let after = after.map(parse).transpose()?;
    let mut conn = db.acquire().await?;
    let mut found = species::page(&mut conn, after.as_ref()).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| format!("/species?after={}~{}", last.photos, utf8_percent_encode(&last.name, NON_ALPHANUMERIC)));
    let rows = found.into_iter().map(Row::from).collect();
    Ok(View::new("leaderboard/species", Index { rows, next, later: after.is_some() }))
}

/// The boards of one species.
#[get("/species/<name>?<asked..>")]
pub async fn show(name: &str, asked: Asked<'_>, db: &Db) -> Result<View, Error> {
    if name.contains('\0') {
        return Err(Error::NotFound);
    }
    let mut conn = db.acquire().await?;
    let species = species::find(&mut conn, name).await?.ok_or(Error::NotFound)?;
    let board = asked.board(Some(species.name))?;
    let data = Data::of(&mut conn, &asked, board).await?;
    Ok(View::new("leaderboard/page", data))
}

#[derive(Serialize)]
struct Index {
    rows: Vec<Row>,
    next: Option<String>,
    later: bool,
}

#[derive(Serialize)]
struct Row {
    name: String,
    photos: i64,
    href: String,
}

impl From<Species> for Row {
    fn from(species: Species) -> Self {
        Row { href: species_address(&species.name), name: species.name, photos: species.photos }
    }
}

fn parse(mark: &str) -> Result<Species, Error> {
    mark.split_once('~')
        .and_then(|(photos, name)| Some(Species { photos: photos.parse().ok()?, name: name.to_owned() }))
        .filter(|species| !species.name.contains('\0'))
        .ok_or_else(|| Error::invalid("after", "This page of the species does not exist. Begin with the first."))
}
