//! Lists of jobs, by any filter. The page says in a sentence what it shows; the same address with `.txt`, `.csv` or `.json` gives
//! the same jobs to programs.

use rocket::get;
use rocket::http::ContentType;
use rocket::http::uri::Origin;
use serde_json::json;
use sqlx::PgConnection;

use super::data::{self, Listed};
use super::file::File;
use crate::accounts::directory;
use crate::error::{Error, FieldError};
use crate::queue::board::{self, JobFilter, Known, formats};
use crate::web::answers::view::View;
use crate::web::db::Db;
use crate::web::guards::privileged::Observer;
use crate::web::guards::visitor::Visitor;

/// Jobs on a page.
const PAGE: i64 = 50;

/// Jobs in a file.
const FILE: i64 = 1000;

/// What stands in the address beside the filter.
const MARKED: (&str, &str) = ("tick", "page");

/// What was asked for.
struct Asked {
    given: Vec<(String, String)>,
    ticked: bool,
    filter: Result<JobFilter, Vec<FieldError>>,
    known: Known,
}

impl Asked {
    async fn read(conn: &mut PgConnection, uri: &Origin<'_>) -> Result<Self, Error> {
        let mut known = Known::load(conn).await?;
        let query = uri.query().map(|query| query.as_str()).unwrap_or_default();
        let mut given: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let all = given.len();
        given.retain(|(name, value)| (name.as_str(), value.as_str()) != MARKED);
        let ticked = given.len() < all;
        directory::know(conn, &mut known, given.iter().map(|(name, value)| (name.as_str(), value.as_str()))).await?;
        let words = given.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let filter = JobFilter::parse(words, &known);
        Ok(Asked { ticked, filter, known, given })
    }
}

/// Jobs that match, in a table with tick boxes.
#[get("/ops/jobs")]
pub async fn page(_observer: Observer, uri: &Origin<'_>, visitor: Visitor<'_>, db: &Db) -> Result<View, Error> {
    let mut conn = db.acquire().await?;
    let asked = Asked::read(&mut conn, uri).await?;
    let counts = board::counts(&mut conn).await?;
    let listed = match &asked.filter {
        Ok(filter) => Listed { walk: board::walk(&mut conn, filter, PAGE).await?, filter: filter.clone() },
        Err(_) => Listed::default(),
    };
    let form = data::form(&visitor, &asked.given, asked.filter.as_ref().err());
    let page = data::page(&listed, &asked.known, &counts, asked.ticked);
    Ok(form.page("ops/jobs", page))
}

/// The same as aligned columns.
#[get("/ops/jobs.txt")]
pub async fn text(_observer: Observer, uri: &Origin<'_>, db: &Db) -> Result<File, Error> {
    let (listed, known) = match file(uri, db).await? {
        Ok(found) => found,
        Err(refused) => return Ok(refused),
    };
    let rows: Vec<_> = listed.walk.jobs.iter().map(data::columns).collect();
    let mut body = format!("{}:\n\n{}", listed.filter.sentence(known.now), formats::table(&data::HEADING, &rows));
    if let Some(more) = listed.more("/ops/jobs.txt", known.now) {
        body += &format!("\n{}\n{}\n", more.sentence, more.href);
    }
    Ok(File::new(ContentType::Plain, body))
}

/// The same for a spreadsheet, with whole errors.
#[get("/ops/jobs.csv")]
pub async fn csv(_observer: Observer, uri: &Origin<'_>, db: &Db) -> Result<File, Error> {
    Ok(match file(uri, db).await? {
        Ok((listed, _)) => {
            let rows: Vec<_> = listed.walk.jobs.iter().map(data::cells).collect();
            File::new(ContentType::CSV, formats::csv(&data::CELLS, &rows))
        }
        Err(refused) => refused,
    })
}

/// The same for a program; `next` is the address of the next page.
#[get("/ops/jobs.json")]
pub async fn json(_observer: Observer, uri: &Origin<'_>, db: &Db) -> Result<File, Error> {
    Ok(match file(uri, db).await? {
        Ok((listed, known)) => {
            let next = listed.more("/ops/jobs.json", known.now).map(|more| more.href);
            let items: Vec<_> = listed.walk.jobs.iter().map(data::item).collect();
            let sentence = listed.filter.sentence(known.now);
            File::new(ContentType::JSON, json!({ "sentence": sentence, "items": items, "next": next }).to_string())
        }
        Err(refused) => refused,
    })
}

async fn file(uri: &Origin<'_>, db: &Db) -> Result<Result<(Listed, Known), File>, Error> {
    let mut conn = db.acquire().await?;
    let asked = Asked::read(&mut conn, uri).await?;
    Ok(match asked.filter {
        Ok(filter) => {
            let walk = board::walk(&mut conn, &filter, FILE).await?;
            Ok((Listed { walk, filter }, asked.known))
        }
        Err(wrong) => {
            let lines: Vec<_> = wrong.iter().map(|wrong| format!("{}: {}", wrong.field, wrong.message)).collect();
            Err(File::refused(&lines))
        }
    })
}
