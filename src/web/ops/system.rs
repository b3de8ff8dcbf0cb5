//! How pages, hosts, processes and the database do: what is wrong first, in a sentence, then charts.

use std::sync::Arc;

use chrono::Utc;
use rocket::{Route, State, get, routes};
use serde_json::json;

use crate::config::Config;
use crate::dashboards::{Board, Sheet, hosts, pages, verdict};
use crate::error::Error;
use crate::health;
use crate::web::answers::csv::Csv;
use crate::web::answers::picture::ChartPicture;
use crate::web::answers::view::View;
use crate::web::charts::{self, Sheets};
use crate::web::db::Db;
use crate::web::guards::live::Live;
use crate::web::guards::privileged::Observer;

/// Where the page is.
const PATH: &str = "/ops/system";

pub fn routes() -> Vec<Route> {
    routes![show, chart, picture, csv]
}

async fn sheet(sheets: &Sheets, db: &Db, range: Option<&str>) -> Result<Arc<Sheet>, Error> {
    sheets.get(db, Board::System, charts::range(range)?).await
}

/// All charts.
#[get("/ops/system?<range>&<wall>")]
pub async fn show(
    _observer: Observer,
    range: Option<&str>,
    wall: Option<&str>,
    live: Live,
    db: &Db,
    sheets: &State<Sheets>,
    config: &State<Config>,
) -> Result<View, Error> {
    let live = live.view_of(&["range", "wall"])?;
    let wall = charts::wall(wall)?;
    let sheet = sheet(sheets, db, range).await?;
    let mut conn = db.acquire().await?;
    let verdict = verdict::assess(&mut conn, &config.alerts.system, Utc::now()).await?;
    let queue = health::assess(&mut conn, config).await?;
    let pages = pages::read(&mut conn, sheet.range, Utc::now()).await?;
    let hosts = hosts::read(&mut conn, Utc::now()).await?;
    let is_live = live.is_live();
    let data = json!({
        "live": live.read_at(sheet.at),
        "here": format!("{PATH}?range={}", sheet.range.name()),
        "ranges": charts::ranges(PATH, sheet.range, wall),
        "range": sheet.range.words(),
        "groups": charts::groups(PATH, &sheet),
        "panels": charts::for_a_wall(PATH, &sheet, Board::System),
        "store": sheet.store.name(),
        "instead": sheet.instead,
        "well": verdict.troubles.is_empty() && queue.is_well(),
        "verdict": verdict,
        "queue": { "well": queue.is_well(), "sentence": queue.sentence() },
        "hosts": hosts,
        "pages": pages,
    });
    let view = View::new(if wall { "ops/system_wall" } else { "ops/system" }, data);
    Ok(if is_live { view } else { view.revalidated() })
}

/// One chart, large, with its numbers.
#[get("/ops/system/<chart>?<range>", rank = 2)]
pub async fn chart(
    _observer: Observer,
    chart: &str,
    range: Option<&str>,
    live: Live,
    db: &Db,
    sheets: &State<Sheets>,
) -> Result<View, Error> {
    let live = live.view_of(&["range"])?;
    let sheet = sheet(sheets, db, range).await?;
    Ok(View::new("ops/system_chart", charts::large(PATH, &sheet, chart, live)?))
}

/// Its picture; `at` tells pictures of one address apart.
#[get("/ops/system/<chart>/picture.svg?<range>&<size>&<at>")]
pub async fn picture(
    _observer: Observer,
    chart: &str,
    range: Option<&str>,
    size: Option<&str>,
    at: Option<&str>,
    db: &Db,
    sheets: &State<Sheets>,
) -> Result<ChartPicture, Error> {
    let size = charts::size(size)?;
    charts::moment(at)?;
    let sheet = sheet(sheets, db, range).await?;
    Ok(ChartPicture(sheet.figure(chart).ok_or(Error::NotFound)?.chart.clone(), size))
}

/// Its numbers.
#[get("/ops/system/<chart>/figures.csv?<range>")]
pub async fn csv(
    _observer: Observer,
    chart: &str,
    range: Option<&str>,
    db: &Db,
    sheets: &State<Sheets>,
) -> Result<Csv, Error> {
    let sheet = sheet(sheets, db, range).await?;
    let figure = sheet.figure(chart).ok_or(Error::NotFound)?;
    Ok(Csv { name: format!("{chart}-{}", sheet.range.name()), text: figure.chart.csv() })
}
