//! How the site does, for everybody: a page of charts, each with a page of its own, as a picture and as CSV.

use std::sync::Arc;

use rocket::{Route, State, get, routes};
use serde_json::json;

use super::answers::csv::Csv;
use super::answers::picture::ChartPicture;
use super::answers::view::View;
use super::charts::{self, Sheets};
use super::db::Db;
use super::guards::live::Live;
use crate::dashboards::{Board, Sheet};
use crate::error::Error;

pub fn routes() -> Vec<Route> {
    routes![show, chart, picture, csv]
}

/// Where the page is.
const PATH: &str = "/dashboard";

async fn sheet(sheets: &Sheets, db: &Db, range: Option<&str>) -> Result<Arc<Sheet>, Error> {
    sheets.get(db, Board::Kpis, charts::range(range)?).await
}

/// All charts; with `wall` the figures alone, for a screen that hangs somewhere.
#[get("/dashboard?<range>&<wall>")]
pub async fn show(
    range: Option<&str>,
    wall: Option<&str>,
    live: Live,
    db: &Db,
    sheets: &State<Sheets>,
) -> Result<View, Error> {
    let live = live.view_of(&["range", "wall"])?;
    let wall = charts::wall(wall)?;
    let sheet = sheet(sheets, db, range).await?;
    let is_live = live.is_live();
    let data = json!({
        "live": live.read_at(sheet.at),
        "wall": wall,
        "here": format!("{PATH}?range={}", sheet.range.name()),
        "ranges": charts::ranges(PATH, sheet.range, wall),
        "range": sheet.range.words(),
        "groups": charts::groups(PATH, &sheet),
        "panels": charts::for_a_wall(PATH, &sheet, Board::Kpis),
        "store": sheet.store.name(),
    });
    let view = View::new(if wall { "dashboard/wall" } else { "dashboard/page" }, data);
    Ok(if is_live { view } else { view.revalidated() })
}

/// One chart, large, with its numbers.
#[get("/dashboard/<chart>?<range>", rank = 2)]
pub async fn chart(
    chart: &str,
    range: Option<&str>,
    live: Live,
    db: &Db,
    sheets: &State<Sheets>,
) -> Result<View, Error> {
    let live = live.view_of(&["range"])?;
    let sheet = sheet(sheets, db, range).await?;
    Ok(View::new("dashboard/chart", charts::large(PATH, &sheet, chart, live)?))
}

/// Its picture; `at` tells pictures of one address apart.
#[get("/dashboard/<chart>/picture.svg?<range>&<size>&<at>")]
pub async fn picture(
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
#[get("/dashboard/<chart>/figures.csv?<range>")]
pub async fn csv(chart: &str, range: Option<&str>, db: &Db, sheets: &State<Sheets>) -> Result<Csv, Error> {
    let sheet = sheet(sheets, db, range).await?;
    let figure = sheet.figure(chart).ok_or(Error::NotFound)?;
    Ok(Csv { name: format!("{chart}-{}", sheet.range.name()), text: figure.chart.csv() })
}
